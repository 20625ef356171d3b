import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { run, statement } from '../database/sql.js';
import { nextCheckAt, soonAfter } from '../payment/check-schedule.js';
import { markClosed } from '../payment/closed-mark.js';
import { ClosingService } from '../payment/closing.service.js';
import { InquiryService } from '../payment/inquiry.service.js';
import { Payment } from '../payment/payment.entity.js';
import { DueWorker } from '../common/time/due-worker.js';

/** A claimed row that nobody reports back on (the process died) is due again after this time. */
const LEASE_MS = 60_000;
const BATCH = 16;

/** Any number of instances share the work: each takes rows nobody else holds and pushes them past its lease. */
const CLAIM = statement(
  'claim-due-payments',
  `UPDATE payments SET next_check_at = $2, checks = checks + 1
   WHERE next_check_at <= $1 AND id IN (SELECT id FROM payments WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
   RETURNING id`,
);
/** Only an open attempt stays scheduled; a payment that was decided meanwhile has no next check and gets none. */
const RESCHEDULE = statement(
  'reschedule-payment',
  `UPDATE payments SET next_check_at = $2 WHERE id = $1 AND next_check_at IS NOT NULL AND status IN ('CREATED', 'PREPAID')`,
);
const IS_CLOSING = statement(
  'order-is-closing',
  'SELECT close_requested_at IS NOT NULL AS closing FROM orders WHERE id = $1',
);

/** Open attempts schedule themselves: WeChat is asked by age, and at expiry closed, so a lost notification strands nothing (DESIGN §4). */
@Injectable()
export class DuePayments extends DueWorker {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly inquiries: InquiryService,
    private readonly closing: ClosingService,
    clock: Clock,
  ) {
    super('due-payments', clock);
  }

  protected async runOnce(): Promise<boolean> {
    const now = this.clock.now();
    const claimed = await run<{ id: string }>(this.dataSource.manager, CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
    ]);
    const payments = await Promise.all(
      claimed.map(({ id }) => this.dataSource.manager.findOneByOrFail(Payment, { id })),
    );
    await Promise.all(payments.map((payment) => this.check(payment)));
    return claimed.length === BATCH;
  }

  /** Asks, and writes down when to ask again. An error of ours leaves the row leased and due again (M-12). */
  private async check(payment: Payment): Promise<void> {
    const { manager } = this.dataSource;
    try {
      const [order] = await run<{ closing: boolean }>(manager, IS_CLOSING, [payment.orderId]);
      const closing = order?.closing === true;
      const over = closing || this.clock.now() >= payment.expiresAt;
      const answer = over
        ? await this.closing.closeOrder(payment.orderId)
        : await this.inquiries.ask(payment);
      if (answer.kind === 'unknown') {
        this.logger.warn(`${payment.outTradeNo}: ${answer.message}`, {
          outTradeNo: payment.outTradeNo,
          reason: answer.reason,
        });
      }
      if (answer.kind === 'answered' && answer.state === 'CLOSED') {
        await markClosed(manager, payment.id);
      } else {
        const now = this.clock.now();
        // At its expiry the order is closing as well: a person waits only for what he asked for before.
        const hasWaitingPerson = closing && now < payment.expiresAt;
        await run(manager, RESCHEDULE, [
          payment.id,
          hasWaitingPerson ? soonAfter(now) : nextCheckAt(payment.createdAt, payment.expiresAt, now),
        ]);
      }
    } catch (error) {
      this.logger.error(`${payment.outTradeNo}: the check failed and will be repeated`, {
        outTradeNo: payment.outTradeNo,
        cause: error,
      });
    }
  }
}
