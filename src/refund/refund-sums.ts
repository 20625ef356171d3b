import type { EntityManager } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { run, statement } from '../database/sql.js';
import { LIVE_STATUSES } from './refund.status.js';

/** What a refund is compared with before it is decided, as things are now. */
export interface RefundSums {
  /** What of its order is neither given back nor asked for; null for money in suspense, which has no order's sum. */
  refundableFen: Fen | null;
  /** What of its order is asked for or on its way, this one included; null for money in suspense. */
  pendingFen: Fen | null;
  /** What the policy looks at: the live refunds of its order together. Money in suspense stands alone. */
  cumulativeFen: Fen;
}

const SUMS = statement(
  'sums-beside-refunds',
  `SELECT r.id, (o.paid_fen - beside.live)::bigint AS "refundableFen",
          CASE WHEN o.id IS NOT NULL THEN beside.pending END::bigint AS "pendingFen",
          CASE WHEN o.id IS NULL THEN r.amount_fen ELSE beside.live END::bigint AS "cumulativeFen"
   FROM refunds r LEFT JOIN orders o ON o.id = r.order_id
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(s.amount_fen), 0) AS live,
            coalesce(sum(s.amount_fen) FILTER (WHERE s.status <> 'SUCCESS'), 0) AS pending
     FROM refunds s WHERE s.order_id = r.order_id AND s.status = ANY ($2::text[])) AS beside
   WHERE r.id = ANY ($1::uuid[])`,
);

/** The sums of each of these refunds, by its id. */
export async function readSums(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Map<string, RefundSums>> {
  const rows = await run<RefundSums & { id: string }>(manager, SUMS, [ids, LIVE_STATUSES]);
  return new Map(rows.map(({ id, ...sums }) => [id, sums]));
}
