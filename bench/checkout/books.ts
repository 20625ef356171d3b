import { mismatches } from '../mismatches.js';
import type { BenchDatabase } from '../rig.js';
import { STOCK, type Shop } from './shop.js';

const TALLY = `
  SELECT count(*)::int AS orders,
         count(*) FILTER (WHERE o.status = 'PENDING_PAYMENT' AND p.status = 'PREPAID' AND p.prepaid ? 'prepayId'
                            AND p.amount_fen = o.payable_fen AND i.payable_fen = o.payable_fen)::int AS "orders with a prepay",
         (SELECT count(*) FROM payments WHERE created_at >= $1)::int AS payments,
         (SELECT sum(${STOCK} - stock) FROM products WHERE id = ANY ($2))::int AS "pieces taken from stock"
  FROM orders o JOIN payments p ON p.order_id = o.id JOIN order_items i ON i.order_id = o.id
  WHERE o.created_at >= $1`;

/**
 * What was ordered since the shop opened: every checkout that was answered with success is one order with one item, one prepaid attempt and one piece of stock.
 * @throws Error naming every figure that is wrong
 */
export async function checkOrdered(
  { query }: BenchDatabase,
  side: string,
  { openedAt, productIds }: Pick<Shop, 'openedAt' | 'productIds'>,
  orderedInAll: number,
): Promise<void> {
  const [tally] = await query<Record<string, number>>(TALLY, [openedAt, productIds]);
  const wrong = mismatches(tally, () => orderedInAll);
  if (wrong.length > 0) throw new Error(`the books of ${side} are wrong: ${wrong.join('; ')}`);
}
