import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { uuidv7 } from '../common/uuid-v7.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { columns, run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import { newEvent, type DomainEvent } from '../jobs/event.js';
import { JobService } from '../jobs/job.service.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { CouponService } from '../order/coupon/coupon.service.js';
import type { PaidTransaction } from '../wxpay/protocol.js';
import {
  judge,
  paymentMovement,
  returnsByItself,
  type SettlementSubject,
  type SettlementVerdict,
} from './settlement.js';

/**
 * Orders first, then their payments, in the order of the orders' ids (DESIGN §2.7). Only columns of the locked rows are
 * read: after waiting for a lock everything else of the snapshot is old (DESIGN §6.2).
 */
const LOCK = statement(
  'settle-lock',
  `SELECT o.id AS "orderId", o.status AS "orderStatus", o.payable_fen AS "payableFen",
          o.coupon_code IS NOT NULL AS "hasCoupon", p.id, p.status,
          p.account_id AS "accountId", p.app_id AS "appId", p.out_trade_no AS "outTradeNo",
          p.amount_fen AS "amountFen", p.request->>'currency' AS currency, p.transaction_id AS "transactionId"
   FROM orders o JOIN payments p ON p.order_id = o.id
   WHERE p.out_trade_no = ANY ($1::text[])
   ORDER BY o.id, p.id FOR UPDATE OF o, p`,
);
const MARK_PAYMENTS = statement(
  'settle-payments',
  `UPDATE payments p SET status = 'SUCCESS', transaction_id = s.transaction_id, paid_at = s.paid_at, receipt = s.receipt,
                         next_check_at = NULL
   FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::jsonb[]) AS s(id, transaction_id, paid_at, receipt)
   WHERE p.id = s.id`,
);
const MARK_ORDERS = statement(
  'settle-orders',
  `UPDATE orders o SET status = 'PAID', paid_at = s.paid_at, paid_fen = s.paid_fen, paid_by_payment_id = s.payment_id
   FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::uuid[]) AS s(id, paid_at, paid_fen, payment_id)
   WHERE o.id = s.id`,
);
/** One payment of WeChat's enters suspense once, however often it is reported (there may be no row of ours to lock). */
const KEEP_IN_SUSPENSE = statement(
  'settle-suspense',
  `INSERT INTO suspense_items (id, kind, status, account_id, mch_id, app_id, out_trade_no, transaction_id, order_id,
                               payment_id, amount_fen, currency, expected_fen, evidence, created_at, return_at)
   SELECT id, kind, 'OPEN', account_id, mch_id, app_id, out_trade_no, transaction_id, order_id, payment_id, amount_fen,
          currency, expected_fen, evidence, created_at, return_at
   FROM jsonb_to_recordset($1::jsonb)
     AS s(id uuid, kind text, account_id text, mch_id text, app_id text, out_trade_no text, transaction_id text,
          order_id uuid, payment_id uuid, amount_fen bigint, currency text, expected_fen bigint, evidence jsonb,
          created_at timestamptz, return_at timestamptz)
   ON CONFLICT (mch_id, transaction_id) DO NOTHING
   RETURNING id`,
);

type LockedRow = SettlementSubject['payment'] & {
  outTradeNo: string;
  orderId: string;
  orderStatus: SettlementSubject['order']['status'];
  payableFen: SettlementSubject['order']['payableFen'];
  hasCoupon: boolean;
};

interface Decision {
  paid: PaidTransaction;
  subject: SettlementSubject | undefined;
  verdict: SettlementVerdict;
}

/** A report about a payment of ours. */
type Known = Decision & { subject: SettlementSubject };

/** An item that has entered suspense. */
type Opened = Pick<Decision, 'paid' | 'subject'> & { id: string };

export interface Settlement {
  verdict: SettlementVerdict;
  orderId?: string;
  paymentId?: string;
}

/**
 * The one way a payment becomes true, whether WeChat notified it or was asked (DESIGN §4). Takes a list, so that one
 * and many go the same way, in the caller's transaction: locks orders and payments in the order of their ids, judges
 * each, writes states, coupons, journal, suspense and jobs together.
 */
@Injectable()
export class SettleService {
  private readonly logger = new Logger('settle');

  constructor(
    private readonly coupons: CouponService,
    private readonly ledger: LedgerService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * @param reports authentic reports only; at most one per order (DESIGN §6.2)
   * @returns the verdict on each report, in their order
   * @throws Error when two reports are about one order: the caller decides about them one after the other
   */
  async settle(manager: EntityManager, reports: readonly PaidTransaction[]): Promise<Settlement[]> {
    const decisions = await this.decide(manager, reports);
    const now = this.clock.now();
    const known = decisions.filter(isKnown);
    const settled = known.filter(({ verdict }) => verdict === 'SETTLED');
    const misplaced = decisions.filter(({ verdict }) => isMisplaced(verdict));
    const opened = await this.keepInSuspense(manager, misplaced, now);
    const paid = known.filter(
      ({ verdict, subject }) => isMisplaced(verdict) && subject.payment.status !== 'SUCCESS',
    );
    await this.markPayments(manager, [...settled, ...paid]);
    await this.markOrders(manager, settled);
    await this.markCoupons(manager, settled, now);
    await this.ledger.book(manager, [
      ...settled.map(({ paid, subject }) =>
        paymentMovement('PAYMENT_RECEIVED', subject.payment.id, paid, now),
      ),
      ...opened.map(({ id, paid }) => paymentMovement('SUSPENSE_RECEIVED', id, paid, now)),
    ]);
    await this.jobs.enqueue(manager, 'events', [
      ...settled.map(({ subject: { order, payment } }) =>
        newEvent('payment.succeeded', now, { orderId: order.id, paymentId: payment.id }),
      ),
      ...opened.flatMap(suspenseOpened(now)),
    ]);
    return decisions.map(({ verdict, subject }) => ({
      verdict,
      ...(subject && { orderId: subject.order.id, paymentId: subject.payment.id }),
    }));
  }

  /** The log line about one report: after the commit, and from the request that brought it, which a group does not know. */
  tell({ outTradeNo, transactionId, totalFen }: PaidTransaction, verdict: SettlementVerdict): void {
    this.logger.log(`${outTradeNo}: ${verdict}`, { outTradeNo, transactionId, totalFen, verdict });
  }

  private async decide(manager: EntityManager, reports: readonly PaidTransaction[]): Promise<Decision[]> {
    const rows = await run<LockedRow>(manager, LOCK, [reports.map(({ outTradeNo }) => outTradeNo)]);
    const rowOf = new Map(rows.map((row) => [row.outTradeNo, row]));
    if (
      new Set(rows.map(({ orderId }) => orderId)).size <
      reports.filter(({ outTradeNo }) => rowOf.has(outTradeNo)).length
    )
      throw new Error('two reports in one list are about the same order');
    return reports.map((paid) => {
      const row = rowOf.get(paid.outTradeNo);
      const subject = row && {
        payment: row,
        order: {
          id: row.orderId,
          status: row.orderStatus,
          payableFen: row.payableFen,
          hasCoupon: row.hasCoupon,
        },
      };
      return { paid, subject, verdict: judge(paid, subject) };
    });
  }

  private async markOrders(manager: EntityManager, settled: readonly Known[]): Promise<void> {
    if (settled.length === 0) return;
    const rows = settled.map(({ paid, subject }) => [
      subject.order.id,
      paid.paidAt,
      paid.totalFen,
      subject.payment.id,
    ]);
    await send(manager, MARK_ORDERS, columns(rows));
  }

  private async markCoupons(manager: EntityManager, settled: readonly Known[], now: Date): Promise<void> {
    const withCoupon = settled.filter(({ subject }) => subject.order.hasCoupon);
    await this.coupons.markUsed(
      manager,
      withCoupon.map(({ subject }) => subject.order.id),
      now,
    );
  }

  /** @returns those that were not there already */
  private async keepInSuspense(
    manager: EntityManager,
    misplaced: readonly Decision[],
    now: Date,
  ): Promise<Opened[]> {
    if (misplaced.length === 0) return [];
    const items = misplaced.map(({ paid, subject, verdict }) => ({
      id: uuidv7(),
      kind: verdict,
      account_id: paid.accountId,
      mch_id: paid.mchId,
      app_id: paid.appId,
      out_trade_no: paid.outTradeNo,
      transaction_id: paid.transactionId,
      order_id: subject?.order.id ?? null,
      payment_id: subject?.payment.id ?? null,
      amount_fen: paid.totalFen,
      currency: paid.currency,
      expected_fen: subject?.payment.amountFen ?? null,
      evidence: paid.fields,
      created_at: now,
      // Due from this commit on: there is no job in between that could be lost (M-09).
      return_at: returnsByItself(verdict, this.settings) ? now : null,
    }));
    const kept = await run<{ id: string }>(manager, KEEP_IN_SUSPENSE, [JSON.stringify(items)]);
    const keptIds = new Set(kept.map(({ id }) => id));
    return misplaced.flatMap(({ paid, subject }, index) => {
      const id = items[index]?.id ?? '';
      return keptIds.has(id) ? [{ id, paid, subject }] : [];
    });
  }

  private async markPayments(manager: EntityManager, decisions: readonly Known[]): Promise<void> {
    if (decisions.length === 0) return;
    const rows = decisions.map(({ paid, subject }) => [
      subject.payment.id,
      paid.transactionId,
      paid.paidAt,
      JSON.stringify(paid.fields),
    ]);
    await send(manager, MARK_PAYMENTS, columns(rows));
  }
}

function isKnown(decision: Decision): decision is Known {
  return decision.subject !== undefined;
}

function isMisplaced(verdict: SettlementVerdict): boolean {
  return verdict !== 'SETTLED' && verdict !== 'DUPLICATE' && verdict !== 'FOREIGN';
}

/** Nobody is told of an order that is not ours. */
function suspenseOpened(now: Date): (opened: Opened) => DomainEvent[] {
  return ({ id, subject }) =>
    subject === undefined
      ? []
      : [
          newEvent('suspense.opened', now, {
            orderId: subject.order.id,
            paymentId: subject.payment.id,
            suspenseId: id,
          }),
        ];
}
