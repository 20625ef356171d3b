import { describe, expect, it } from '@jest/globals';
import { toFen } from '../../src/common/fen.js';
import type { LockedRefund } from '../../src/refund/locked-refund.js';
import { refundMovement } from '../../src/refund/refund-movement.js';
import type { RefundResult } from '../../src/wxpay/protocol.js';

const AT = new Date(1000);
const refund = { id: 'r', accountId: 'second', amountFen: toFen(100) };
const result: RefundResult = {
  state: 'SUCCESS',
  refundId: '50',
  refundFen: toFen(100),
  settlementFen: toFen(70),
  fields: {},
};

const movementOf = (locked: object): unknown => refundMovement(locked as LockedRefund, result, AT);
const LINES = [
  { account: 'WECHAT_RECEIVABLE', amountFen: -70 },
  { account: 'WECHAT_COUPON_DISCOUNT', amountFen: -30 },
];
const COMMON = { subjectId: 'r', merchantAccount: 'second', bookedAt: AT };

describe('M-29: the movement of a refund that succeeded', () => {
  it('takes from what the buyer was owed; WeChat takes its coupon back', () => {
    expect(movementOf({ purpose: 'ORDER', refund })).toEqual({
      ...COMMON,
      kind: 'REFUND_PAID',
      currency: 'CNY',
      lines: [{ account: 'CUSTOMER_DEPOSITS', amountFen: 100 }, ...LINES],
    });
  });

  it.each([
    ['suspense', null, 'SUSPENSE'],
    ['other income, where a person had accepted it meanwhile', AT, 'OTHER_INCOME'],
  ])('takes from %s what goes back from the desk', (_, acceptedAt, account) => {
    expect(movementOf({ purpose: 'SUSPENSE', refund, item: { currency: 'USD', acceptedAt } })).toEqual({
      ...COMMON,
      kind: 'SUSPENSE_RETURNED',
      currency: 'USD',
      lines: [{ account, amountFen: 100 }, ...LINES],
    });
  });
});
