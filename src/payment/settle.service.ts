import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock.js';
import { run, statement } from '../database/sql.js';
import { JobService } from '../jobs/job.service.js';
import { LedgerService, type Movement } from '../ledger/ledger.service.js';
import type { PaidTransaction } from '../wxpay/protocol.js';
import { judge, paymentMovement, type SettlementSubject, type SettlementVerdict } from './settlement.js';

const LOCK_ORDERS = statement(
  'settle-lock-orders',
  `SELECT id, status, payable_fen AS "payableFen" FROM orders
   WHERE id IN (SELECT order_id FROM payments WHERE (mch_id, out_trade_no) IN (SELECT * FROM unnest($1::text[], $2::text[])))
   ORDER BY id FOR UPDATE`,
);
const LOCK_PAYMENTS = statement(
  'settle-lock-payments',
  `SELECT id, order_id AS "orderId", status, account_id AS "accountId", app_id AS "appId", mch_id AS "mchId",
          out_trade_no AS "outTradeNo", amount_fen AS "amountFen", request->>'currency' AS currency,
          transaction_id AS "transactionId"
   FROM payments WHERE (mch_id, out_trade_no) IN (SELECT * FROM unnest($1::text[], $2::text[]))
   ORDER BY id FOR UPDATE`,
);
const MARK_PAYMENTS = statement(
  'settle-payments',
  `UPDATE payments p SET status = 'SUCCESS', transaction_id = s.transaction_id, paid_at = s.paid_at, receipt = s.receipt,
                         next_check_at = NULL
   FROM jsonb_to_recordset($1::jsonb) AS s(id uuid, transaction_id text, paid_at timestamptz, receipt jsonb)
   WHERE p.id = s.id`,
);
const MARK_ORDERS = statement(
  'settle-orders',
  `UPDATE orders o SET status = 'PAID', paid_at = s.paid_at, paid_fen = s.paid_fen, paid_by_payment_id = s.payment_id
   FROM jsonb_to_recordset($1::jsonb) AS s(id uuid, paid_at timestamptz, paid_fen bigint, payment_id uuid)
   WHERE o.id = s.id`,
);
/** One payment of WeChat's enters suspense once, however often it is reported (there may be no row of ours to lock). */
const KEEP_IN_SUSPENSE = statement(
  'settle-suspense',
  `INSERT INTO suspense_items (id, kind, status, account_id, mch_id, out_trade_no, transaction_id, order_id, payment_id,
                               amount_fen, currency, expected_fen, evidence, created_at)
   SELECT id, kind, 'OPEN', account_id, mch_id, out_trade_no, transaction_id, order_id, payment_id, amount_fen, currency,
          expected_fen, evidence, created_at
   FROM jsonb_to_recordset($1::jsonb)
     AS s(id uuid, kind text, account_id text, mch_id text, out_trade_no text, transaction_id text, order_id uuid,
          payment_id uuid, amount_fen bigint, currency text, expected_fen bigint, evidence jsonb, created_at timestamptz)
   ON CONFLICT (mch_id, transaction_id) DO NOTHING
   RETURNING id`,
);

type OrderRow = SettlementSubject['order'];
type PaymentRow = SettlementSubject['payment'] & { orderId: string; mchId: string; outTradeNo: string };

interface Decision {
  paid: PaidTransaction;
  subject: SettlementSubject | undefined;
  verdict: SettlementVerdict;
}

export interface Settlement {
  verdict: SettlementVerdict;
  orderId?: string;
  paymentId?: string;
}

/**
 * The one way a payment becomes true, whether WeChat notified it or was asked (DESIGN §4). Takes a list, so that one
 * and many go the same way, in the caller's transaction: locks orders and payments in the order of their ids, judges
 * each, writes states, journal, suspense and jobs together.
 */
@Injectable()
export class SettleService {
  private readonly logger = new Logger('settle');

  constructor(
    private readonly ledger: LedgerService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param reports authentic reports only; at most one per order (DESIGN §6.2)
   * @returns the verdict on each report, in their order
   */
  async settle(manager: EntityManager, reports: readonly PaidTransaction[]): Promise<Settlement[]> {
    const decisions = await this.decide(manager, reports);
    const now = this.clock.now();
    const settled = decisions.filter(({ verdict }) => verdict === 'SETTLED');
    const misplaced = decisions.filter(({ verdict }) => isMisplaced(verdict));
    const movements = [
      ...(await this.pay(manager, settled, now)),
      ...(await this.keepInSuspense(manager, misplaced, now)),
    ];
    await this.ledger.book(manager, movements);
    await this.jobs.enqueue(
      manager,
      'payment-completed',
      settled.flatMap(({ subject }) =>
        subject ? [{ orderId: subject.order.id, paymentId: subject.payment.id }] : [],
      ),
    );
    return decisions.map(({ verdict, subject }) => ({
      verdict,
      ...(subject && { orderId: subject.order.id, paymentId: subject.payment.id }),
    }));
  }

  private async decide(manager: EntityManager, reports: readonly PaidTransaction[]): Promise<Decision[]> {
    const keys = [reports.map(({ mchId }) => mchId), reports.map(({ outTradeNo }) => outTradeNo)];
    const orders = new Map(
      (await run<OrderRow>(manager, LOCK_ORDERS, keys)).map((order) => [order.id, order]),
    );
    const payments = await run<PaymentRow>(manager, LOCK_PAYMENTS, keys);
    return reports.map((paid) => {
      const payment = payments.find(
        ({ mchId, outTradeNo }) => mchId === paid.mchId && outTradeNo === paid.outTradeNo,
      );
      const order = payment && orders.get(payment.orderId);
      const subject = payment && order && { payment, order };
      const verdict = judge(paid, subject);
      this.logger.log(`${paid.outTradeNo}: ${verdict}`, {
        outTradeNo: paid.outTradeNo,
        transactionId: paid.transactionId,
        totalFen: paid.totalFen,
        verdict,
      });
      return { paid, subject, verdict };
    });
  }

  private async pay(manager: EntityManager, settled: readonly Decision[], now: Date): Promise<Movement[]> {
    if (settled.length === 0) return [];
    await this.markPayments(manager, settled);
    const orders = settled.map(({ paid, subject }) => ({
      id: subject?.order.id,
      paid_at: paid.paidAt,
      paid_fen: paid.totalFen,
      payment_id: subject?.payment.id,
    }));
    await run(manager, MARK_ORDERS, [JSON.stringify(orders)]);
    return settled.flatMap(({ paid, subject }) =>
      subject ? [paymentMovement('PAYMENT_RECEIVED', subject.payment.id, paid, now)] : [],
    );
  }

  private async keepInSuspense(
    manager: EntityManager,
    misplaced: readonly Decision[],
    now: Date,
  ): Promise<Movement[]> {
    if (misplaced.length === 0) return [];
    const items = misplaced.map(({ paid, subject, verdict }) => ({
      id: uuidv7(),
      kind: verdict,
      account_id: paid.accountId,
      mch_id: paid.mchId,
      out_trade_no: paid.outTradeNo,
      transaction_id: paid.transactionId,
      order_id: subject?.order.id ?? null,
      payment_id: subject?.payment.id ?? null,
      amount_fen: paid.totalFen,
      currency: paid.currency,
      expected_fen: subject?.payment.amountFen ?? null,
      evidence: paid.fields,
      created_at: now,
    }));
    const kept = await run<{ id: string }>(manager, KEEP_IN_SUSPENSE, [JSON.stringify(items)]);
    await this.markPayments(
      manager,
      misplaced.filter(({ subject }) => subject !== undefined && subject.payment.status !== 'SUCCESS'),
    );
    const keptIds = new Set(kept.map(({ id }) => id));
    return misplaced.flatMap(({ paid }, index) => {
      const id = items[index]?.id ?? '';
      return keptIds.has(id) ? [paymentMovement('SUSPENSE_RECEIVED', id, paid, now)] : [];
    });
  }

  private async markPayments(manager: EntityManager, decisions: readonly Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    const rows = decisions.map(({ paid, subject }) => ({
      id: subject?.payment.id,
      transaction_id: paid.transactionId,
      paid_at: paid.paidAt,
      receipt: paid.fields,
    }));
    await run(manager, MARK_PAYMENTS, [JSON.stringify(rows)]);
  }
}

function isMisplaced(verdict: SettlementVerdict): boolean {
  return verdict !== 'SETTLED' && verdict !== 'DUPLICATE' && verdict !== 'FOREIGN';
}
