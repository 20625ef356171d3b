import type { OrderRange } from '../load/plans.js';
import type { Merchant } from '../merchant.js';
import type { BenchDatabase } from '../rig.js';

/**
 * `order_no` and `amount_fen` of the numbered orders, as the load generator counts them (plans.ts): $1 start, $2 first,
 * $3 count. Ids come from uuidv7() in ascending order, as in life: what is paid now was ordered just before.
 */
const NUMBERED = `
  WITH numbered AS (
    SELECT $1 || lpad(i::text, 8, '0') AS order_no, 1000 + i % 9000 AS fen, i
    FROM generate_series($2::bigint, $2::bigint + $3::bigint - 1) AS i)`;

const BUYERS = 1000;

/** One thousand buyers and one product, on our side. */
export async function seedShop({ query }: BenchDatabase, { appId }: Merchant): Promise<void> {
  await query(
    `INSERT INTO buyers (id, app_id, openid, created_at, last_login_at)
     SELECT uuidv7(), $1, 'oBench' || lpad(i::text, 22, '0'), now(), now() FROM generate_series(1, ${BUYERS}) AS i`,
    [appId],
  );
  await query(
    `INSERT INTO products (id, name, price_fen, stock, created_at) VALUES (uuidv7(), '手冲咖啡豆 250g', 1990, 1000, now())`,
  );
}

/** Orders with one item and one prepaid attempt, exactly as our checkout leaves them; next asked about long after the run. */
export async function seedOurOrders(
  { query }: BenchDatabase,
  { appId, mchId }: Merchant,
  { startedAt, first, count }: OrderRange,
): Promise<void> {
  const range = [startedAt, first, count];
  await query(
    `${NUMBERED},
     buyer AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM buyers)
     INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen,
                         created_at, expires_at)
     SELECT uuidv7(), order_no, buyer.id, 'PENDING_PAYMENT', fen, 0, fen, 0, 0, now(), now() + interval '2 hours'
     FROM numbered JOIN buyer ON buyer.place = i % ${BUYERS} ORDER BY i`,
    range,
  );
  await query(
    `${NUMBERED}
     INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
     SELECT o.id, 0, p.id, p.name, fen, 1, fen FROM numbered JOIN orders o USING (order_no), products p ORDER BY i`,
    range,
  );
  await query(
    `${NUMBERED}
     INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen,
                           request, prepaid, prepaid_at, created_at, expires_at, next_check_at, checks)
     SELECT uuidv7(), o.id, 1, 'default', $4, $5, order_no || '-1', 'JSAPI', 'PREPAID', fen,
            jsonb_build_object('outTradeNo', order_no || '-1', 'tradeType', 'JSAPI', 'appId', $5::text,
                               'description', '手冲咖啡豆 250g', 'totalFen', fen, 'currency', 'CNY',
                               'clientIp', '127.0.0.1', 'openid', 'oBenchBuyer0000000000000000',
                               'notifyUrl', 'https://pay.example.com/notify/wxpay/default/payment',
                               'startsAt', now(), 'expiresAt', o.expires_at),
            jsonb_build_object('prepayId', 'wx' || order_no || 'a1b2c3d4e5f6'), now(), now(), o.expires_at,
            o.expires_at - interval '1 hour', 0
     FROM numbered JOIN orders o USING (order_no) ORDER BY i`,
    [...range, mchId, appId],
  );
}

/** The same orders in the floor's tables. */
export async function seedFloorOrders(
  { query }: BenchDatabase,
  { startedAt, first, count }: OrderRange,
): Promise<void> {
  const range = [startedAt, first, count];
  await query(
    `${NUMBERED}
     INSERT INTO orders (id, order_no, buyer_id, status, total_fen, payable_fen, paid_fen, created_at, expires_at)
     SELECT uuidv7(), order_no, uuidv7(), 'PENDING_PAYMENT', fen, fen, 0, now(), now() + interval '2 hours'
     FROM numbered ORDER BY i`,
    range,
  );
  await query(
    `${NUMBERED}
     INSERT INTO payments (id, order_id, out_trade_no, status, amount_fen, prepaid, prepaid_at, created_at)
     SELECT uuidv7(), o.id, order_no || '-1', 'PREPAID', fen,
            jsonb_build_object('prepayId', 'wx' || order_no || 'a1b2c3d4e5f6'), now(), now()
     FROM numbered JOIN orders o USING (order_no) ORDER BY i`,
    range,
  );
}
