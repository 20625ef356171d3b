import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';
import type { SimTimers } from '../state/sim-timers.js';
import type { Balances } from './balances.js';
import { chinaDate } from './china-time.js';
import type { Settings } from './refund-settings.js';
import { takesMoney, type Refund, type RefundAccount, type RefundStatus } from './refund.js';
import { nextSerial } from './serial.js';
import type { Payment, Transaction } from './transaction.js';

const YEAR_MS = 365 * 86_400_000;
const MOST_REFUNDS = 50;

export interface RefundOrder {
  protocol: 'v2' | 'v3';
  outRefundNo: string;
  refundFen: number;
  account: RefundAccount;
  description?: string;
  notifyUrl?: string;
}

/** Why WeChat does not accept a refund (protocol notes §1.8); each protocol has its own codes for these. */
export type RefundObstacle = 'overdue' | 'tooMuch' | 'tooMany' | 'tooSoon' | 'notEnough';

/** Every refund WeChat accepted, and what becomes of it. */
export class Refunds {
  private readonly byId = new Map<string, Refund>();
  private readonly byTransaction = new Map<string, Refund[]>();

  constructor(
    private readonly rows: Collection<Refund>,
    private readonly balances: Balances,
    private readonly clock: SimClock,
    private readonly timers: SimTimers,
    private readonly settings: Settings,
    /** Tells the merchant the result. */
    private readonly announce: (refund: Refund) => void,
  ) {
    for (const refund of rows.all()) {
      this.index(refund);
      this.plan(refund);
    }
  }

  byNumber(mchId: string, outRefundNo: string): Refund | undefined {
    return this.rows.get(`${mchId}/${outRefundNo}`);
  }

  byRefundId(refundId: string): Refund | undefined {
    return this.byId.get(refundId);
  }

  /** Oldest first. */
  of(transactionId: string): Refund[] {
    return this.byTransaction.get(transactionId) ?? [];
  }

  all(): Refund[] {
    return this.rows.all();
  }

  /** What stands against a new refund of this payment, if anything does. */
  obstacle(payment: Payment, order: RefundOrder, mchId: string): RefundObstacle | undefined {
    const earlier = this.of(payment.transactionId);
    const now = this.clock.now();
    if (now - payment.paidAt > YEAR_MS) return 'overdue';
    if (refundedFen(earlier) + order.refundFen > payment.totalFen) return 'tooMuch';
    if (earlier.length >= MOST_REFUNDS) return 'tooMany';
    const newest = earlier.at(-1);
    if (newest && now - newest.createdAt < this.settings.current.refundIntervalSeconds * 1000)
      return 'tooSoon';
    const { settlementRefundFen } = this.parts(payment, order.refundFen);
    return this.balances.has(mchId, order.account, settlementRefundFen) ? undefined : 'notEnough';
  }

  /** Takes the money from the merchant's balance at once; the user gets it when the refund succeeds. */
  accept(transaction: Transaction, payment: Payment, order: RefundOrder): Refund {
    const now = this.clock.now();
    const { refundSeconds } = this.settings.current;
    const refund: Refund = {
      ...order,
      ...this.parts(payment, order.refundFen),
      mchId: transaction.mchId,
      appId: transaction.appId,
      outTradeNo: transaction.outTradeNo,
      transactionId: payment.transactionId,
      refundId: `5030000123${chinaDate(now)}${nextSerial(11)}`,
      status: 'PROCESSING',
      createdAt: now,
      ...(refundSeconds !== null && { resultAt: now + refundSeconds * 1000 }),
    };
    this.index(refund);
    this.save(refund);
    this.balances.add(refund.mchId, refund.account, -refund.settlementRefundFen);
    this.plan(refund);
    return refund;
  }

  /** The result, or a later one where a person has settled a CHANGE. `at`: ms on the simulator's clock. */
  conclude(refund: Refund, status: Exclude<RefundStatus, 'PROCESSING'>, at: number): void {
    this.timers.cancel(timerKey(refund));
    delete refund.resultAt;
    refund.status = status;
    refund.concludedAt = at;
    if (!takesMoney(refund)) this.balances.add(refund.mchId, refund.account, refund.settlementRefundFen);
    this.save(refund);
    this.announce(refund);
  }

  /** A CHANGE is tried again, to a bank card this time: PROCESSING, then SUCCESS. */
  payToBankCard(refund: Refund): void {
    const { refundSeconds } = this.settings.current;
    refund.status = 'PROCESSING';
    refund.toBankCard = true;
    delete refund.concludedAt;
    if (refundSeconds !== null) refund.resultAt = this.clock.now() + refundSeconds * 1000;
    this.save(refund);
    this.plan(refund);
  }

  forgetAll(): void {
    this.rows.clear();
    this.byId.clear();
    this.byTransaction.clear();
  }

  /** Coupon and cash go back in the proportion they were paid; rounding never loses a fen over all parts. */
  private parts(
    payment: Payment,
    refundFen: number,
  ): Pick<Refund, 'couponRefundFen' | 'settlementRefundFen'> {
    const before = refundedFen(this.of(payment.transactionId));
    const couponUpTo = (fen: number): number => Math.floor((payment.couponFen * fen) / payment.totalFen);
    const couponRefundFen = couponUpTo(before + refundFen) - couponUpTo(before);
    const unsettledFen = payment.couponType === 'NO_CASH' ? couponRefundFen : 0;
    return { couponRefundFen, settlementRefundFen: refundFen - unsettledFen };
  }

  private plan(refund: Refund): void {
    const { resultAt } = refund;
    if (resultAt === undefined) return;
    this.timers.at(timerKey(refund), resultAt, async () =>
      this.conclude(refund, refund.toBankCard ? 'SUCCESS' : this.settings.current.refundResult, resultAt),
    );
  }

  private save(refund: Refund): void {
    this.rows.set(`${refund.mchId}/${refund.outRefundNo}`, refund);
  }

  private index(refund: Refund): void {
    this.byId.set(refund.refundId, refund);
    this.byTransaction.set(refund.transactionId, [...this.of(refund.transactionId), refund]);
  }
}

/** What all these refunds give back, or will. */
function refundedFen(refunds: Refund[]): number {
  return refunds.filter(takesMoney).reduce((sum, refund) => sum + refund.refundFen, 0);
}

function timerKey(refund: Refund): string {
  return `refund ${refund.refundId}`;
}
