import type { z } from 'zod';
import { domainEventSchema } from './event.js';

/** Every queue of side effects, with the shape of what its jobs carry. Money never depends on a job (DESIGN §4). */
const PAYLOADS = {
  /** Sent once, in the transaction that decided it; `fulfilment/effect` makes effects of it. */
  events: domainEventSchema,
} as const satisfies Record<string, z.ZodType>;

export type JobQueue = keyof typeof PAYLOADS;
export type JobPayloads = { [Queue in JobQueue]: z.infer<(typeof PAYLOADS)[Queue]> };

export const JOB_QUEUES = Object.keys(PAYLOADS) as readonly JobQueue[];

/** Reads what a job carries. @throws Error naming each field that is wrong, but none of its values */
export function readPayload<Queue extends JobQueue>(queue: Queue, data: unknown): JobPayloads[Queue] {
  const { success, data: payload, error } = PAYLOADS[queue].safeParse(data);
  if (success) return payload;
  const fields = error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ');
  throw new Error(`the payload has an unknown shape: ${fields}`);
}
