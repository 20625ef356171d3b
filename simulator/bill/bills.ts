import { randomBytes } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';
import { chinaDate, readChinaDateTime } from '../trade/china-time.js';
import type { Refunds } from '../trade/refunds.js';
import { takesMoney } from '../trade/refund.js';
import type { Transactions } from '../trade/transactions.js';
import type { ExtraFlow } from './fund-flow.js';
import { paymentRow, refundRow, type BillRow } from './bill-row.js';
import type { BillLayout } from './trade-bill.js';

const DAY_MS = 86_400_000;
/** Bills can be fetched from 10:00 of the next day, for three months (protocol notes §1.10). */
const READY_AFTER_MS = DAY_MS + 10 * 3_600_000;
const KEPT_MS = 92 * DAY_MS;
/** How long a download address works (§2.10). */
const TOKEN_LIFE_MS = 5 * 60_000;

/** One merchant's day. Once made it does not change, whatever happens to its refunds later. */
export interface Bill {
  mchId: string;
  /** yyyyMMdd, UTC+8. */
  date: string;
  layout: BillLayout;
  rows: BillRow[];
  /** Of the fund flow bill, beside what the rows move. */
  flows?: ExtraFlow[] | undefined;
}

interface Download {
  mchId: string;
  bytes: Buffer;
  expiresAt: number;
}

/** What WeChat has written down of each merchant's days. */
export class Bills {
  /** For minutes only, and an address dies with the simulator. */
  private readonly downloads = new Map<string, Download>();

  constructor(
    private readonly rows: Collection<Bill>,
    private readonly transactions: Transactions,
    private readonly refunds: Refunds,
    private readonly clock: SimClock,
  ) {}

  /** The day's bill, or why there is none yet. `date`: yyyyMMdd. */
  of(mchId: string, date: string): Bill | 'creating' | 'none' {
    const age = this.clock.now() - startOf(date);
    if (age > KEPT_MS) return 'none';
    const made = this.rows.get(`${mchId}/${date}`);
    if (made) return made;
    if (age < DAY_MS) return 'none';
    return age < READY_AFTER_MS ? 'creating' : this.make(mchId, date);
  }

  /** Now, whatever the clock says; an earlier bill of the day is replaced. */
  make(
    mchId: string,
    date: string,
    rows: BillRow[] = this.rowsOf(mchId, date),
    layout: BillLayout = 'current',
    flows?: ExtraFlow[],
  ): Bill {
    return this.rows.set(`${mchId}/${date}`, { mchId, date, layout, rows, flows });
  }

  all(): Bill[] {
    return this.rows.all();
  }

  /** What really happened that day, oldest first. A refund belongs to the day it was asked for, unless it was closed. */
  rowsOf(mchId: string, date: string): BillRow[] {
    return this.history(mchId).filter(({ at }) => chinaDate(at) === date);
  }

  /** What really happened before that day. */
  rowsBefore(mchId: string, date: string): BillRow[] {
    return this.history(mchId).filter(({ at }) => at < startOf(date));
  }

  /** A token under which these bytes can be fetched for five minutes. */
  offer(mchId: string, bytes: Buffer): string {
    const token = randomBytes(24).toString('base64url');
    this.downloads.set(token, { mchId, bytes, expiresAt: this.clock.now() + TOKEN_LIFE_MS });
    return token;
  }

  /** What is to be fetched under that token; undefined when it is unknown or too old. */
  download(token: string): Download | undefined {
    const download = this.downloads.get(token);
    return download && download.expiresAt > this.clock.now() ? download : undefined;
  }

  forgetAll(): void {
    this.rows.clear();
    this.downloads.clear();
  }

  private history(mchId: string): BillRow[] {
    const rows: BillRow[] = [];
    for (const transaction of this.transactions.all()) {
      const { payment } = transaction;
      if (transaction.mchId !== mchId || !payment) continue;
      rows.push(paymentRow(transaction, payment));
      for (const refund of this.refunds.of(payment.transactionId).filter(takesMoney))
        rows.push(refundRow(refund, transaction, payment));
    }
    return rows.sort((a, b) => a.at - b.at);
  }
}

/** The first moment of a day, ms. `date`: yyyyMMdd; NaN when it is no date. */
export function startOf(date: string): number {
  return readChinaDateTime(`${date}000000`) ?? Number.NaN;
}
