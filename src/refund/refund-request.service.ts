import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomInt } from 'node:crypto';
import { DataSource, In, type EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { sumFen, toFen, type Fen } from '../common/fen.js';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { newEvent } from '../jobs/event.js';
import { JobService } from '../jobs/job.service.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import type { OrderItem } from '../order/order-item.entity.js';
import { OrderService } from '../order/order.service.js';
import { Payment } from '../payment/payment.entity.js';
import { DueRefunds } from './due-refunds.js';
import { lockOwnRequest } from './own-request.js';
import { ImpossibleItems, itemsReturned, unitsGone } from './refund-amount.js';
import { decided } from './refund-review.service.js';
import { Refund, type Person, type RefundItem } from './refund.entity.js';
import { approvesItself, AUTO_APPROVAL } from './refund.policy.js';
import type { NewRefund } from './refund.schema.js';
import { LIVE_STATUSES } from './refund.status.js';

/** WeChat's limits (protocol §1.8). */
const MAX_REFUNDS_PER_PAYMENT = 50;
const YEAR_MS = 365 * 24 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;

const INSERT = statement(
  'insert-refund',
  `INSERT INTO refunds (id, refund_no, order_id, payment_id, account_id, app_id, status, amount_fen, reason, items,
                        requested_by, reviewed_by, reviewed_at, created_at, next_check_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13)`,
);
const WITHDRAW = statement('withdraw-refund', `UPDATE refunds SET status = 'WITHDRAWN' WHERE id = $1`);

/** The operator behind a request, for the audit log. */
export type StaffAction = RequestOrigin & { operator: OperatorPrincipal };

/** Asking for money back: by the buyer or by staff, under the lock of the order and its payment. */
@Injectable()
export class RefundRequestService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly audit: AuditService,
    private readonly jobs: JobService,
    private readonly dueRefunds: DueRefunds,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Writes a request that holds its amount from now on. However many arrive at once, their sum never passes what was
   * paid, because each one is weighed under the same lock (M-19).
   * @param id of the refund to be, owned by the Idempotency-Key
   * @throws Problem `ORDER_NOT_REFUNDABLE`, `REFUND_WINDOW_OVER`, `REFUNDABLE_CHANGED`, `REFUND_TOO_LARGE` (`amountFen`),
   *   `REFUND_ITEMS_IMPOSSIBLE` (`items.N…`), `REFUND_LIMIT_REACHED`
   */
  async request(
    id: string,
    orderId: string,
    person: Person,
    wanted: NewRefund,
    staff?: StaffAction,
  ): Promise<void> {
    const approved = await transaction(this.dataSource, async (manager) => {
      if (await manager.existsBy(Refund, { id })) return false;
      const payment = await this.lockPaid(manager, orderId);
      this.refuseLate(payment, person);
      const refunds = await manager.findBy(Refund, { paymentId: payment.id });
      const live = refunds.filter(isLive);
      const lines = await this.orders.itemsOf(manager, orderId);
      const returned = wanted.items && returnedOf(lines, live, wanted.items);
      const amountFen = amountOf(payment, live, wanted, returned);
      refuseBeyondLimit(refunds);
      const automatic = approvesItself(
        sumFen([...live.map((refund) => refund.amountFen), amountFen]),
        this.settings.refund,
      );
      // All of the money without a list means all goods: the reviewer can then say whether they come back.
      const items =
        returned ?? (amountFen === payment.amountFen ? itemsReturned(lines, new Map(), lines) : null);
      await this.insert(manager, id, payment, { amountFen, reason: wanted.reason, items }, person, automatic);
      await this.announce(manager, { orderId, paymentId: payment.id, refundId: id }, automatic);
      if (staff !== undefined)
        await this.audit.record(manager, {
          action: 'refund.requested',
          subjectKind: 'refund',
          subjectId: id,
          after: { orderId, amountFen, reason: wanted.reason },
          ...staff,
        });
      return automatic;
    });
    if (approved) this.dueRefunds.wake();
  }

  /** Takes an undecided request back. @throws Problem `REFUND_NOT_FOUND`, `REFUND_ALREADY_DECIDED` */
  async withdraw(id: string, buyerId: string): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const refund = await lockOwnRequest(manager, id, buyerId);
      if (refund.status === 'WITHDRAWN') return;
      if (refund.status !== 'REQUESTED') throw decided(refund);
      await run(manager, WITHDRAW, [id]);
      const { orderId, paymentId } = refund;
      await this.jobs.enqueue(manager, 'events', [
        newEvent('refund.withdrawn', this.clock.now(), {
          orderId,
          ...(paymentId !== null && { paymentId }),
          refundId: id,
        }),
      ]);
    });
  }

  /** What of a payment may still be asked back, in fen; holds as long as the caller's lock on it. */
  async refundable(manager: EntityManager, payment: Pick<Payment, 'id' | 'amountFen'>): Promise<Fen> {
    const live = await manager.findBy(Refund, { paymentId: payment.id, status: In(LIVE_STATUSES) });
    return refundableOf(payment, live);
  }

  /** The order, then the payment that paid it: whoever asks at the same time waits here. @throws Problem `ORDER_NOT_REFUNDABLE` */
  private async lockPaid(manager: EntityManager, orderId: string): Promise<Payment> {
    const id = (await this.orders.lock(manager, orderId))?.paidByPaymentId ?? null;
    const payment =
      id && (await manager.findOne(Payment, { where: { id }, lock: { mode: 'pessimistic_write' } }));
    if (!payment) throw new Problem('ORDER_NOT_REFUNDABLE', 'The order is not paid.');
    return payment;
  }

  private async announce(
    manager: EntityManager,
    subjects: { orderId: string; paymentId: string; refundId: string },
    automatic: boolean,
  ): Promise<void> {
    const now = this.clock.now();
    await this.jobs.enqueue(manager, 'events', [
      newEvent('refund.requested', now, subjects),
      ...(automatic ? [newEvent('refund.approved', now, subjects)] : []),
    ]);
  }

  /** @throws Problem `REFUND_WINDOW_OVER` */
  private refuseLate({ paidAt }: Payment, { kind }: Person): void {
    const ageMs = this.clock.now().getTime() - (paidAt?.getTime() ?? 0);
    if (ageMs > YEAR_MS) throw new Problem('REFUND_WINDOW_OVER', 'WeChat refunds a payment for one year.');
    const days = this.settings.refund.windowDays;
    if (kind === 'buyer' && ageMs > days * DAY_MS)
      throw new Problem(
        'REFUND_WINDOW_OVER',
        `Refunds can be asked for within ${days} days; talk to the shop.`,
      );
  }

  private async insert(
    manager: EntityManager,
    id: string,
    payment: Payment,
    { amountFen, reason, items }: Pick<Refund, 'amountFen' | 'reason' | 'items'>,
    person: Person,
    automatic: boolean,
  ): Promise<void> {
    const now = this.clock.now();
    const refundNo = `${payment.outTradeNo}-R${String(randomInt(100_000_000)).padStart(8, '0')}`;
    await run(manager, INSERT, [
      id,
      refundNo,
      payment.orderId,
      payment.id,
      payment.accountId,
      payment.appId,
      automatic ? 'APPROVED' : 'REQUESTED',
      amountFen,
      reason,
      items && JSON.stringify(items),
      person,
      automatic ? AUTO_APPROVAL : null,
      automatic ? now : null,
      now,
    ]);
  }
}

function isLive({ status }: Refund): boolean {
  return LIVE_STATUSES.includes(status);
}

/** What was paid less what refunds hold of it, in fen. */
function refundableOf({ amountFen }: Pick<Payment, 'amountFen'>, live: readonly Refund[]): Fen {
  return toFen(amountFen - sumFen(live.map((refund) => refund.amountFen)));
}

/**
 * WeChat counts the refund numbers it has seen: what was rejected or withdrawn before a call leaves its place to another,
 * what failed afterwards does not (M-16). @throws Problem `REFUND_LIMIT_REACHED`
 */
function refuseBeyondLimit(refunds: readonly Refund[]): void {
  if (refunds.filter((refund) => refund.calls > 0 || isLive(refund)).length < MAX_REFUNDS_PER_PAYMENT) return;
  throw new Problem(
    'REFUND_LIMIT_REACHED',
    `WeChat takes at most ${MAX_REFUNDS_PER_PAYMENT} refunds of one payment.`,
  );
}

/** @throws Problem `REFUNDABLE_CHANGED`, `REFUND_TOO_LARGE` */
function amountOf(
  payment: Payment,
  live: readonly Refund[],
  { amountFen: wanted, expectedRefundableFen }: NewRefund,
  returned: readonly RefundItem[] | undefined,
): Fen {
  const refundable = refundableOf(payment, live);
  if (expectedRefundableFen !== undefined && expectedRefundableFen !== refundable) {
    throw new Problem(
      'REFUNDABLE_CHANGED',
      `You saw ${expectedRefundableFen} fen, now it is ${refundable} fen; look again.`,
      { extra: { refundableFen: refundable } },
    );
  }
  const worth = returned && sumFen(returned.map(({ payableFen }) => payableFen));
  // Parts round differently once one of them was refused, and goodwill takes from the sum alone: goods come back all the
  // same, for what is left. Only who names an amount is told that there is not so much.
  const limit = Math.min(refundable, worth ?? refundable);
  const amountFen = toFen(wanted ?? limit);
  if (amountFen > limit || amountFen < 1) {
    throw new Problem('REFUND_TOO_LARGE', `At most ${limit} fen can be refunded.`, {
      errors: [{ field: 'amountFen', message: `at most ${limit}` }],
      extra: { refundableFen: refundable },
    });
  }
  return amountFen;
}

/** @throws Problem `REFUND_ITEMS_IMPOSSIBLE` */
function returnedOf(
  lines: readonly OrderItem[],
  live: readonly Refund[],
  items: NonNullable<NewRefund['items']>,
): RefundItem[] {
  try {
    return itemsReturned(lines, unitsGone(live), items);
  } catch (error) {
    if (!(error instanceof ImpossibleItems)) throw error;
    throw new Problem('REFUND_ITEMS_IMPOSSIBLE', `${error.field} ${error.message}.`, {
      errors: [{ field: error.field, message: error.message }],
    });
  }
}
