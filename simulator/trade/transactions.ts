import { randomBytes } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';
import { chinaDate, chinaDateTime } from './china-time.js';
import { nextSerial } from './serial.js';
import { ORDER_LIFE_MS, type Payment, type Prepay, type Transaction } from './transaction.js';

/** Polling must not make an order grow without end. */
const TIMELINE_LENGTH = 100;

export type NewTransaction = Omit<
  Transaction,
  'createdAt' | 'expiresAt' | 'closedAt' | 'prepays' | 'payment' | 'hasRefund' | 'timeline'
> & { expiresAt: number | undefined };

/** Every order WeChat knows, whatever protocol it came by, found by any of its numbers without a search. */
export class Transactions {
  private readonly byPrepay = new Map<string, Transaction>();
  private readonly byPaymentId = new Map<string, Transaction>();

  constructor(
    private readonly rows: Collection<Transaction>,
    private readonly clock: SimClock,
  ) {
    for (const transaction of rows.all()) this.index(transaction);
  }

  byNumber(mchId: string, outTradeNo: string): Transaction | undefined {
    return this.current(this.rows.get(key(mchId, outTradeNo)));
  }

  /** By prepay id or code_url. */
  byPrepayHandle(handle: string): Transaction | undefined {
    return this.current(this.byPrepay.get(handle));
  }

  byTransactionId(transactionId: string): Transaction | undefined {
    return this.byPaymentId.get(transactionId);
  }

  all(): Transaction[] {
    return this.rows.all().map((transaction) => this.current(transaction) ?? transaction);
  }

  create(order: NewTransaction): Transaction {
    const now = this.clock.now();
    return this.save({
      ...order,
      createdAt: now,
      expiresAt: order.expiresAt ?? now + ORDER_LIFE_MS,
      prepays: [],
      hasRefund: false,
      timeline: [],
    });
  }

  /** A fresh prepay id, with the code or page the trade type needs. */
  addPrepay(transaction: Transaction): Prepay {
    const now = this.clock.now();
    const prepayId = `wx${chinaDateTime(now)}${randomBytes(10).toString('hex')}`;
    const prepay: Prepay = { prepayId, createdAt: now };
    if (transaction.tradeType === 'NATIVE') {
      prepay.codeUrl = `weixin://wxpay/bizpayurl?pr=${randomBytes(6).toString('base64url')}`;
    }
    if (transaction.tradeType === 'MWEB') {
      const page = 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb';
      prepay.mwebUrl = `${page}?prepay_id=${prepayId}&package=${randomBytes(4).readUInt32BE()}`;
    }
    transaction.prepays.push(prepay);
    this.save(transaction);
    return prepay;
  }

  close(transaction: Transaction): void {
    transaction.closedAt = this.clock.now();
    this.save(transaction);
  }

  /** The user paid. `transactionId` only when a test wants a certain one. */
  pay(
    transaction: Transaction,
    paid: Omit<Payment, 'transactionId' | 'paidAt'>,
    transactionId?: string,
  ): Payment {
    const now = this.clock.now();
    const payment = {
      transactionId: transactionId ?? `4200001234${chinaDate(now)}${nextSerial(10)}`,
      paidAt: now,
      ...paid,
    };
    transaction.payment = payment;
    this.save(transaction);
    return payment;
  }

  /** From now on the order's state is REFUND, whatever becomes of the refund. */
  markRefunded(transaction: Transaction): void {
    transaction.hasRefund = true;
    this.save(transaction);
  }

  /** Writes down what happened to an order, newest last. */
  note(transaction: Transaction, event: string, result: string): void {
    transaction.timeline.push({ at: this.clock.now(), event, result });
    if (transaction.timeline.length > TIMELINE_LENGTH) transaction.timeline.shift();
    this.save(transaction);
  }

  forgetAll(): void {
    this.rows.clear();
    this.byPrepay.clear();
    this.byPaymentId.clear();
  }

  private save(transaction: Transaction): Transaction {
    this.index(transaction);
    return this.rows.set(key(transaction.mchId, transaction.outTradeNo), transaction);
  }

  private index(transaction: Transaction): void {
    for (const prepay of transaction.prepays) {
      this.byPrepay.set(prepay.prepayId, transaction);
      if (prepay.codeUrl) this.byPrepay.set(prepay.codeUrl, transaction);
    }
    if (transaction.payment) this.byPaymentId.set(transaction.payment.transactionId, transaction);
  }

  /** An order closes by itself at its expiry: nobody has to come by at that moment to see it. */
  private current(transaction: Transaction | undefined): Transaction | undefined {
    const isOver =
      transaction &&
      !transaction.payment &&
      transaction.closedAt === undefined &&
      transaction.expiresAt <= this.clock.now();
    if (isOver) {
      transaction.closedAt = transaction.expiresAt;
      this.save(transaction);
    }
    return transaction;
  }
}

function key(mchId: string, outTradeNo: string): string {
  return `${mchId}/${outTradeNo}`;
}
