import type { SuspenseItem, SuspenseKind } from '../payment/suspense-item.entity.js';
import type { Person } from './refund.entity.js';

/** Shown to the buyer by WeChat and by us; at most 80 bytes. */
export const RETURN_REASONS: Record<SuspenseKind, string> = {
  LATE: '订单已关闭，付款原路退回',
  DOUBLE: '订单重复付款，原路退回',
  WRONG_AMOUNT: '付款金额与订单不符，原路退回',
  UNKNOWN_ORDER: '未找到对应订单，付款原路退回',
};

/** In the place of a person, where the shop's rule returns money by itself. */
export const RETURN_RULE: Person = {
  kind: 'policy',
  id: 'suspense-return',
  name: 'late and double payments return by themselves',
};

/**
 * `out_refund_no` of a return, derived from WeChat's own number of the payment: however this comes to be repeated, a
 * restored backup included, WeChat sees the same number and refunds once (M-14). A further number only after WeChat has
 * closed the refund under the one before.
 * @param closed how many returns of this item WeChat has closed, or people have rejected
 */
export function returnNo({ transactionId }: Pick<SuspenseItem, 'transactionId'>, closed: number): string {
  return `RETURN-${transactionId}${closed === 0 ? '' : `-${closed + 1}`}`;
}
