import { cutToBytes } from '../../common/cut-to-bytes.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { BossState, JobRow, QueueRow } from '../../jobs/job.rows.js';
import type { DueRow } from './due-rows.js';
import { payloadIdsSchema, type JobPage, type JobState, type JobView } from './job.schema.js';

const ERROR_BYTES = 240;

const STATES: Readonly<Record<BossState, JobState>> = {
  created: 'waiting',
  retry: 'retrying',
  active: 'active',
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
};

export function jobView(job: JobRow): JobView {
  const { id, queue, state, data, attempts, error, createdAt, lastAttemptAt, nextAttemptAt, failedAt } = job;
  return {
    id,
    queue,
    state: STATES[state],
    payload: payloadIdsSchema.safeParse(data).data ?? {},
    attempts,
    ...(error !== null && { error: cutToBytes(error, ERROR_BYTES) }),
    createdAt: toBeijingIso(createdAt),
    ...(lastAttemptAt && { lastAttemptAt: toBeijingIso(lastAttemptAt) }),
    ...(nextAttemptAt && { nextAttemptAt: toBeijingIso(nextAttemptAt) }),
    ...(failedAt && { failedAt: toBeijingIso(failedAt) }),
  };
}

export function queueView({ oldestWaitingAt, ...queue }: QueueRow): JobPage['queues'][number] {
  return { ...queue, oldestWaitingAt: oldestWaitingAt && toBeijingIso(oldestWaitingAt) };
}

export function dueView({ oldestDueAt, ...row }: DueRow): JobPage['due'][number] {
  return { ...row, oldestDueAt: oldestDueAt && toBeijingIso(oldestDueAt) };
}
