import { v7 as uuidv7 } from 'uuid';

/** What happens to an order that somebody outside the deciding module may want to know. */
export const EVENT_TYPES = [
  'payment.succeeded',
  'order.closed',
  'order.shipped',
  'order.completed',
  'refund.requested',
  'refund.withdrawn',
  'refund.approved',
  'refund.rejected',
  'refund.succeeded',
  'refund.abnormal',
  'refund.closed',
  'refund.failed',
  'suspense.opened',
  'suspense.returned',
  'suspense.return_failed',
  'suspense.accepted',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Ids only: who handles an event reads the rows himself, and nothing secret or personal lies in the queue. */
export interface EventSubjects {
  orderId: string;
  paymentId?: string;
  refundId?: string;
  suspenseId?: string;
}

export interface DomainEvent extends EventSubjects {
  /** Stays the same however often the event is handled: what it causes is de-duplicated by it. */
  id: string;
  type: EventType;
  /** Business time of the decision, ISO 8601. */
  at: string;
}

/** An event to be enqueued with the transaction that decides it: `jobs.enqueue(manager, 'events', [newEvent(…)])`. */
export function newEvent(type: EventType, at: Date, subjects: EventSubjects): DomainEvent {
  return { id: uuidv7(), type, at: at.toISOString(), ...subjects };
}
