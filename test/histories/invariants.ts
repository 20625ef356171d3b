import { LIVE_STATUSES } from '../../src/refund/refund.status.js';
import type { Books, PaymentRow, RefundRow, WeChatOrder } from './books.js';
import type { Goods } from './lane.js';
import { expectedEntries } from './ledger-model.js';

/** How our states are called at WeChat. */
const REFUND_AT_WECHAT: Record<string, string> = {
  SUCCESS: 'SUCCESS',
  ABNORMAL: 'CHANGE',
  CLOSED: 'REFUNDCLOSE',
};
const COUPON_FEN = 500;

/**
 * The money rules of DESIGN §2 as far as rows show them, and that WeChat and we say the same, once everything has come
 * to rest. Pure: two sides of one history in, every violation out.
 * @param muted no notification about this history has arrived since some moment
 */
export function violations(all: Books, goods: readonly Goods[], muted: boolean): string[] {
  const lost = muted ? untold(all) : [];
  const books = { ...all, wechatOrders: all.wechatOrders.filter((order) => !lost.includes(order)) };
  return [
    ...ordersAreFinal(books),
    ...pricesAreTheCatalogues(books, goods),
    ...paymentsAgree(books),
    ...moneyIsSomewhere(books),
    ...refundsAgree(books),
    ...refundsStayWithin(books),
    ...reviewsAreByOthers(books),
    ...journalAddsUp(books),
    ...eventsAreOnce(books),
    ...noticesAreDecided(books),
    ...stockAddsUp(books, goods),
    ...couponAddsUp(books),
  ];
}

/**
 * Paid although WeChat had closed it, and not one notification arrived: nobody has a reason to ask about it again. Only
 * the day's bill brings this to light (rule 12), and there it is demanded.
 * @param books of a history whose notifications are all lost
 */
export function untold({ payments, wechatOrders }: Books): WeChatOrder[] {
  const closed = payments.filter(({ status }) => status === 'CLOSED' || status === 'FAILED');
  return wechatOrders.filter(
    ({ payment, outTradeNo }) =>
      payment !== undefined && closed.some((each) => each.outTradeNo === outTradeNo),
  );
}

function* ordersAreFinal({ orders, payments }: Books): Generator<string> {
  for (const { id, orderNo, status, paidBy, paidFen, payableFen } of orders) {
    if (status === 'PENDING_PAYMENT') yield `rule 6: order ${orderNo} still waits for its payment`;
    const paid = status !== 'CLOSED' && status !== 'PENDING_PAYMENT';
    const payer = payments.find((payment) => payment.id === paidBy);
    if (paid !== (payer?.status === 'SUCCESS' && payer.orderId === id))
      yield `rule 6: order ${orderNo} is ${status}, paid by ${payer?.outTradeNo} (${payer?.status})`;
    if (paidFen !== (paid ? payableFen : 0))
      yield `rule 1: order ${orderNo} is ${status} with ${paidFen} fen`;
  }
  for (const { outTradeNo, status } of payments)
    if (status === 'CREATED' || status === 'PREPAID') yield `rule 6: ${outTradeNo} is ${status} for ever`;
}

function* pricesAreTheCatalogues(
  { orders, coupon, payments }: Books,
  goods: readonly Goods[],
): Generator<string> {
  for (const { id, orderNo, items, totalFen, discountFen, payableFen, couponCode } of orders) {
    for (const { productId, unitPriceFen } of items) {
      const price = goods.find((each) => each.id === productId)?.priceFen;
      if (unitPriceFen !== price) yield `rule 2: ${orderNo} sells for ${unitPriceFen} what costs ${price}`;
    }
    const total = sum(items.map(({ unitPriceFen, quantity }) => unitPriceFen * quantity));
    const discount = couponCode === null ? 0 : Math.min(COUPON_FEN, total - 1);
    if (totalFen !== total || discountFen !== discount || payableFen !== total - discount)
      yield `rule 1: ${orderNo} costs ${totalFen} - ${discountFen} = ${payableFen}, not ${total} - ${discount}`;
    if (sum(items.map((item) => item.payableFen)) !== payableFen)
      yield `rule 1: the lines of ${orderNo} do not add up to ${payableFen}`;
    const use = coupon?.uses.find(({ orderId }) => orderId === id);
    if ((use?.discountFen ?? 0) !== discountFen) yield `rule 1: the coupon's use of ${orderNo} is another`;
    for (const { outTradeNo, amountFen } of payments.filter(({ orderId }) => orderId === id))
      if (amountFen !== payableFen) yield `rule 1: ${outTradeNo} asks for ${amountFen}, not ${payableFen}`;
  }
}

/** Each attempt is at WeChat what it is here, and WeChat knows none that we do not. */
function* paymentsAgree({ payments, wechatOrders, suspense }: Books): Generator<string> {
  const ours = new Map(payments.map((payment) => [payment.outTradeNo, payment]));
  for (const { outTradeNo, totalFen, tradeState } of wechatOrders) {
    const payment = ours.get(outTradeNo);
    if (payment === undefined) yield `rule 3: WeChat knows ${outTradeNo}, we do not`;
    else if (payment.amountFen !== totalFen)
      yield `rule 1: ${outTradeNo} is ${payment.amountFen} fen here and ${totalFen} at WeChat`;
    else yield* stateAgrees(payment, tradeState);
  }
  const known = new Set(wechatOrders.map(({ outTradeNo }) => outTradeNo));
  for (const { outTradeNo, status } of payments)
    if (status === 'SUCCESS' && !known.has(outTradeNo))
      yield `rule 8: ${outTradeNo} is paid here; WeChat does not know it`;
  const paid = new Set(wechatOrders.map(({ transactionId }) => transactionId));
  for (const { transactionId, outTradeNo } of suspense)
    if (!paid.has(transactionId))
      yield `rule 8: suspense has ${transactionId} (${outTradeNo}) that WeChat never had`;
}

function* stateAgrees({ outTradeNo, status }: PaymentRow, theirs: string): Generator<string> {
  const paidThere = theirs === 'SUCCESS' || theirs === 'REFUND';
  if (paidThere !== (status === 'SUCCESS'))
    yield `rule 5: ${outTradeNo} is ${status} here and ${theirs} at WeChat`;
  // A failed attempt was never accepted, or its number was somebody else's.
  if (status === 'CLOSED' && theirs === 'NOTPAY')
    yield `rule 5: ${outTradeNo} is closed here and payable at WeChat`;
}

/** What was paid has paid its order, or lies in suspense under what really arrived: one of the two (rule 9). */
function* moneyIsSomewhere({ orders, payments, suspense, refunds, wechatOrders }: Books): Generator<string> {
  for (const { transactionId, payment: paid, outTradeNo } of wechatOrders) {
    if (transactionId === undefined || paid === undefined) continue;
    const payment = payments.find((each) => each.transactionId === transactionId);
    const paidOrders = orders.filter(({ paidBy }) => payment !== undefined && paidBy === payment.id);
    const items = suspense.filter((each) => each.transactionId === transactionId);
    if (paidOrders.length + items.length !== 1)
      yield `rule 9: ${outTradeNo} was paid; ${paidOrders.length} orders and ${items.length} items have the money`;
    const here = paidOrders[0]?.paidFen ?? items[0]?.amountFen;
    if (here !== undefined && here !== paid.totalFen)
      yield `rule 9: ${outTradeNo} brought ${paid.totalFen} fen, we have ${here}`;
  }
  for (const { id, kind, status, outTradeNo, acceptedAt } of suspense) {
    const returns = refunds.filter(({ suspenseId }) => suspenseId === id);
    if ((kind === 'LATE' || kind === 'DOUBLE') && status === 'OPEN' && returns.length === 0)
      yield `rule 9: ${kind} money of ${outTradeNo} does not go back`;
    if ((status === 'RETURNED') !== returns.some((each) => each.status === 'SUCCESS'))
      yield `rule 9: the item of ${outTradeNo} is ${status}, its returns ${returns.map((each) => each.status).join()}`;
    if (status === 'ACCEPTED' && acceptedAt === null) yield `rule 9: ${outTradeNo} was accepted by nobody`;
  }
}

/** One number, one refund, in the same state on both sides; nothing at WeChat that we did not ask for. */
function* refundsAgree({ refunds, wechatRefunds }: Books): Generator<string> {
  const theirs = new Map(wechatRefunds.map((refund) => [refund.outRefundNo, refund]));
  for (const { refundNo, status, amountFen } of refunds) {
    const there = theirs.get(refundNo);
    if (status === 'APPROVED' || status === 'PROCESSING') yield `rule 5: ${refundNo} is ${status} for ever`;
    const expected = REFUND_AT_WECHAT[status];
    if (there?.status !== expected)
      yield `rule 5: ${refundNo} is ${status} here and ${there?.status} at WeChat`;
    if (there !== undefined && there.refundFen !== amountFen)
      yield `rule 1: ${refundNo} is ${amountFen} fen here and ${there.refundFen} at WeChat`;
  }
  const ours = new Set(refunds.map(({ refundNo }) => refundNo));
  for (const { outRefundNo, refundFen } of wechatRefunds)
    if (!ours.has(outRefundNo))
      yield `rule 3: WeChat refunded ${refundFen} fen as ${outRefundNo}; we know no such`;
}

function* refundsStayWithin({
  orders,
  refunds,
  wechatOrders,
  wechatRefunds,
  suspense,
}: Books): Generator<string> {
  for (const { id, orderNo, paidFen, refundedFen, paidBy } of orders) {
    const own = refunds.filter(({ paymentId, orderId }) => orderId === id && paymentId === paidBy);
    if (own.length !== refunds.filter(({ orderId }) => orderId === id).length)
      yield `rule 10: ${orderNo} has refunds of another payment than the one that paid it`;
    const held = sum(own.filter(live).map(({ amountFen }) => amountFen));
    if (held > paidFen) yield `rule 10: live refunds of ${orderNo} are ${held} fen of ${paidFen}`;
    const done = sum(own.filter(({ status }) => status === 'SUCCESS').map(({ amountFen }) => amountFen));
    if (done !== refundedFen)
      yield `rule 10: ${orderNo} counts ${refundedFen} fen refunded, its refunds ${done}`;
  }
  for (const { id, amountFen, outTradeNo } of suspense) {
    const back = sum(
      refunds.filter((each) => each.suspenseId === id && live(each)).map((each) => each.amountFen),
    );
    if (back > amountFen) yield `rule 10: ${back} fen return of the ${amountFen} of ${outTradeNo}`;
  }
  for (const { transactionId, outTradeNo, payment } of wechatOrders) {
    const back = wechatRefunds.filter(
      (each) => each.transactionId === transactionId && each.status !== 'REFUNDCLOSE',
    );
    if (payment && sum(back.map(({ refundFen }) => refundFen)) > payment.totalFen)
      yield `rule 10: WeChat gave back more than ${outTradeNo} brought`;
  }
}

function live({ status }: RefundRow): boolean {
  return (LIVE_STATUSES as readonly string[]).includes(status);
}

function* reviewsAreByOthers({ refunds }: Books): Generator<string> {
  for (const { refundNo, requestedBy, reviewedBy, calls } of refunds) {
    if (calls > 0 && reviewedBy === null) yield `four eyes: ${refundNo} was sent, and nobody approved it`;
    if (requestedBy.kind === 'operator' && requestedBy.id === reviewedBy?.id)
      yield `four eyes: ${refundNo} was approved by who asked for it`;
  }
}

/** The journal is what follows from what happened at WeChat, entry by entry: nothing missing, nothing twice. */
function* journalAddsUp(books: Books): Generator<string> {
  for (const [movement, entries] of Map.groupBy(books.entries, ({ movementId }) => movementId))
    if (entries.length < 2 || sum(entries.map(({ amountFen }) => amountFen)) !== 0)
      yield `rule 11: movement ${movement} (${entries[0]?.kind}) does not sum to zero`;
  const booked = books.entries.map(
    ({ kind, subjectId, account, amountFen }) => `${kind} ${subjectId} ${account} ${amountFen}`,
  );
  const expected = new Set(expectedEntries(books));
  for (const entry of booked)
    if (!expected.delete(entry)) yield `rule 11: the journal has ${entry}, which did not happen`;
  for (const entry of expected) yield `rule 11: the journal lacks ${entry}`;
}

/** Each decision has told of itself once. */
function* eventsAreOnce({ orders, refunds, suspense, events }: Books): Generator<string> {
  const told = new Map<string, number>();
  const count = (key: string): void => void told.set(key, (told.get(key) ?? 0) + 1);
  for (const { type, orderId, refundId, suspenseId } of events)
    count(`${type} ${refundId ?? suspenseId ?? orderId}`);
  const expected = new Map<string, number>();
  for (const { id, status } of orders) {
    expected.set(`payment.succeeded ${id}`, status === 'CLOSED' ? 0 : 1);
    expected.set(`order.closed ${id}`, status === 'CLOSED' ? 1 : 0);
  }
  for (const { id, status, orderId } of refunds) {
    if (orderId === null) continue;
    expected.set(`refund.requested ${id}`, 1);
    expected.set(`refund.succeeded ${id}`, status === 'SUCCESS' ? 1 : 0);
    expected.set(`refund.rejected ${id}`, status === 'REJECTED' ? 1 : 0);
    expected.set(`refund.withdrawn ${id}`, status === 'WITHDRAWN' ? 1 : 0);
  }
  for (const { id } of suspense) expected.set(`suspense.opened ${id}`, 1);
  for (const [key, times] of expected)
    if ((told.get(key) ?? 0) !== times) yield `rule 6: ${told.get(key) ?? 0} events ${key}, not ${times}`;
}

function* noticesAreDecided({ notices, orders }: Books): Generator<string> {
  for (const { id, orderNo } of orders) {
    const settled = notices.filter(({ orderId, verdict }) => orderId === id && verdict === 'SETTLED');
    if (settled.length > 1) yield `rule 6: ${settled.length} notifications settled ${orderNo}`;
    if (settled.some(({ verified }) => !verified))
      yield `rule 8: an unverified notification settled ${orderNo}`;
  }
}

function* stockAddsUp({ orders, refunds, stock }: Books, goods: readonly Goods[]): Generator<string> {
  for (const { id, stock: before } of goods) {
    const sold = orders
      .filter(({ status }) => status !== 'CLOSED')
      .flatMap(({ items }) => items.filter(({ productId }) => productId === id));
    const back = refunds
      .filter(({ status, restock }) => status === 'SUCCESS' && restock)
      .flatMap(({ orderId, items }) =>
        (items ?? []).filter(
          ({ line }) =>
            orders.find((order) => order.id === orderId)?.items.find((item) => item.line === line)
              ?.productId === id,
        ),
      );
    const quantity = (lines: { quantity: number }[]): number => sum(lines.map((line) => line.quantity));
    const left = before - quantity(sold) + quantity(back);
    if (stock.get(id) !== left) yield `stock: ${stock.get(id)} pieces of ${id} are left, not ${left}`;
  }
}

function* couponAddsUp({ coupon, orders }: Books): Generator<string> {
  if (coupon === undefined) return;
  const taken = coupon.uses.filter(({ status }) => status !== 'RELEASED').length;
  if (coupon.taken !== taken) yield `coupon: ${coupon.taken} are counted, ${taken} are taken`;
  for (const { orderId, status } of coupon.uses) {
    const order = orders.find(({ id }) => id === orderId);
    const expected = order?.status === 'CLOSED' ? 'RELEASED' : 'USED';
    if (status !== expected) yield `coupon: ${status} by ${order?.orderNo}, which is ${order?.status}`;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
