import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { decodeCursor, page } from '../../common/http/cursor.js';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { transaction } from '../../database/transaction.js';
import { JOB_QUEUES } from '../../jobs/job-queues.js';
import { countJobs, findJob, listJobs, type BossState, type JobRow } from '../../jobs/job.rows.js';
import { JobService } from '../../jobs/job.service.js';
import { AuditService } from '../../operator/audit.service.js';
import { auditOrigin } from '../../operator/request-origin.js';
import type { By } from '../staff-action.service.js';
import { countDueRows } from './due-rows.js';
import type { JobListQuery, JobPage, JobView } from './job.schema.js';
import { dueView, jobView, queueView } from './job.view.js';

const TROUBLED = { failed: 'failed', retrying: 'retry' } as const satisfies Record<string, BossState>;
const OVER: ReadonlySet<BossState> = new Set(['completed', 'cancelled']);

/** What works in the background, as staff see it, and putting a failed job back. */
@Injectable()
export class JobDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list({ state, queue, limit, cursor }: JobListQuery): Promise<JobPage> {
    const { manager } = this.dataSource;
    const of = {
      queues: queue === undefined ? JOB_QUEUES : [queue],
      states: state === undefined ? Object.values(TROUBLED) : [TROUBLED[state]],
      after: cursor === undefined ? undefined : decodeCursor(cursor),
      limit: limit + 1,
    };
    const [queues, due, jobs] = await Promise.all([
      countJobs(manager),
      countDueRows(manager, this.clock.now()),
      listJobs(manager, of),
    ]);
    const { rows, nextCursor } = page(jobs, limit);
    return { queues: queues.map(queueView), due: due.map(dueView), items: rows.map(jobView), nextCursor };
  }

  /**
   * Puts a failed job back for one more attempt. One that waits or runs is on its way already and is left alone.
   * @throws Problem `JOB_NOT_FOUND`, `JOB_NOT_RETRYABLE`
   */
  retry(id: string, { operator, origin }: By): Promise<JobView> {
    return transaction(this.dataSource, async (manager) => {
      const before = await existing(manager, id);
      const putBack = await this.jobs.retry(manager, before.queue, id);
      const after = await existing(manager, id);
      if (OVER.has(after.state)) throw notRetryable(after);
      if (putBack) {
        await this.audit.record(manager, {
          operator,
          action: 'job.retried',
          subjectKind: 'job',
          subjectId: id,
          before: { queue: after.queue, state: 'failed', attempts: after.attempts },
          ...auditOrigin(origin),
        });
      }
      return jobView(after);
    });
  }
}

async function existing(manager: EntityManager, id: string): Promise<JobRow> {
  const job = isUuid(id) ? await findJob(manager, id) : undefined;
  if (job === undefined)
    throw new Problem('JOB_NOT_FOUND', 'There is no such job; a week after its end one is forgotten.');
  return job;
}

function notRetryable({ state }: JobRow): Problem {
  return new Problem('JOB_NOT_RETRYABLE', `The job is ${state}; only a failed one is put back.`);
}
