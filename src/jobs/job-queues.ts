import type { DomainEvent } from './event.js';

/** Every queue of side effects, with what its jobs carry. Money never depends on a job (DESIGN §4). */
export interface JobPayloads {
  /** Sent once, in the transaction that decided it; `fulfilment/effect` makes effects of it. */
  events: DomainEvent;
}

export type JobQueue = keyof JobPayloads;

export const JOB_QUEUES: readonly JobQueue[] = ['events'];
