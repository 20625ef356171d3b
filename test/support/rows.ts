import { randomUUID } from 'node:crypto';
import { toFen } from '../../src/common/fen.js';
import type { PaidTransaction } from '../../src/wxpay/protocol.js';
import type { TestDatabase } from './database.js';
import { newTransactionId } from './notice.js';

/** Rows as the application leaves them, for tests that have none. */
const PLACED_AT = '2026-11-21T12:00:00Z';
const EXPIRES_AT = '2026-11-21T12:30:00Z';
const MERCHANT = { account_id: 'default', app_id: 'wxshop' };
const MCH_ID = '1900000001';
export const PRICE_FEN = 1000;
/** Of each product, before an order takes some. */
export const STOCK = 10;
const DISCOUNT_FEN = 300;

export interface PlacedOrder {
  id: string;
  buyerId: string;
  payableFen: number;
  paymentId: string;
  outTradeNo: string;
  /** One per line. */
  productIds: string[];
}

interface OrderWish {
  /** How many of each product, line by line. */
  quantities?: number[];
  coupon?: boolean;
}

/** An order that waits for payment, its attempt at the cashier. */
export async function placeOrder(
  database: TestDatabase,
  { quantities = [1], coupon = false }: OrderWish = {},
): Promise<PlacedOrder> {
  const id = randomUUID();
  const buyerId = randomUUID();
  const totalFen = PRICE_FEN * quantities.reduce((sum, quantity) => sum + quantity, 0);
  const discountFen = coupon ? DISCOUNT_FEN : 0;
  const payableFen = totalFen - discountFen;
  const code = coupon ? `C${id.slice(0, 8).toUpperCase()}` : null;
  await insert(database, 'buyers', {
    id: buyerId,
    app_id: MERCHANT.app_id,
    openid: `o${buyerId}`,
    created_at: PLACED_AT,
    last_login_at: PLACED_AT,
  });
  await insert(database, 'orders', {
    id,
    order_no: id,
    buyer_id: buyerId,
    status: 'PENDING_PAYMENT',
    total_fen: totalFen,
    discount_fen: discountFen,
    payable_fen: payableFen,
    paid_fen: 0,
    refunded_fen: 0,
    coupon_code: code,
    created_at: PLACED_AT,
    expires_at: EXPIRES_AT,
  });
  const productIds = await addLines(database, id, quantities);
  if (code !== null) await reserveCoupon(database, { id, buyerId, code });
  const payment = await addAttempt(database, { id, payableFen });
  return { id, buyerId, payableFen, productIds, ...payment };
}

async function addLines(database: TestDatabase, orderId: string, quantities: number[]): Promise<string[]> {
  const ids = quantities.map(() => randomUUID());
  for (const [line, quantity] of quantities.entries()) {
    const name = `tea ${line}`;
    await insert(database, 'products', {
      id: ids[line],
      name,
      price_fen: PRICE_FEN,
      stock: STOCK - quantity,
      created_at: PLACED_AT,
    });
    await insert(database, 'order_items', {
      order_id: orderId,
      line,
      product_id: ids[line],
      name,
      unit_price_fen: PRICE_FEN,
      quantity,
      payable_fen: PRICE_FEN * quantity,
    });
  }
  return ids;
}

async function reserveCoupon(
  database: TestDatabase,
  { id: orderId, buyerId, code }: { id: string; buyerId: string; code: string },
): Promise<void> {
  const couponId = randomUUID();
  await insert(database, 'coupons', {
    id: couponId,
    code,
    name: 'tea',
    amount_fen: DISCOUNT_FEN,
    min_total_fen: 0,
    taken: 1,
    starts_at: PLACED_AT,
    created_at: PLACED_AT,
  });
  await insert(database, 'coupon_uses', {
    id: randomUUID(),
    coupon_id: couponId,
    order_id: orderId,
    buyer_id: buyerId,
    status: 'RESERVED',
    discount_fen: DISCOUNT_FEN,
    reserved_at: PLACED_AT,
  });
}

/** One more attempt to pay; the one before must have ended. */
export async function addAttempt(
  database: TestDatabase,
  { id: orderId, payableFen }: Pick<PlacedOrder, 'id' | 'payableFen'>,
): Promise<Pick<PlacedOrder, 'paymentId' | 'outTradeNo'>> {
  const id = randomUUID();
  const [before] = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM payments WHERE order_id = $1',
    [orderId],
  );
  await insert(database, 'payments', {
    ...MERCHANT,
    id,
    order_id: orderId,
    attempt: (before?.count ?? 0) + 1,
    mch_id: MCH_ID,
    out_trade_no: id,
    trade_type: 'JSAPI',
    status: 'PREPAID',
    amount_fen: payableFen,
    request: { outTradeNo: id, totalFen: payableFen, currency: 'CNY' },
    prepaid: { prepayId: `wx${id}` },
    prepaid_at: PLACED_AT,
    created_at: PLACED_AT,
    expires_at: EXPIRES_AT,
    next_check_at: EXPIRES_AT,
    checks: 0,
  });
  return { paymentId: id, outTradeNo: id };
}

/** WeChat has confirmed that the attempt can no longer be paid. */
export async function closeAttempt(
  database: Pick<TestDatabase, 'query'>,
  { paymentId }: Pick<PlacedOrder, 'paymentId'>,
): Promise<void> {
  await database.query("UPDATE payments SET status = 'CLOSED', next_check_at = NULL WHERE id = $1", [
    paymentId,
  ]);
}

/** Closed unpaid. */
export async function closeOrder(
  database: Pick<TestDatabase, 'query'>,
  order: Pick<PlacedOrder, 'id' | 'paymentId'>,
): Promise<void> {
  await closeAttempt(database, order);
  await database.query("UPDATE orders SET status = 'CLOSED', closed_at = $2 WHERE id = $1", [
    order.id,
    EXPIRES_AT,
  ]);
}

export interface RefundWish {
  status?: string;
  amountFen?: number;
  items?: { line: number; quantity: number }[] | null;
  restock?: boolean;
  calledAt?: Date | null;
}

/** A refund of an order or of an item in suspense; unless said otherwise WeChat has been asked for it, and its outcome is not known. */
export async function insertRefund(
  database: TestDatabase,
  of: { order: PlacedOrder } | { suspenseId: string },
  {
    status = 'PROCESSING',
    amountFen = 400,
    items = null,
    restock = false,
    calledAt = new Date(PLACED_AT),
  }: RefundWish = {},
): Promise<string> {
  const id = randomUUID();
  const isSent = !['REQUESTED', 'REJECTED', 'WITHDRAWN', 'APPROVED'].includes(status);
  const isOut = status === 'PROCESSING';
  await insert(database, 'refunds', {
    ...MERCHANT,
    id,
    refund_no: `R${id}`,
    ...('order' in of
      ? { order_id: of.order.id, payment_id: of.order.paymentId }
      : { suspense_id: of.suspenseId }),
    status,
    amount_fen: amountFen,
    reason: 'changed my mind',
    items: items && JSON.stringify(items),
    restock,
    requested_by: { kind: 'buyer', id: 'b', name: 'buyer' },
    reviewed_by: status === 'REQUESTED' ? null : { kind: 'operator', id: 'o', name: 'owner' },
    waiting: isOut ? { code: 'NOTENOUGH', message: 'the balance is low' } : null,
    failure: status === 'FAILED' ? { code: 'ERROR', message: 'refused' } : null,
    uncertain: isOut,
    calls: isSent ? 1 : 0,
    called_at: isSent ? calledAt : null,
    next_check_at: isOut || status === 'APPROVED' ? EXPIRES_AT : null,
    created_at: PLACED_AT,
    reviewed_at: status === 'REQUESTED' ? null : PLACED_AT,
  });
  return id;
}

/** The attempt of this order, paid, as WeChat reports it. */
export function reportOf(
  { outTradeNo, payableFen }: Pick<PlacedOrder, 'outTradeNo' | 'payableFen'>,
  changes: Partial<PaidTransaction> = {},
): PaidTransaction {
  const transactionId = newTransactionId();
  return {
    accountId: MERCHANT.account_id,
    mchId: MCH_ID,
    appId: MERCHANT.app_id,
    outTradeNo,
    transactionId,
    tradeType: 'JSAPI',
    totalFen: toFen(payableFen),
    settlementFen: toFen(changes.totalFen ?? payableFen),
    currency: 'CNY',
    paidAt: new Date('2026-11-21T12:04:30.000Z'),
    fields: { transaction_id: transactionId, openid: 'o-secret', bank_type: 'OTHERS' },
    ...changes,
  };
}

export async function insert(
  database: Pick<TestDatabase, 'query'>,
  table: string,
  row: Record<string, unknown>,
): Promise<void> {
  const places = Object.keys(row).map((_, index) => `$${index + 1}`);
  await database.query(
    `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${places.join()})`,
    Object.values(row),
  );
}
