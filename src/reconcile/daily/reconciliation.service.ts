import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { transaction, waitAtMost } from '../../database/transaction.js';
import { newReconciliationEvent, type ReconciliationEventType } from '../../jobs/event.js';
import { JobService } from '../../jobs/job.service.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import type { Bill, BillOutcome } from '../../wxpay/bill.js';
import { MerchantAccounts } from '../../wxpay/merchant-accounts.js';
import { WxPayService } from '../../wxpay/wxpay.service.js';
import { BillUnreadable } from '../bill/bill-lines.js';
import { readFundFlow, type FundFlow } from '../bill/fund-flow-bill.js';
import { billReadyAt, plusDays, startOf } from './bill-day.js';
import { stageBill } from './bill-staging.js';
import * as sql from './comparison.js';
import { bookFees, bookWithdrawals } from './fee-booking.js';
import type { Reconciliation, Side, Totals } from './reconciliation.entity.js';
import { totalsDifferences } from './totals.js';

/** Rows this near to midnight may stand in a neighbour's bill: our clock's day and WeChat's need not agree. */
const NEAR_MIDNIGHT_MS = 3600 * 1000;
const AGAIN_MS = 15 * 60 * 1000;
/** So long a missing fund flow bill holds up the comparison; the trade bill says what matters. */
const FUND_FLOW_PATIENCE_MS = 2 * 3600 * 1000;

/** A neighbouring day may be compared at once, and holds what both bills name until it ends: minutes, with a million rows. */
const LOCK_PATIENCE_MS = 10 * 60 * 1000;

/** A run whose lease is over finds its row taken by another and stops. */
const LOCK = statement(
  'lock-reconciliation',
  `SELECT id FROM reconciliations WHERE id = $1 AND status = 'RUNNING' AND attempts = $2 FOR UPDATE`,
);
/** Also while it is compared once more: what counts once does not wait again. */
const NEXT_DAY_DONE = statement(
  'next-day-reconciled',
  `SELECT id FROM reconciliations WHERE account_id = $1 AND date = $2::date AND totals IS NOT NULL AND finished_at >= $3`,
);
const FINISH = statement(
  'finish-reconciliation',
  `UPDATE reconciliations SET status = $3, next_attempt_at = $4, waiting = $5, failure = $6, totals = coalesce($7, totals),
                              finished_at = coalesce($8, finished_at)
   WHERE id = $1 AND status = 'RUNNING' AND attempts = $2
   RETURNING id`,
);
const COUNT_OPEN = statement(
  'count-open-differences',
  `SELECT kind, count(*) AS count FROM reconciliation_differences WHERE reconciliation_id = $1 AND status = 'OPEN' GROUP BY kind`,
);

export type ClaimedRun = Pick<Reconciliation, 'id' | 'accountId' | 'date' | 'attempts'>;

interface Result {
  status: 'DONE' | 'WAITING' | 'FAILED';
  nextAttemptAt?: Date;
  waiting?: { code: string; message: string };
  failure?: { code: string; message: string };
  totals?: Totals;
}

/** Why there is no fund flow, and whether a later look may find one. */
interface Missing {
  missing: string;
  mayCome: boolean;
}

/** Compares one day of one account with WeChat's bills. Running again gives the same result (DESIGN §2.12). */
@Injectable()
export class ReconciliationService {
  private readonly logger = new Logger('reconcile');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly accounts: MerchantAccounts,
    private readonly ledger: LedgerService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
  ) {}

  /** Downloads first, then compares in one transaction; the files are gone afterwards, whatever happens. */
  async run(claimed: ClaimedRun): Promise<void> {
    const { accountId, date } = claimed;
    const files: Bill[] = [];
    try {
      const trade = await this.wxpay.downloadBill(accountId, { kind: 'TRADE', date });
      if (trade.kind === 'accepted') files.push(trade.value);
      const stop = this.whyNotYet(trade, date);
      if (stop !== undefined) return await this.conclude(claimed, stop);
      const flow = await this.fundFlow(claimed, files);
      if ('missing' in flow && flow.mayCome && this.mayWaitForFundFlow(date))
        return await this.conclude(claimed, this.later('FUND_FLOW', flow.missing));
      await this.compare(claimed, trade.kind === 'accepted' ? trade.value.path : null, flow);
    } catch (error) {
      if (!(error instanceof BillUnreadable)) throw error;
      const failure = { code: 'BILL_UNREADABLE', message: `the bill of ${date}: ${error.message}` };
      await this.conclude(claimed, { status: 'FAILED', failure });
    } finally {
      for (const file of files) await file.dispose();
    }
  }

  /** One that cannot be read says as little as one that is missing, and may be whole the next time. */
  private async fundFlow({ id, accountId, date }: ClaimedRun, files: Bill[]): Promise<FundFlow | Missing> {
    const outcome = await this.wxpay.downloadBill(accountId, { kind: 'FUND_FLOW', date });
    if (outcome.kind !== 'accepted')
      return {
        missing: 'message' in outcome ? outcome.message : 'WeChat has none',
        mayCome: outcome.kind === 'later' || outcome.kind === 'unknown',
      };
    files.push(outcome.value);
    try {
      return await readFundFlow(outcome.value.path);
    } catch (error) {
      if (!(error instanceof BillUnreadable)) throw error;
      const missing = `the fund flow bill cannot be read: ${error.message}`;
      this.logger.warn(`${date}: ${missing}`, { reconciliationId: id, accountId, date });
      return { missing, mayCome: true };
    }
  }

  private async compare(claimed: ClaimedRun, path: string | null, found: FundFlow | Missing): Promise<void> {
    const flow = 'missing' in found ? undefined : found;
    await transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, LOCK_PATIENCE_MS);
      const mine = await run(manager, LOCK, [claimed.id, claimed.attempts]);
      if (mine.length === 0) return;
      const totals = await this.decide(manager, claimed, path, flow);
      totals.fundFlowMissing = 'missing' in found ? found.missing : null;
      await this.finish(manager, claimed, { status: 'DONE', totals });
    });
  }

  /** The comparison itself; everything it writes stands or falls with the caller's transaction. */
  private async decide(
    manager: EntityManager,
    { id, accountId, date }: ClaimedRun,
    path: string | null,
    flow: FundFlow | undefined,
  ): Promise<Totals> {
    const now = this.clock.now();
    const { mchId } = this.accounts.get(accountId);
    const accountIds = this.accounts.all().flatMap((each) => (each.mchId === mchId ? [each.id] : []));
    const [begin, end] = [startOf(date), startOf(plusDays(date, 1))];
    const ours = [mchId, accountIds, begin, end];
    const bill = await stageBill(manager, path);
    for (const step of [sql.CREATE_MATCHES, sql.CREATE_FOUND]) await run(manager, step, []);
    await run(manager, sql.MATCH, [mchId, accountIds]);
    await run(manager, sql.ANALYZE_MATCHES, []);
    await run(manager, sql.REMEMBER_BILLED, [date]);
    const tomorrow = plusDays(date, 1);
    const tomorrowDone = await run(manager, NEXT_DAY_DONE, [accountId, tomorrow, billReadyAt(tomorrow)]);
    await run(manager, sql.FIND, [
      ...ours,
      new Date(begin.getTime() + NEAR_MIDNIGHT_MS),
      new Date(end.getTime() - NEAR_MIDNIGHT_MS),
      tomorrowDone.length === 0,
    ]);
    const billSide = await sumOf(manager, sql.SUM_BILL, []);
    await run(manager, sql.ADD_FOUND, [JSON.stringify(totalsDifferences(bill, billSide, flow))]);
    await run(manager, sql.KEEP_FOUND, [id, now]);
    await run(manager, sql.CLEAR_GONE, [id]);
    const yesterday = plusDays(date, -1);
    await run(manager, sql.EXPLAIN_WAITING, [accountId, yesterday]);
    if (now >= billReadyAt(date)) {
      const [counted] = await run<{ id: string }>(manager, sql.COUNT_WAITING, [accountId, yesterday]);
      if (counted !== undefined) await this.tell(manager, 'reconciliation.differences', counted.id);
    }
    await bookFees(manager, accountIds, now);
    await bookWithdrawals(manager, this.ledger, accountId, flow?.withdrawals ?? [], now);
    return {
      bill: billSide,
      ledger: await sumOf(manager, sql.SUM_LEDGER, ours),
      fundFlow: flow === undefined ? null : fundFlowTotals(flow),
      fundFlowMissing: null,
    };
  }

  /** Undefined when it can be compared: there is a bill, or there will be none because nothing happened. */
  private whyNotYet(trade: BillOutcome, date: string): Result | undefined {
    switch (trade.kind) {
      case 'accepted':
        return undefined;
      case 'none':
        // Of a day that is not over WeChat says the same; it means nothing yet.
        return this.clock.now() >= billReadyAt(date)
          ? undefined
          : this.later('NOT_READY', 'WeChat has no bill of this day yet');
      case 'later':
        return this.later('NOT_READY', trade.message);
      case 'unknown':
        return this.later(trade.reason, trade.message);
      case 'rejected':
        return { status: 'FAILED', failure: { code: trade.code, message: trade.message } };
    }
  }

  private later(code: string, message: string): Result {
    return {
      status: 'WAITING',
      nextAttemptAt: new Date(this.clock.now().getTime() + AGAIN_MS),
      waiting: { code, message },
    };
  }

  private mayWaitForFundFlow(date: string): boolean {
    const since = this.clock.now().getTime() - billReadyAt(date).getTime();
    return since >= 0 && since < FUND_FLOW_PATIENCE_MS;
  }

  private conclude(claimed: ClaimedRun, result: Result): Promise<void> {
    return transaction(this.dataSource, (manager) => this.finish(manager, claimed, result));
  }

  /** A day that somebody has to look at is an event (docs/webhooks.md). */
  private async tell(manager: EntityManager, type: ReconciliationEventType, id: string): Promise<void> {
    await this.jobs.enqueue(manager, 'events', [newReconciliationEvent(type, this.clock.now(), id)]);
  }

  private async finish(
    manager: EntityManager,
    { id, accountId, date, attempts }: ClaimedRun,
    result: Result,
  ): Promise<void> {
    const { status, nextAttemptAt = null, waiting = null, failure = null, totals = null } = result;
    const finishedAt = status === 'WAITING' ? null : this.clock.now();
    const values = [id, attempts, status, nextAttemptAt, waiting, failure, totals, finishedAt];
    if ((await run(manager, FINISH, values)).length === 0) return; // another has taken its place
    const known = { reconciliationId: id, accountId, date };
    if (waiting !== null)
      this.logger.log(`${date}: ${waiting.message}; trying again later`, { ...known, code: waiting.code });
    if (failure !== null) {
      this.logger.error(`${date}: ${failure.message}`, { ...known, code: failure.code });
      await this.tell(manager, 'reconciliation.failed', id);
    }
    if (status !== 'DONE') return;
    const open = await run<{ kind: string; count: number }>(manager, COUNT_OPEN, [id]);
    if (open.length === 0) this.logger.log(`${date}: the books agree with WeChat's bill`, known);
    else {
      this.logger.warn(`${date}: the books and WeChat's bill differ`, {
        ...known,
        differences: Object.fromEntries(open.map(({ kind, count }) => [kind, count])),
      });
      await this.tell(manager, 'reconciliation.differences', id);
    }
  }
}

async function sumOf(manager: EntityManager, of: typeof sql.SUM_BILL, values: unknown[]): Promise<Side> {
  const [sums] = await run<Side>(manager, of, values);
  if (sums === undefined) throw new Error('a sum has no row');
  return sums;
}

function fundFlowTotals({
  rows,
  incomeFen,
  expenseFen,
  tradeFen,
  withdrawals,
}: FundFlow): Totals['fundFlow'] {
  const withdrawnFen = withdrawals.reduce((sum, { amountFen }) => sum + amountFen, 0);
  return { rows, incomeFen, expenseFen, tradeFen, withdrawnFen };
}
