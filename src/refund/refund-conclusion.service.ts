import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { GROUP_LIMITS, GROUP_LOCK_MS, GroupCommit } from '../database/group-commit.js';
import { columns, run, statement } from '../database/sql.js';
import { send, transaction, waitAtMost } from '../database/transaction.js';
import { JobService } from '../jobs/job.service.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { OrderService } from '../order/order.service.js';
import type { RefundResult } from '../wxpay/protocol.js';
import { lockRefund } from './locked-refund.js';
import { refundEvent } from './refund-event.js';
import { refundMovement } from './refund-movement.js';
import { nextAskAt } from './refund-schedule.js';
import { REFUND_TRANSITIONS } from './refund.status.js';
import { followReturn } from './suspense-state.js';

/** Acceptance is not success: the row goes on asking (M-22). */
const ACCEPTED = statement(
  'refunds-accepted',
  `UPDATE refunds r SET refund_id = a.refund_id, waiting = NULL, uncertain = false, next_check_at = a.next_check_at
   FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS a(id, refund_id, next_check_at)
   WHERE r.id = a.id AND r.status = 'PROCESSING'`,
);
const CONCLUDE = statement(
  'conclude-refund',
  `UPDATE refunds SET status = $2, refund_id = $3, receipt = $4, succeeded_at = $5, failure = NULL, waiting = NULL,
                      uncertain = false, next_check_at = NULL WHERE id = $1`,
);

interface Acceptance {
  id: string;
  /** WeChat's number. */
  refundId: string;
  nextAskAt: Date;
}

const EVENTS = {
  SUCCESS: 'refund.succeeded',
  ABNORMAL: 'refund.abnormal',
  CLOSED: 'refund.closed',
} as const;

/** The one end of every refund, whether WeChat notified it or was asked (DESIGN §4). */
@Injectable()
export class RefundConclusionService {
  private readonly logger = new Logger('refund');
  /** What WeChat has accepted, kept together (ADR 12). */
  private readonly accepting = new GroupCommit<Acceptance, undefined>({
    keyOf: ({ id }) => id,
    decide: (group) => this.keepAccepted(group),
    onGroupFailed: (group, cause) =>
      this.logger.warn('acceptances could not be kept together; each of them is kept alone', {
        refundIds: group.map(({ id }) => id),
        cause,
      }),
    ...GROUP_LIMITS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly ledger: LedgerService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
  ) {}

  /** WeChat has taken it; what is not kept stays uncertain, and WeChat is asked. */
  async accepted(id: string, refundId: string): Promise<void> {
    const now = this.clock.now();
    await this.accepting.submit({ id, refundId, nextAskAt: nextAskAt(now, now) });
  }

  private async keepAccepted(group: readonly Acceptance[]): Promise<undefined[]> {
    // In the order of their ids; should PostgreSQL or a group of others take another way, a deadlock goes again.
    const ordered = group.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    await transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, GROUP_LOCK_MS);
      await send(
        manager,
        ACCEPTED,
        columns(ordered.map(({ id, refundId, nextAskAt }) => [id, refundId, nextAskAt])),
      );
    });
    return group.map(() => undefined);
  }

  /** In a transaction of its own. @throws Error as `concludeIn` */
  async conclude(id: string, result: RefundResult): Promise<void> {
    await transaction(this.dataSource, (manager) => this.concludeIn(manager, id, result));
  }

  /**
   * Makes WeChat's word true in the caller's transaction: state, order total, stock, journal. The same word twice is a
   * no-op, and a state that does not move does not move.
   * @returns whether anything changed
   * @throws Error when WeChat reports another amount: nothing is changed, and a person has to look
   */
  async concludeIn(manager: EntityManager, id: string, result: RefundResult): Promise<boolean> {
    const locked = await lockRefund(manager, id);
    const { refund } = locked;
    const now = this.clock.now();
    if (result.state === 'PROCESSING') {
      if (refund.status === 'PROCESSING')
        await run(
          manager,
          ACCEPTED,
          columns([[id, result.refundId, nextAskAt(refund.calledAt ?? now, now)]]),
        );
      return false;
    }
    if (REFUND_TRANSITIONS[refund.status][result.state] === undefined) return false;
    if (result.refundFen !== refund.amountFen) {
      throw new Error(
        `WeChat reports refund ${refund.refundNo} over ${result.refundFen} fen, not ${refund.amountFen}; a person has to look`,
      );
    }
    await run(manager, CONCLUDE, [
      id,
      result.state,
      result.refundId,
      result.fields,
      result.state === 'SUCCESS' ? (result.succeededAt ?? now) : null,
    ]);
    if (locked.purpose === 'SUSPENSE') await followReturn(manager, locked.item, result.state);
    if (result.state === 'SUCCESS') {
      if (locked.purpose === 'ORDER') {
        const returned = refund.restock ? (refund.items ?? []) : [];
        await this.orders.addRefund(manager, locked.order.id, refund.amountFen, returned);
      }
      await this.ledger.book(manager, [refundMovement(locked, result, now)]);
    }
    await this.jobs.enqueue(manager, 'events', refundEvent(EVENTS[result.state], now, locked));
    this.logger.log(`${refund.refundNo}: ${result.state}`, {
      refundId: id,
      amountFen: refund.amountFen,
      status: result.state,
    });
    return true;
  }
}
