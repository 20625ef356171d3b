import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { DueWorker } from '../common/time/due-worker.js';
import { run, statement } from '../database/sql.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { REFUND_LEASE_MS } from './refund-schedule.js';

const BATCH = 16;

/** Any number of instances share the work; a row whose holder dies is due again when the lease is over. */
const CLAIM = statement(
  'claim-due-refunds',
  `UPDATE refunds SET next_check_at = $2
   WHERE next_check_at <= $1 AND id IN (SELECT id FROM refunds WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
   RETURNING id`,
);

/** Approved refunds and refunds under way schedule themselves; the instance that approved one looks at once. */
@Injectable()
export class DueRefunds extends DueWorker {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly execution: RefundExecutionService,
    clock: Clock,
  ) {
    super('due-refunds', clock);
  }

  protected async runOnce(): Promise<boolean> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + REFUND_LEASE_MS);
    const claimed = await run<{ id: string }>(this.dataSource.manager, CLAIM, [now, lease]);
    await Promise.all(claimed.map(({ id }) => this.advance(id)));
    return claimed.length > 0; // a step may have made the next one due
  }

  private async advance(id: string): Promise<void> {
    try {
      await this.execution.advance(id);
    } catch (error) {
      this.logger.error('a refund could not be advanced; its lease brings it back', {
        refundId: id,
        cause: error,
      });
    }
  }
}
