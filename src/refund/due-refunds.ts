import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { DueWorker } from '../common/time/due-worker.js';
import { run, statement } from '../database/sql.js';
import { RefundExecutionService } from './refund-execution.service.js';
import { REFUND_LEASE_MS } from './refund-schedule.js';
import type { Refund } from './refund.entity.js';
import { REFUND_COLUMNS } from './refund-row.js';

/** Refunds under way at once: with a tenth of a second for a call this is what WeChat admits, 150 refunds a second. */
const STEPS = 16;
/** What is claimed together is begun together: more are claimed when there is room for so many. */
const ROOM_MIN = STEPS / 4;
const LOOK_AGAIN_MS = 1000;

/** Any number of instances share the work; a row whose holder dies is due again when the lease is over. */
const CLAIM = statement(
  'claim-due-refunds',
  `UPDATE refunds r SET next_check_at = $2
   WHERE r.next_check_at <= $1 AND r.id IN (SELECT id FROM refunds WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $3 FOR UPDATE SKIP LOCKED)
   RETURNING ${REFUND_COLUMNS}`,
);

/**
 * Approved refunds and refunds under way schedule themselves; the instance that approved one looks at once. Each goes its
 * own way: one that WeChat answers late holds up no other.
 */
@Injectable()
export class DueRefunds extends DueWorker {
  private readonly underWay = new Set<Promise<void>>();
  private lookAgain: () => void = () => undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly execution: RefundExecutionService,
    clock: Clock,
  ) {
    super('due-refunds', clock);
  }

  override wake(): void {
    super.wake();
    this.lookAgain();
  }

  /** What is under way ends as well. */
  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await Promise.all(this.underWay);
  }

  /** There may be more to do as long as one is under way: its step may make it due again. */
  protected async runOnce(): Promise<boolean> {
    // Made before looking, or what happens meanwhile would be missed.
    const { promise: change, resolve } = Promise.withResolvers<void>();
    this.lookAgain = resolve;
    const claimed = await this.claim(STEPS - this.underWay.size);
    for (const refund of claimed) this.begin(refund);
    if (claimed.length > 0) return true;
    if (this.underWay.size === 0) return false;
    const timer = setTimeout(resolve, LOOK_AGAIN_MS);
    await change;
    clearTimeout(timer);
    return true;
  }

  private async claim(atMost: number): Promise<Refund[]> {
    if (atMost < ROOM_MIN) return [];
    const now = this.clock.now();
    const lease = new Date(now.getTime() + REFUND_LEASE_MS);
    return run<Refund>(this.dataSource.manager, CLAIM, [now, lease, atMost]);
  }

  private begin(refund: Refund): void {
    const step = this.advance(refund).finally(() => {
      this.underWay.delete(step);
      this.lookAgain();
    });
    this.underWay.add(step);
  }

  private async advance(refund: Refund): Promise<void> {
    try {
      await this.execution.advance(refund);
    } catch (error) {
      this.logger.error('a refund could not be advanced; its lease brings it back', {
        refundId: refund.id,
        cause: error,
      });
    }
  }
}
