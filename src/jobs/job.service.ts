import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { PgBoss, type Job, type JobResult } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { inSpan } from '../common/tracing/span.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import {
  JOB_QUEUES,
  jobData,
  readPayloads,
  TOGETHER_MAX,
  type JobPayloads,
  type JobQueue,
} from './job-queues.js';

/**
 * Straight into pg-boss's table, as its own docs/sql.md offers: its `insert` costs PostgreSQL half as much again, in a transaction
 * that others wait for. Times are seconds. Tried a hundred times, for a day, long enough to mend what is broken; what fails
 * then stays visible as failed and can be run again. A job that a dead process held is free again after a minute: pg-boss's
 * own quarter of an hour is too late for a message.
 */
const ENQUEUE = statement(
  'enqueue-jobs',
  `INSERT INTO pgboss.job (name, data, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds)
   SELECT $1, data, 100, 15, true, 900, 60 FROM unnest($2::jsonb[]) AS data`,
);
const POOL_MAX = 3;
/**
 * A full batch is followed by the next at once; an idle queue is looked at twice a second: staff see events within one.
 * A job carries a whole group's events (`job-queues.ts`): with 50 jobs the slowest notification took half as long again.
 */
const WORK = { pollingIntervalSeconds: 0.5, batchSize: 8, perJobResults: true } as const;
const FINISH_MS = 10_000;

type JobHandler<Queue extends JobQueue> = (
  jobs: readonly (readonly JobPayloads[Queue][])[],
) => Promise<readonly (Error | undefined)[]>;

/** The durable queue for side effects (pg-boss): enqueued inside the deciding transaction, run once after it commits. */
@Injectable()
export class JobService implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('jobs');
  private readonly boss: PgBoss;

  constructor(@Inject(SETTINGS) settings: Settings) {
    // Its schema is made by `npm run migrate`; the running service needs no right to change tables.
    this.boss = new PgBoss({
      connectionString: settings.database.url,
      max: POOL_MAX,
      migrate: false,
      application_name: 'checkout-jobs',
    });
    this.boss.on('error', (error: Error & { client?: unknown }) => {
      delete error.client; // the whole connection, pages of it: the log would bury the reason
      this.logger.error('the job queue reports an error', { cause: error });
    });
  }

  async onModuleInit(): Promise<void> {
    await this.boss.start();
    for (const queue of JOB_QUEUES) await this.boss.createQueue(queue);
  }

  /** New jobs are no longer taken, running ones finish; the database pool closes after this. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: FINISH_MS });
  }

  /** Enqueues in the manager's transaction, all in one job: it exists exactly when the decision does. */
  async enqueue<Queue extends JobQueue>(
    manager: EntityManager,
    queue: Queue,
    payloads: readonly JobPayloads[Queue][],
  ): Promise<void> {
    if (payloads.length === 0) return;
    const jobs: string[] = [];
    for (let at = 0; at < payloads.length; at += TOGETHER_MAX)
      jobs.push(JSON.stringify(jobData(payloads.slice(at, at + TOGETHER_MAX))));
    await send(manager, ENQUEUE, [queue, jobs]);
  }

  /**
   * Puts a failed job back in the manager's transaction: one more attempt, at once after the commit.
   * @returns false when it is not failed, and then nothing has changed
   */
  async retry(manager: EntityManager, queue: JobQueue, id: string): Promise<boolean> {
    // Documented, but not in its types.
    const { affected } = (await this.boss.retry(queue, id, { db: within(manager) })) as { affected: number };
    return affected > 0;
  }

  /**
   * Runs `handler` for all jobs of the queue that are due at the same moment, so that what they have in common is looked at
   * once. A job that went wrong, and no other, is tried again later.
   * @param handler gets what each job carries and answers what went wrong with each; a throw is about all of them
   */
  async work<Queue extends JobQueue>(queue: Queue, handler: JobHandler<Queue>): Promise<void> {
    await this.boss.work<unknown, void, typeof WORK>(queue, WORK, (jobs) =>
      inSpan(`job ${queue}`, {}, () => this.handle(queue, jobs, handler)),
    );
  }

  private async handle<Queue extends JobQueue>(
    queue: Queue,
    jobs: readonly Job<unknown>[],
    handler: JobHandler<Queue>,
  ): Promise<JobResult[]> {
    const failures = new Map<string, unknown>();
    const readable: { id: string; payloads: JobPayloads[Queue][] }[] = [];
    for (const { id, data } of jobs) {
      try {
        readable.push({ id, payloads: readPayloads(queue, data) });
      } catch (error) {
        failures.set(id, error);
      }
    }
    try {
      const outcomes = await handler(readable.map(({ payloads }) => payloads));
      for (const [index, { id }] of readable.entries())
        if (outcomes[index] !== undefined) failures.set(id, outcomes[index]);
    } catch (error) {
      for (const { id } of readable) failures.set(id, error);
    }
    return jobs.map(({ id }) => {
      if (!failures.has(id)) return { id, status: 'completed' };
      const cause = failures.get(id);
      this.logger.error(`a job of ${queue} failed; it is tried again`, { jobId: id, cause });
      return { id, status: 'failed', output: { message: reason(cause) } };
    });
  }
}

/** In one line what staff read about the failure; of several, each. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(reason).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}

/** pg-boss's statements on the manager's connection: they stand or fall with the transaction. */
function within(manager: EntityManager): {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
} {
  return {
    executeSql: async (text, values = []) => ({
      rows: await run(manager, statement('job-retry', text), values),
    }),
  };
}
