import { NOTIFY_PATH } from '../merchant.js';

/** What a checkout writes. */
export interface Checkout {
  productId: string;
  quantity: number;
  orderId: string;
  orderNo: string;
  buyerId: string;
  now: Date;
  expiresAt: Date;
  paymentId: string;
  appId: string;
  mchId: string;
}

/** Two statements, each a transaction of its own: the order before WeChat is asked, the prepay afterwards. */
export interface Statements {
  /** Price and stock from the catalogue, order, item and payment. */
  order: string;
  values: (checkout: Checkout) => unknown[];
  prepaid: string;
}

const valuesOf = (of: Checkout): unknown[] => [
  of.productId,
  of.quantity,
  of.orderId,
  of.orderNo,
  of.buyerId,
  of.now,
  of.expiresAt,
  of.paymentId,
];

export const PLAIN: Statements = {
  order: `
    WITH product AS (UPDATE products SET stock = stock - $2 WHERE id = $1 AND stock >= $2 RETURNING id, name, price_fen),
    new_order AS (
      INSERT INTO orders (id, order_no, buyer_id, status, total_fen, payable_fen, paid_fen, created_at, expires_at)
      SELECT $3, $4, $5, 'PENDING_PAYMENT', price_fen * $2, price_fen * $2, 0, $6, $7 FROM product),
    item AS (
      INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
      SELECT $3, 0, id, name, price_fen, $2, price_fen * $2 FROM product)
    INSERT INTO payments (id, order_id, out_trade_no, status, amount_fen, created_at)
    SELECT $8, $3, $4 || '-1', 'CREATED', price_fen * $2, $6 FROM product
    RETURNING amount_fen, (SELECT name FROM product), (SELECT openid FROM buyers WHERE buyers.id = $5)`,
  values: valuesOf,
  prepaid: "UPDATE payments SET status = 'PREPAID', prepaid = $2, prepaid_at = $3 WHERE id = $1",
};

/** What our service writes for the same, on our tables: what they cost by themselves. */
export const OURS: Statements = {
  order: `
    WITH product AS (
      UPDATE products SET stock = stock - $2 WHERE id = $1 AND active AND stock >= $2 RETURNING id, name, price_fen),
    buyer AS (SELECT openid FROM buyers WHERE id = $5 AND blocked_at IS NULL),
    new_order AS (
      INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen,
                          created_at, expires_at)
      SELECT $3, $4, $5, 'PENDING_PAYMENT', price_fen * $2, 0, price_fen * $2, 0, 0, $6, $7 FROM product),
    item AS (
      INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
      SELECT $3, 0, id, name, price_fen, $2, price_fen * $2 FROM product)
    INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, amount_fen, request,
                          created_at, expires_at, next_check_at, status, checks)
    SELECT $8, $3, 1, 'default', $9, $10, $4 || '-1', 'JSAPI', price_fen * $2, $11::jsonb, $6, $7, $7, 'CREATED', 0 FROM product
    RETURNING amount_fen, (SELECT name FROM product), (SELECT openid FROM buyer)`,
  values: (of) => [...valuesOf(of), of.mchId, of.appId, requestOf(of)],
  prepaid:
    "UPDATE payments SET status = 'PREPAID', prepaid = $2, prepaid_at = $3 WHERE id = $1 AND status IN ('CREATED', 'PREPAID')",
};

/** As long as what our service keeps to be able to ask WeChat for the same again. */
function requestOf({ orderNo, appId, now, expiresAt }: Checkout): string {
  return JSON.stringify({
    outTradeNo: `${orderNo}-1`,
    scheme: 'v2 MD5',
    tradeType: 'JSAPI',
    appId,
    description: '手冲咖啡豆 250g',
    totalFen: 1000,
    currency: 'CNY',
    clientIp: '127.0.0.1',
    openid: 'oBenchBuyer0000000000000000',
    startsAt: now,
    expiresAt,
    notifyUrl: `http://127.0.0.1:3000${NOTIFY_PATH}`,
  });
}
