import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import { JOB_QUEUES, type JobQueue } from './job-queues.js';

/** pg-boss's own words for where a job stands. */
export type BossState = 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';

export interface QueueRow {
  name: JobQueue;
  waiting: number;
  active: number;
  retrying: number;
  failed: number;
  oldestWaitingAt: Date | null;
}

export interface JobRow {
  id: string;
  queue: JobQueue;
  state: BossState;
  data: unknown;
  attempts: number;
  error: string | null;
  /** Whole milliseconds, as the cursor has them. */
  createdAt: Date;
  lastAttemptAt: Date | null;
  failedAt: Date | null;
  nextAttemptAt: Date | null;
}

/**
 * Waiting and retrying come from the index pg-boss fetches by. Active and failed have none: their count reads the
 * queue's table, which pg-boss itself does every minute and keeps to a week of completed jobs.
 */
const COUNT = statement(
  'count-jobs',
  `SELECT q.name, open.waiting, open.retrying, open.oldest AS "oldestWaitingAt", taken.active, taken.failed
   FROM unnest($1::text[]) AS q(name)
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE state = 'created')::int AS waiting, count(*) FILTER (WHERE state = 'retry')::int AS retrying,
            min(created_on) FILTER (WHERE state = 'created') AS oldest
     FROM pgboss.job WHERE name = q.name AND state < 'active' AND NOT blocked) open
   CROSS JOIN LATERAL (
     SELECT count(*) FILTER (WHERE state = 'active')::int AS active, count(*) FILTER (WHERE state = 'failed')::int AS failed
     FROM pgboss.job WHERE name = q.name AND state IN ('active', 'failed')) taken`,
);

/** `retry_count` counts the attempts after the first; a job that times out says so inside `value`. */
const COLUMNS = `id, name AS queue, state::text AS state, data, CASE WHEN started_on IS NULL THEN 0 ELSE retry_count + 1 END AS attempts,
  COALESCE(output->>'message', output#>>'{value,message}') AS error, date_trunc('milliseconds', created_on) AS "createdAt",
  started_on AS "lastAttemptAt", CASE WHEN state = 'failed' THEN completed_on END AS "failedAt",
  CASE WHEN state = 'retry' THEN start_after END AS "nextAttemptAt"`;

const FIND = statement(
  'find-job',
  `SELECT ${COLUMNS} FROM pgboss.job WHERE name = ANY ($1::text[]) AND id = $2`,
);
const LIST = statement(
  'list-jobs',
  `SELECT ${COLUMNS} FROM pgboss.job
   WHERE name = ANY ($1::text[]) AND state = ANY ($2::pgboss.job_state[])
     AND ($3::timestamptz IS NULL OR (date_trunc('milliseconds', created_on), id) < ($3, $4::uuid))
   ORDER BY date_trunc('milliseconds', created_on) DESC, id DESC LIMIT $5`,
);

/** How full each queue is at this moment. */
export function countJobs(manager: EntityManager): Promise<QueueRow[]> {
  return run<QueueRow>(manager, COUNT, [JOB_QUEUES]);
}

/** @param id a UUID */
export async function findJob(manager: EntityManager, id: string): Promise<JobRow | undefined> {
  const [job] = await run<JobRow>(manager, FIND, [JOB_QUEUES, id]);
  return job;
}

/** Jobs in one of these states, newest first, after the cursor. */
export function listJobs(
  manager: EntityManager,
  of: {
    queues: readonly JobQueue[];
    states: readonly BossState[];
    after: { createdAt: string; id: string } | undefined;
    limit: number;
  },
): Promise<JobRow[]> {
  const { createdAt = null, id = null } = of.after ?? {};
  return run<JobRow>(manager, LIST, [of.queues, of.states, createdAt, id, of.limit]);
}
