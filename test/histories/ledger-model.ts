import type { Books, WeChatOrder } from './books.js';

/**
 * Every entry the journal must have, worked out from what WeChat says it received and gave back and from where the
 * money then belongs; one line each, `kind subject account fen`.
 */
export function expectedEntries(books: Books): string[] {
  return [...ofPayments(books), ...ofSuspense(books), ...ofRefunds(books)];
}

function* ofPayments({ orders, payments, wechatOrders }: Books): Generator<string> {
  for (const { paidBy } of orders) {
    const payment = payments.find(({ id }) => id === paidBy);
    const paid = wechatOrders.find(({ outTradeNo }) => outTradeNo === payment?.outTradeNo);
    if (payment !== undefined && paid !== undefined)
      yield* received('PAYMENT_RECEIVED', payment.id, paid, 'CUSTOMER_DEPOSITS');
  }
}

function* ofSuspense({ suspense, wechatOrders }: Books): Generator<string> {
  for (const { id, transactionId, acceptedAt, amountFen } of suspense) {
    const paid = wechatOrders.find((each) => each.transactionId === transactionId);
    if (paid !== undefined) yield* received('SUSPENSE_RECEIVED', id, paid, 'SUSPENSE');
    if (acceptedAt === null) continue;
    yield entry('SUSPENSE_ACCEPTED', id, 'SUSPENSE', amountFen);
    yield entry('SUSPENSE_ACCEPTED', id, 'OTHER_INCOME', -amountFen);
  }
}

/** What the buyer paid; of that, a coupon of WeChat's own never reaches the merchant. */
function* received(kind: string, id: string, { payment }: WeChatOrder, against: string): Generator<string> {
  if (payment === undefined) return;
  const { totalFen, couponFen, couponType } = payment;
  const discountFen = couponType === 'NO_CASH' ? couponFen : 0;
  yield entry(kind, id, 'WECHAT_RECEIVABLE', totalFen - discountFen);
  if (discountFen > 0) yield entry(kind, id, 'WECHAT_COUPON_DISCOUNT', discountFen);
  yield entry(kind, id, against, -totalFen);
}

function* ofRefunds({ refunds, wechatRefunds, suspense }: Books): Generator<string> {
  for (const { outRefundNo, status, refundFen, settlementRefundFen } of wechatRefunds) {
    const refund = refunds.find(({ refundNo }) => refundNo === outRefundNo);
    if (refund === undefined || status !== 'SUCCESS') continue;
    const item = suspense.find(({ id }) => id === refund.suspenseId);
    const kind = item === undefined ? 'REFUND_PAID' : 'SUSPENSE_RETURNED';
    const from =
      item === undefined ? 'CUSTOMER_DEPOSITS' : item.acceptedAt === null ? 'SUSPENSE' : 'OTHER_INCOME';
    yield entry(kind, refund.id, from, refundFen);
    yield entry(kind, refund.id, 'WECHAT_RECEIVABLE', -settlementRefundFen);
    if (settlementRefundFen !== refundFen)
      yield entry(kind, refund.id, 'WECHAT_COUPON_DISCOUNT', settlementRefundFen - refundFen);
  }
}

function entry(kind: string, subjectId: string, account: string, amountFen: number): string {
  return `${kind} ${subjectId} ${account} ${amountFen}`;
}
