import type { EntityManager } from 'typeorm';
import type { Fen } from '../../common/fen.js';
import { run, statement } from '../../database/sql.js';

const READ = statement(
  'totals-of-buyers',
  `SELECT b.id, sums.orders, sums."ordersPaid", sums."paidFen", sums."refundedFen",
          newest.id AS "lastOrderId", newest.order_no AS "lastOrderNo", newest.created_at AS "lastOrderAt"
   FROM unnest($1::uuid[]) AS b(id)
   CROSS JOIN LATERAL (
     SELECT count(*) AS orders, count(*) FILTER (WHERE paid_fen > 0) AS "ordersPaid",
            coalesce(sum(paid_fen), 0)::bigint AS "paidFen", coalesce(sum(refunded_fen), 0)::bigint AS "refundedFen"
     FROM orders WHERE buyer_id = b.id) sums
   LEFT JOIN LATERAL (
     SELECT id, order_no, created_at FROM orders WHERE buyer_id = b.id ORDER BY created_at DESC, id DESC LIMIT 1) newest
     ON true`,
);

/** What a buyer's orders come to. Money in suspense is not in it. */
export interface BuyerTotals {
  id: string;
  orders: number;
  ordersPaid: number;
  paidFen: Fen;
  refundedFen: Fen;
  lastOrderId: string | null;
  lastOrderNo: string | null;
  lastOrderAt: Date | null;
}

/** @returns by the buyers' ids; a buyer without orders has zeros */
export async function totalsOf(
  manager: EntityManager,
  buyerIds: readonly string[],
): Promise<Map<string, BuyerTotals>> {
  const rows = await run<BuyerTotals>(manager, READ, [buyerIds]);
  return new Map(rows.map((row) => [row.id, row]));
}
