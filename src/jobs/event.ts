import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';

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
const subjectsSchema = z.object({
  orderId: z.uuid(),
  paymentId: z.uuid().optional(),
  refundId: z.uuid().optional(),
  suspenseId: z.uuid().optional(),
});

/** What is not one of these is nothing this version can handle: it fails where staff see it, never passes for handled. */
export const domainEventSchema = subjectsSchema.extend({
  id: z
    .uuid()
    .describe('stays the same however often the event is handled: what it causes is de-duplicated by it'),
  type: z.enum(EVENT_TYPES),
  at: z.iso.datetime({ offset: true }).describe('business time of the decision'),
});

export type EventSubjects = z.infer<typeof subjectsSchema>;
export type DomainEvent = z.infer<typeof domainEventSchema>;

/** An event to be enqueued with the transaction that decides it: `jobs.enqueue(manager, 'events', [newEvent(…)])`. */
export function newEvent(type: EventType, at: Date, subjects: EventSubjects): DomainEvent {
  return { id: uuidv7(), type, at: at.toISOString(), ...subjects };
}
