import { z } from 'zod';
import { instant, pageFields } from '../../common/http/list-query.js';
import { EVENT_TYPES } from '../../jobs/event.js';
import { JOB_QUEUES } from '../../jobs/job-queues.js';
import { DUE_NAMES } from './due-rows.js';

export const TROUBLED_STATES = ['failed', 'retrying'] as const;
export const JOB_STATES = [...TROUBLED_STATES, 'waiting', 'active', 'completed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const jobListSchema = z.strictObject({
  state: z.enum(TROUBLED_STATES).optional(),
  queue: z.enum(JOB_QUEUES).optional(),
  ...pageFields,
});
export type JobListQuery = z.infer<typeof jobListSchema>;

/** What a job may show of its payload: anything else in it, as in one of an unknown shape, stays where it is. */
export const payloadIdsSchema = z.object({
  id: z.uuid().optional().catch(undefined),
  type: z.enum(EVENT_TYPES).optional().catch(undefined),
  orderId: z.uuid().optional().catch(undefined),
  paymentId: z.uuid().optional().catch(undefined),
  refundId: z.uuid().optional().catch(undefined),
  suspenseId: z.uuid().optional().catch(undefined),
  reconciliationId: z.uuid().optional().catch(undefined),
  together: z
    .array(z.unknown())
    .transform(({ length }) => length)
    .optional()
    .catch(undefined),
});

export const jobSchema = z.object({
  id: z.string(),
  queue: z.enum(JOB_QUEUES),
  state: z
    .enum(JOB_STATES)
    .describe('retrying waits for its next attempt; failed has used up its attempts and waits for a person'),
  payload: z
    .object({
      id: z.string().optional().describe('of the event'),
      type: z.enum(EVENT_TYPES).optional(),
      orderId: z.string().optional(),
      paymentId: z.string().optional(),
      refundId: z.string().optional(),
      suspenseId: z.string().optional(),
      reconciliationId: z.string().optional(),
      together: z.int().optional().describe('instead of ids: how many events were decided together'),
    })
    .describe('ids only; empty when the payload has an unknown shape'),
  attempts: z.int(),
  error: z.string().optional().describe('the beginning of what the last attempt failed with'),
  createdAt: instant,
  lastAttemptAt: instant.optional(),
  nextAttemptAt: instant.optional().describe('only while retrying'),
  failedAt: instant.optional().describe('when it was given up'),
});
export type JobView = z.infer<typeof jobSchema>;

export const jobPageSchema = z.object({
  queues: z
    .array(
      z.object({
        name: z.enum(JOB_QUEUES),
        waiting: z.int(),
        active: z.int(),
        retrying: z.int(),
        failed: z.int(),
        oldestWaitingAt: instant.nullable().describe('of those never tried; null: none waits'),
      }),
    )
    .describe('what follows events, counted now'),
  due: z
    .array(
      z.object({
        name: z.enum(DUE_NAMES),
        due: z.int(),
        oldestDueAt: instant
          .nullable()
          .describe('business time since when the oldest waits; null: none is due'),
      }),
    )
    .describe(
      'rows that schedule themselves and whose time has come; what is being worked on does not count',
    ),
  items: z.array(jobSchema),
  nextCursor: z.string().nullable(),
});
export type JobPage = z.infer<typeof jobPageSchema>;
