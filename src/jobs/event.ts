import { z } from 'zod';
import { uuidv7 } from '../common/uuid-v7.js';

/** What happens to an order that somebody outside the deciding module may want to know. */
const ORDER_EVENT_TYPES = [
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
/** How a day's comparison with WeChat's bills ended, when somebody has to look at it. */
const RECONCILIATION_EVENT_TYPES = ['reconciliation.differences', 'reconciliation.failed'] as const;
export const EVENT_TYPES = [...ORDER_EVENT_TYPES, ...RECONCILIATION_EVENT_TYPES] as const;
export type OrderEventType = (typeof ORDER_EVENT_TYPES)[number];
export type ReconciliationEventType = (typeof RECONCILIATION_EVENT_TYPES)[number];

/** Ids only: who handles an event reads the rows himself, and nothing secret or personal lies in the queue. */
const subjectsSchema = z.object({
  orderId: z.uuid(),
  paymentId: z.uuid().optional(),
  refundId: z.uuid().optional(),
  suspenseId: z.uuid().optional(),
});

const common = {
  id: z
    .uuid()
    .describe('stays the same however often the event is handled: what it causes is de-duplicated by it'),
  at: z.iso.datetime({ offset: true }).describe('business time of the decision'),
};
const orderEventSchema = subjectsSchema.extend({ ...common, type: z.enum(ORDER_EVENT_TYPES) });
const reconciliationEventSchema = z.object({
  ...common,
  type: z.enum(RECONCILIATION_EVENT_TYPES),
  reconciliationId: z.uuid(),
});

/** What is not one of these is nothing this version can handle: it fails where staff see it, never passes for handled. */
export const domainEventSchema = z.discriminatedUnion('type', [orderEventSchema, reconciliationEventSchema]);

export type EventSubjects = z.infer<typeof subjectsSchema>;
export type OrderEvent = z.infer<typeof orderEventSchema>;
export type ReconciliationEvent = z.infer<typeof reconciliationEventSchema>;
export type DomainEvent = z.infer<typeof domainEventSchema>;

/** An event to be enqueued with the transaction that decides it: `jobs.enqueue(manager, 'events', [newEvent(…)])`. */
export function newEvent(type: OrderEventType, at: Date, subjects: EventSubjects): OrderEvent {
  return { id: uuidv7(), type, at: at.toISOString(), ...subjects };
}

/** The same for a day's comparison. */
export function newReconciliationEvent(
  type: ReconciliationEventType,
  at: Date,
  reconciliationId: string,
): ReconciliationEvent {
  return { id: uuidv7(), type, at: at.toISOString(), reconciliationId };
}
