import type { EntityManager } from 'typeorm';
import type { Fen } from '../common/fen.js';
import { run, statement } from '../database/sql.js';
import type { RefundApproval } from './refund-approval.entity.js';
import type { Refund } from './refund.entity.js';
import { REFUND_COLUMNS } from './refund-row.js';
import { LIVE_STATUSES } from './refund.status.js';

/** A refund with all that its policy asks about. */
export interface RefundUnderReview {
  refund: Refund;
  /** The oldest first. */
  approvals: RefundApproval[];
  /** What the order's refunds come to with this one. A return from suspense stands alone: it is over all of its item. */
  cumulativeFen: Fen;
}

/**
 * Sums over other rows: to decide by them, it runs after the statement that locks, so that its snapshot is newer than
 * the wait for the locks (DESIGN §6.2).
 */
const READ = statement(
  'read-refunds-under-review',
  `SELECT ${REFUND_COLUMNS},
          coalesce((SELECT sum(s.amount_fen) FROM refunds s
                    WHERE s.order_id = r.order_id AND (s.id = r.id OR s.status = ANY ($2::text[]))),
                   r.amount_fen)::bigint AS "cumulativeFen",
          (SELECT json_agg(json_build_object('operatorId', a.operator_id, 'operatorName', a.operator_name,
                             'note', a.note, 'approvedAt', a.approved_at) ORDER BY a.approved_at)
           FROM refund_approvals a WHERE a.refund_id = r.id) AS approvals
   FROM refunds r WHERE r.id = ANY ($1::uuid[])`,
);

type Row = Refund & {
  cumulativeFen: Fen;
  /** Of JSON, which knows no dates. */
  approvals: (Omit<RefundApproval, 'refundId' | 'approvedAt'> & { approvedAt: string })[] | null;
};

/** @returns those of `ids` that exist, in no particular order; a decision by them needs their locks first */
export async function readUnderReview(
  manager: EntityManager,
  ids: readonly string[],
): Promise<RefundUnderReview[]> {
  const rows = await run<Row>(manager, READ, [ids, LIVE_STATUSES]);
  return rows.map(({ cumulativeFen, approvals, ...refund }) => ({
    refund,
    cumulativeFen,
    approvals: (approvals ?? []).map((approval) => ({
      ...approval,
      refundId: refund.id,
      approvedAt: new Date(approval.approvedAt),
    })),
  }));
}
