import { newEvent, type OrderEvent, type OrderEventType } from '../jobs/event.js';
import type { LockedRefund } from './locked-refund.js';

type RefundEventType = Extract<OrderEventType, `refund.${string}`>;

/** What becomes of a return from suspense has names of its own: who listens for refunds of orders must not count it. */
const OF_SUSPENSE: Partial<Record<RefundEventType, OrderEventType>> = {
  'refund.succeeded': 'suspense.returned',
  'refund.abnormal': 'suspense.return_failed',
  'refund.closed': 'suspense.return_failed',
  'refund.failed': 'suspense.return_failed',
};

/** The event to enqueue for what happened to a refund; none where there is nobody to tell. */
export function refundEvent(type: RefundEventType, at: Date, locked: LockedRefund): OrderEvent[] {
  const refundId = locked.refund.id;
  if (locked.purpose === 'ORDER') {
    const { order, payment } = locked;
    return [newEvent(type, at, { orderId: order.id, paymentId: payment.id, refundId })];
  }
  const { id: suspenseId, orderId, paymentId } = locked.item;
  const ofSuspense = OF_SUSPENSE[type];
  if (ofSuspense === undefined || orderId === null) return [];
  return [
    newEvent(ofSuspense, at, { orderId, ...(paymentId !== null && { paymentId }), suspenseId, refundId }),
  ];
}
