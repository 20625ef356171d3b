import { z } from 'zod';
import { domainEventSchema } from './event.js';

/** Every queue of side effects, with the shape of what its jobs carry. Money never depends on a job (DESIGN §4). */
const PAYLOADS = {
  /** Sent once, in the transaction that decided it; `fulfilment/effect` makes effects of it. */
  events: domainEventSchema,
} as const satisfies Record<string, z.ZodType>;

export type JobQueue = keyof typeof PAYLOADS;
export type JobPayloads = { [Queue in JobQueue]: z.infer<(typeof PAYLOADS)[Queue]> };

export const JOB_QUEUES = Object.keys(PAYLOADS) as readonly JobQueue[];

/** What one decision about many orders causes is one row of the queue: rows are what a queue costs. */
export const TOGETHER_MAX = 100;

/** What a job carries: one payload, or several that were decided together. */
export type JobData<Queue extends JobQueue> =
  JobPayloads[Queue] | { together: readonly JobPayloads[Queue][] };

/** @param payloads at least one */
export function jobData<Queue extends JobQueue>(payloads: readonly JobPayloads[Queue][]): JobData<Queue> {
  const [first] = payloads;
  return payloads.length === 1 && first !== undefined ? first : { together: payloads };
}

/** Reads what a job carries. @throws Error naming each field that is wrong, but none of its values */
export function readPayloads<Queue extends JobQueue>(queue: Queue, data: unknown): JobPayloads[Queue][] {
  const {
    success,
    data: payloads,
    error,
  } = z
    .array(PAYLOADS[queue])
    .min(1)
    .safeParse(together(data) ?? [data]);
  if (success) return payloads;
  const fields = error.issues.map(({ path }) => path.slice(1).join('.') || 'the whole').join(', ');
  throw new Error(`the payload has an unknown shape: ${fields}`);
}

function together(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'together' in data ? data.together : undefined;
}
