import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { newEvent } from '../jobs/event.js';
import { JobService } from '../jobs/job.service.js';
import { OrderService } from '../order/order.service.js';
import type { Unknown } from '../wxpay/outcome.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { AttemptService } from './attempt.service.js';
import { markClosed } from './closed-mark.js';
import { asUnknown, InquiryService, PAID_BUT_NOT_SHOWN } from './inquiry.service.js';
import type { Payment } from './payment.entity.js';

/** Committed before WeChat is asked, so no new attempt can start in between (DESIGN §6.6). */
const REQUEST_CLOSE = statement(
  'request-close',
  `UPDATE orders SET close_requested_at = $2 WHERE id = $1 AND close_requested_at IS NULL`,
);
const LOCK_PAYMENT = statement('lock-payment-status', 'SELECT status FROM payments WHERE id = $1 FOR UPDATE');

/** `paid`: WeChat has a payment after all, and it is settled. */
export type Closing = { kind: 'closed' } | { kind: 'paid' } | Unknown;

/** Closes attempts and orders: WeChat is asked first and told second; only then do our rows say CLOSED (M-08). */
@Injectable()
export class ClosingService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly attempts: AttemptService,
    private readonly inquiries: InquiryService,
    private readonly wxpay: WxPayService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
  ) {}

  /** Closes an unpaid order for good: cancelled or expired. Safe to repeat from any point, by any instance. */
  async closeOrder(orderId: string): Promise<Closing> {
    const open = await transaction(this.dataSource, async (manager) => {
      const order = await this.orders.lock(manager, orderId);
      if (order?.status !== 'PENDING_PAYMENT') return null;
      await run(manager, REQUEST_CLOSE, [orderId, this.clock.now()]);
      const attempt = await this.attempts.lockOpen(manager, orderId);
      // If WeChat leaves the closing open, or this process dies, the due rows carry on with it.
      if (attempt !== null) await this.attempts.askSoon(manager, attempt);
      return attempt;
    });
    if (open !== null) {
      const closing = await this.closeAtWeChat(open);
      // Also after `paid` the order decides: a wrong amount went to suspense and leaves the order to be closed.
      if (closing.kind === 'unknown') return closing;
    }
    return transaction(this.dataSource, async (manager) => {
      const order = await this.orders.lock(manager, orderId);
      if (order?.status !== 'PENDING_PAYMENT')
        return { kind: order?.status === 'CLOSED' ? 'closed' : 'paid' };
      if (open !== null) await markClosed(manager, open.id);
      await this.orders.close(manager, order);
      await this.jobs.enqueue(manager, 'events', [newEvent('order.closed', this.clock.now(), { orderId })]);
      return { kind: 'closed' };
    });
  }

  /** Closes one attempt so that another may take its place; the order stays open (DESIGN §3). */
  async closeAttempt(payment: Payment): Promise<Closing> {
    const closing = await this.closeAtWeChat(payment);
    if (closing.kind !== 'closed') return closing;
    return transaction(this.dataSource, async (manager) => {
      await this.orders.lock(manager, payment.orderId);
      const [row] = await run<Pick<Payment, 'status'>>(manager, LOCK_PAYMENT, [payment.id]);
      await markClosed(manager, payment.id);
      return { kind: row?.status === 'SUCCESS' ? 'paid' : 'closed' };
    });
  }

  private async closeAtWeChat(payment: Payment): Promise<Closing> {
    const inquiry = await this.inquiries.ask(payment);
    if (inquiry.kind === 'unknown') return inquiry;
    if (inquiry.state === 'PAID') return { kind: 'paid' };
    if (inquiry.state === 'CLOSED') return { kind: 'closed' };
    const outcome = await this.wxpay.close(payment);
    if (outcome.kind !== 'accepted') return asUnknown(outcome, 'close');
    if (outcome.value === 'CLOSED') return { kind: 'closed' };
    // Paid between the question and the close: WeChat knows the payment now.
    const again = await this.inquiries.ask(payment);
    if (again.kind === 'unknown') return again;
    return again.state === 'PAID' ? { kind: 'paid' } : PAID_BUT_NOT_SHOWN;
  }
}
