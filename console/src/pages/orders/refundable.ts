import type { Order, RefundStatus } from '../../api/types.ts';

/** These hold their amount: on its way back, or it may still be (src/refund/refund.status.ts). */
const LIVE: ReadonlySet<RefundStatus> = new Set([
  'REQUESTED',
  'APPROVED',
  'PROCESSING',
  'SUCCESS',
  'ABNORMAL',
]);

/** Whether a refund in this state takes its amount from what can still be refunded. */
export function holdsAmount(status: RefundStatus): boolean {
  return LIVE.has(status);
}

/** What of the order is not given back and not asked for, integer fen. The service decides; this is what it is shown. */
export function refundableFen({ paidFen, refunds }: Pick<Order, 'paidFen' | 'refunds'>): number {
  return paidFen - liveFen(refunds);
}

export function liveFen(
  refunds: readonly { status: RefundStatus; purpose: string; amountFen: number }[],
): number {
  return refunds
    .filter(({ status, purpose }) => purpose === 'ORDER' && holdsAmount(status))
    .reduce((total, { amountFen }) => total + amountFen, 0);
}
