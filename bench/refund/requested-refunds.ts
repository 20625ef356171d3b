import type { OrderRange } from '../load/plans.js';
import type { Merchant } from '../merchant.js';
import type { BenchDatabase } from '../rig.js';

/**
 * Paid orders with a refund that a buyer asks for, by the numbers of plans.ts: $1 start, $2 first, $3 count. A part of the
 * money, below every limit.
 */
const NUMBERED = `
  WITH numbered AS (
    SELECT $1 || lpad(i::text, 8, '0') AS order_no, 1000 + i % 9000 AS fen, 100 + i % 900 AS refund_fen, i
    FROM generate_series($2::bigint, $2::bigint + $3::bigint - 1) AS i)`;
const REFUND_IDS = `SELECT id FROM refunds WHERE status = 'REQUESTED' ORDER BY refund_no`;

/** As far as an approval looks at them. @returns the refunds' ids, in the order of their numbers */
export async function seedOurRefunds(
  { query }: BenchDatabase,
  { appId, mchId }: Merchant,
  { startedAt, first, count }: OrderRange,
): Promise<string[]> {
  const range = [startedAt, first, count];
  await query(
    `${NUMBERED},
     keys AS (SELECT *, uuidv7() AS order_id, uuidv7() AS payment_id FROM numbered),
     paid_order AS (
       INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen,
                           paid_by_payment_id, created_at, expires_at, paid_at)
       SELECT order_id, order_no, (SELECT id FROM buyers LIMIT 1), 'PAID', fen, 0, fen, fen, 0, payment_id, now(), now(), now()
       FROM keys ORDER BY i),
     item AS (
       INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
       SELECT order_id, 0, p.id, p.name, fen, 1, fen FROM keys, (SELECT id, name FROM products LIMIT 1) AS p ORDER BY i)
     INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen,
                           request, prepaid, prepaid_at, transaction_id, paid_at, created_at, expires_at, checks)
     SELECT payment_id, order_id, 1, 'default', $5, $4, 'S' || order_no, 'JSAPI', 'SUCCESS', fen,
            jsonb_build_object('currency', 'CNY', 'totalFen', fen), '{}', now(), '420000' || order_no, now(), now(), now(), 0
     FROM keys ORDER BY i`,
    [...range, appId, mchId],
  );
  await query(
    `${NUMBERED}
     INSERT INTO refunds (id, refund_no, order_id, payment_id, account_id, app_id, status, amount_fen, reason, requested_by, created_at)
     SELECT uuidv7(), p.out_trade_no || '-R00000001', p.order_id, p.id, p.account_id, p.app_id, 'REQUESTED', refund_fen,
            '尺寸不合适', jsonb_build_object('kind', 'buyer', 'id', o.buyer_id, 'name', '买家'), now()
     FROM numbered JOIN payments p ON p.out_trade_no = 'S' || order_no JOIN orders o ON o.id = p.order_id ORDER BY i`,
    range,
  );
  return (await query<{ id: string }>(REFUND_IDS)).map(({ id }) => id);
}

/** The same in the floor's tables. */
export async function seedFloorRefunds(
  { query }: BenchDatabase,
  { startedAt, first, count }: OrderRange,
): Promise<string[]> {
  await query(
    `${NUMBERED},
     keys AS (SELECT *, uuidv7() AS order_id, uuidv7() AS payment_id FROM numbered),
     paid_order AS (
       INSERT INTO orders (id, order_no, buyer_id, status, total_fen, payable_fen, paid_fen, created_at, expires_at, paid_at)
       SELECT order_id, order_no, uuidv7(), 'PAID', fen, fen, fen, now(), now(), now() FROM keys ORDER BY i),
     payment AS (
       INSERT INTO payments (id, order_id, out_trade_no, status, amount_fen, transaction_id, paid_at, created_at)
       SELECT payment_id, order_id, 'S' || order_no, 'SUCCESS', fen, '420000' || order_no, now(), now() FROM keys ORDER BY i)
     INSERT INTO refunds (id, refund_no, payment_id, status, amount_fen, reason)
     SELECT uuidv7(), 'S' || order_no || '-R00000001', payment_id, 'REQUESTED', refund_fen, '尺寸不合适' FROM keys ORDER BY i`,
    [startedAt, first, count],
  );
  return (await query<{ id: string }>(REFUND_IDS)).map(({ id }) => id);
}
