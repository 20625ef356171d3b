import { describe, expect, it } from '@jest/globals';
import { toFen } from '../src/common/fen.js';
import { ORDER_STATUSES, type OrderStatus } from '../src/order/order.status.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../src/payment/payment.status.js';
import { judge, paymentMovement, type SettlementSubject } from '../src/payment/settlement.js';
import type { PaidTransaction } from '../src/wxpay/protocol.js';

const PAID: PaidTransaction = {
  accountId: 'default',
  mchId: '1900000001',
  appId: 'wx1',
  outTradeNo: 'n-1',
  transactionId: '42',
  totalFen: toFen(100),
  settlementFen: toFen(90),
  currency: 'CNY',
  tradeType: 'JSAPI',
  paidAt: new Date(0),
  fields: {},
};

const subject = (
  payment: Partial<SettlementSubject['payment']> = {},
  status: OrderStatus = 'PENDING_PAYMENT',
): SettlementSubject => ({
  payment: {
    id: 'p',
    status: 'PREPAID',
    accountId: 'default',
    appId: 'wx1',
    amountFen: toFen(100),
    currency: 'CNY',
    transactionId: null,
    ...payment,
  },
  order: { id: 'o', status, payableFen: toFen(100), hasCoupon: false },
});

/** Of an attempt that is not paid yet, by its own state and its order's. */
const expected = (payment: PaymentStatus, order: OrderStatus): string => {
  if (order === 'CLOSED') return 'LATE';
  if (order !== 'PENDING_PAYMENT') return 'DOUBLE';
  return payment === 'CREATED' || payment === 'PREPAID' ? 'SETTLED' : 'LATE';
};

describe('what a reported payment means', () => {
  it('is unknown where we have no such number', () => expect(judge(PAID, undefined)).toBe('UNKNOWN_ORDER'));

  it('is nobody’s where account or app are another’s, whatever else is true', () => {
    expect(judge({ ...PAID, accountId: 'other' }, subject())).toBe('FOREIGN');
    expect(judge({ ...PAID, appId: 'wx2' }, subject())).toBe('FOREIGN');
    expect(judge({ ...PAID, appId: 'wx2' }, subject({ status: 'SUCCESS', transactionId: '42' }))).toBe(
      'FOREIGN',
    );
  });

  it('is known already, or a second payment of the same number', () => {
    expect(judge(PAID, subject({ status: 'SUCCESS', transactionId: '42' }, 'PAID'))).toBe('DUPLICATE');
    expect(judge(PAID, subject({ status: 'SUCCESS', transactionId: '41' }, 'PAID'))).toBe('DOUBLE');
  });

  it.each([
    ['a fen too little', { totalFen: toFen(99) }],
    ['a fen too much', { totalFen: toFen(101) }],
    ['another currency', { currency: 'USD' }],
  ])('M-05: is a wrong amount with %s, even for a closed order', (_, changes) => {
    expect(judge({ ...PAID, ...changes }, subject())).toBe('WRONG_AMOUNT');
    expect(judge({ ...PAID, ...changes }, subject({}, 'CLOSED'))).toBe('WRONG_AMOUNT');
  });

  const open = PAYMENT_STATUSES.filter((status) => status !== 'SUCCESS');

  it.each(open.flatMap((payment) => ORDER_STATUSES.map((order) => [payment, order] as const)))(
    'of an attempt that is %s, its order %s',
    (payment, order) => {
      expect(judge(PAID, subject({ status: payment }, order))).toBe(expected(payment, order));
    },
  );
});

describe('the movement of a payment', () => {
  const at = new Date(1000);

  it('lets WeChat owe us what it will pay out, names its coupon, and owes the buyer the whole', () => {
    expect(paymentMovement('PAYMENT_RECEIVED', 'p', PAID, at)).toEqual({
      kind: 'PAYMENT_RECEIVED',
      subjectId: 'p',
      merchantAccount: 'default',
      currency: 'CNY',
      bookedAt: at,
      lines: [
        { account: 'WECHAT_RECEIVABLE', amountFen: 90 },
        { account: 'WECHAT_COUPON_DISCOUNT', amountFen: 10 },
        { account: 'CUSTOMER_DEPOSITS', amountFen: -100 },
      ],
    });
  });

  it('owes nobody in particular what arrived wrongly', () => {
    expect(paymentMovement('SUSPENSE_RECEIVED', 's', PAID, at).lines[2]).toEqual({
      account: 'SUSPENSE',
      amountFen: -100,
    });
  });
});
