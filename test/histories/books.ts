import type { Lane } from './lane.js';
import type { World } from './world.js';
import { EVENTS } from '../support/events.js';

/** Rows as the database has them, amounts in fen. */
export interface OrderRow {
  id: string;
  orderNo: string;
  buyerId: string;
  status: string;
  totalFen: number;
  discountFen: number;
  payableFen: number;
  paidFen: number;
  refundedFen: number;
  paidBy: string | null;
  couponCode: string | null;
  items: { productId: string; line: number; quantity: number; unitPriceFen: number; payableFen: number }[];
}
export interface PaymentRow {
  id: string;
  orderId: string;
  outTradeNo: string;
  status: string;
  amountFen: number;
  transactionId: string | null;
}
export interface SuspenseRow {
  id: string;
  kind: string;
  status: string;
  orderId: string | null;
  outTradeNo: string;
  transactionId: string;
  amountFen: number;
  acceptedAt: string | null;
}
export interface RefundRow {
  id: string;
  refundNo: string;
  orderId: string | null;
  paymentId: string | null;
  suspenseId: string | null;
  status: string;
  amountFen: number;
  refundId: string | null;
  restock: boolean;
  items: { line: number; quantity: number }[] | null;
  requestedBy: { kind: string; id: string };
  reviewedBy: { kind: string; id: string } | null;
  calls: number;
}
export interface EntryRow {
  movementId: string;
  kind: string;
  subjectId: string;
  account: string;
  amountFen: number;
}
export interface EventRow {
  type: string;
  orderId: string;
  refundId: string | null;
  suspenseId: string | null;
}
export interface NoticeRow {
  orderId: string | null;
  verdict: string;
  verified: boolean;
}
export interface CouponRow {
  code: string;
  taken: number;
  uses: { orderId: string; status: string; discountFen: number }[];
}

/** What WeChat knows, in the words of the simulator. */
export interface WeChatOrder {
  outTradeNo: string;
  mchId: string;
  tradeState: 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED';
  totalFen: number;
  transactionId?: string;
  payment?: { totalFen: number; couponFen: number; couponType: string };
}
export interface WeChatRefund {
  outRefundNo: string;
  outTradeNo: string;
  transactionId: string;
  refundFen: number;
  settlementRefundFen: number;
  status: 'PROCESSING' | 'SUCCESS' | 'CHANGE' | 'REFUNDCLOSE';
}

/** Both sides of one history. */
export interface Books {
  orders: OrderRow[];
  payments: PaymentRow[];
  suspense: SuspenseRow[];
  refunds: RefundRow[];
  entries: EntryRow[];
  events: EventRow[];
  notices: NoticeRow[];
  coupon: CouponRow | undefined;
  /** Pieces left, by product. */
  stock: Map<string, number>;
  wechatOrders: WeChatOrder[];
  wechatRefunds: WeChatRefund[];
}

const ORDERS = `
  SELECT o.id, order_no AS "orderNo", buyer_id AS "buyerId", status, total_fen::int AS "totalFen",
         discount_fen::int AS "discountFen", o.payable_fen::int AS "payableFen", paid_fen::int AS "paidFen",
         refunded_fen::int AS "refundedFen", paid_by_payment_id AS "paidBy", coupon_code AS "couponCode",
         (SELECT jsonb_agg(jsonb_build_object('productId', product_id, 'line', line, 'quantity', quantity,
            'unitPriceFen', unit_price_fen, 'payableFen', i.payable_fen) ORDER BY line)
          FROM order_items i WHERE i.order_id = o.id) AS items
  FROM orders o WHERE created_at >= $1`;
const PAYMENTS = `
  SELECT id, order_id AS "orderId", out_trade_no AS "outTradeNo", status, amount_fen::int AS "amountFen",
         transaction_id AS "transactionId" FROM payments WHERE created_at >= $1`;
const SUSPENSE = `
  SELECT id, kind, status, order_id AS "orderId", out_trade_no AS "outTradeNo", transaction_id AS "transactionId",
         amount_fen::int AS "amountFen", accepted_at AS "acceptedAt" FROM suspense_items WHERE created_at >= $1`;
const REFUNDS = `
  SELECT id, refund_no AS "refundNo", order_id AS "orderId", payment_id AS "paymentId", suspense_id AS "suspenseId",
         status, amount_fen::int AS "amountFen", refund_id AS "refundId", restock, items, requested_by AS "requestedBy",
         reviewed_by AS "reviewedBy", calls FROM refunds WHERE created_at >= $1`;
const ENTRIES = `
  SELECT movement_id AS "movementId", kind, subject_id AS "subjectId", account, amount_fen::int AS "amountFen"
  FROM ledger_entries WHERE booked_at >= $1 AND kind <> 'FEE_CHARGED'`;
const EVENT_ROWS = `
  SELECT data->>'type' AS type, data->>'orderId' AS "orderId", data->>'refundId' AS "refundId",
         data->>'suspenseId' AS "suspenseId"
  FROM ${EVENTS} WHERE (data->>'at')::timestamptz >= $1`;
const NOTICES = `
  SELECT order_id AS "orderId", verdict, verified FROM notifications WHERE received_at >= $1 AND order_id IS NOT NULL`;
const COUPONS = `
  SELECT code, taken, coalesce((SELECT jsonb_agg(jsonb_build_object('orderId', order_id, 'status', u.status,
           'discountFen', discount_fen)) FROM coupon_uses u WHERE u.coupon_id = c.id), '[]') AS uses
  FROM coupons c WHERE code = ANY ($1)`;
const STOCK = 'SELECT id, stock FROM products WHERE id = ANY ($1::uuid[])';

/** The books of a whole batch, each table read once. */
export async function readBooks(world: World, lanes: readonly Lane[], since: Date): Promise<Books[]> {
  const { database } = world;
  const read = <Row extends object>(text: string): Promise<Row[]> => database.query<Row>(text, [since]);
  const [orders, payments, suspense, refunds, entries, events, notices] = await Promise.all([
    read<OrderRow>(ORDERS),
    read<PaymentRow>(PAYMENTS),
    read<SuspenseRow>(SUSPENSE),
    read<RefundRow>(REFUNDS),
    read<EntryRow>(ENTRIES),
    read<EventRow>(EVENT_ROWS),
    read<NoticeRow>(NOTICES),
  ]);
  const coupons = await database.query<CouponRow>(COUPONS, [lanes.map(({ couponCode }) => couponCode)]);
  const stock = await database.query<{ id: string; stock: number }>(STOCK, [
    lanes.flatMap(({ goods }) => goods.map(({ id }) => id)),
  ]);
  const [wechatOrders, wechatRefunds] = await Promise.all([
    list<WeChatOrder>(world, 'transactions'),
    list<WeChatRefund>(world, 'refunds'),
  ]);

  const ordersOf = Map.groupBy(orders, ({ buyerId }) => buyerId);
  const paymentsOf = Map.groupBy(payments, ({ orderId }) => orderId);
  const suspenseOf = Map.groupBy(suspense, ({ outTradeNo }) => orderNoOf(outTradeNo));
  const refundsOf = Map.groupBy(refunds, ({ orderId, suspenseId }) => orderId ?? suspenseId ?? '');
  const entriesOf = Map.groupBy(entries, ({ subjectId }) => subjectId);
  const eventsOf = Map.groupBy(events, ({ orderId }) => orderId);
  const noticesOf = Map.groupBy(notices, ({ orderId }) => orderId ?? '');
  const couponOf = new Map(coupons.map((coupon) => [coupon.code, coupon]));
  const stockOf = new Map(stock.map(({ id, stock }) => [id, stock]));
  const wechatOrdersOf = Map.groupBy(wechatOrders, ({ outTradeNo }) => orderNoOf(outTradeNo));
  const wechatRefundsOf = Map.groupBy(wechatRefunds, ({ outTradeNo }) => orderNoOf(outTradeNo));

  return lanes.map((lane) => {
    const own = ordersOf.get(lane.customer.id) ?? [];
    // Numbers the lane has seen count as well, so that what WeChat knows and we do not is found.
    const orderNos = new Set([...own, ...lane.orders].map(({ orderNo }) => orderNo));
    const ownPayments = all(
      paymentsOf,
      own.map(({ id }) => id),
    );
    const ownSuspense = all(suspenseOf, orderNos);
    const ownRefunds = all(
      refundsOf,
      [...own, ...ownSuspense].map(({ id }) => id),
    );
    return {
      orders: own,
      payments: ownPayments,
      suspense: ownSuspense,
      refunds: ownRefunds,
      entries: all(
        entriesOf,
        [...ownPayments, ...ownSuspense, ...ownRefunds].map(({ id }) => id),
      ),
      events: all(
        eventsOf,
        own.map(({ id }) => id),
      ),
      notices: all(
        noticesOf,
        own.map(({ id }) => id),
      ),
      coupon: couponOf.get(lane.couponCode),
      stock: new Map(lane.goods.map(({ id }) => [id, stockOf.get(id) ?? Number.NaN])),
      wechatOrders: all(wechatOrdersOf, orderNos),
      wechatRefunds: all(wechatRefundsOf, orderNos),
    };
  });
}

function all<Row>(rows: ReadonlyMap<string, Row[]>, keys: Iterable<string>): Row[] {
  return [...keys].flatMap((key) => rows.get(key) ?? []);
}

/** `out_trade_no` is the order's number and the attempt's. */
function orderNoOf(outTradeNo: string): string {
  return outTradeNo.slice(0, outTradeNo.lastIndexOf('-'));
}

async function list<Item>(world: World, what: 'transactions' | 'refunds'): Promise<Item[]> {
  const { status, body } = await world.control.send('GET', `/_sim/${what}`);
  if (status !== 200) throw new Error(`WeChat does not show its ${what}: ${status}`);
  return body.items as Item[];
}
