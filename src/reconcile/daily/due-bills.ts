import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { uuidv7 } from '../../common/uuid-v7.js';
import { Clock } from '../../common/time/clock.js';
import { DueWorker } from '../../common/time/due-worker.js';
import { run, statement } from '../../database/sql.js';
import { MerchantAccounts, type MerchantAccount } from '../../wxpay/merchant-accounts.js';
import { billReadyAt, dayOf, newestReadyDay, plusDays } from './bill-day.js';
import { ReconciliationService, type ClaimedRun } from './reconciliation.service.js';

/** A million rows take about a minute; a run that nobody reports back on is due again after this time. */
const LEASE_MS = 15 * 60 * 1000;
/** So many days are caught up after a standstill; older ones are asked for by hand. */
const CATCH_UP_DAYS = 7;

const FIRST_PAYMENT = statement(
  'first-payment',
  'SELECT created_at AS "at" FROM payments ORDER BY id LIMIT 1',
);
/** A day that somebody compared before it was over is compared once more. */
const PLAN = statement(
  'plan-reconciliation',
  `INSERT INTO reconciliations AS r (id, account_id, date, status, attempts, next_attempt_at, created_at)
   VALUES ($1, $2, $3, 'WAITING', 0, $4, $4)
   ON CONFLICT (account_id, date) DO UPDATE SET status = 'WAITING', next_attempt_at = $4, failure = NULL
   WHERE r.status IN ('DONE', 'FAILED') AND r.finished_at < $5`,
);
const CLAIM = statement(
  'claim-reconciliation',
  `UPDATE reconciliations SET status = 'RUNNING', attempts = attempts + 1, next_attempt_at = $2
   WHERE id = (SELECT id FROM reconciliations WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING id, account_id AS "accountId", date::text AS date, attempts`,
);

/** Every morning after ten, and whenever somebody asks: one instance takes a day, compares it, and takes the next. */
@Injectable()
export class DueBills extends DueWorker {
  private plannedTo: string | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly reconciliations: ReconciliationService,
    private readonly accounts: MerchantAccounts,
    clock: Clock,
  ) {
    super('due-bills', clock);
  }

  protected async runOnce(): Promise<boolean> {
    const now = this.clock.now();
    await this.plan(now);
    const [claimed] = await run<ClaimedRun>(this.dataSource.manager, CLAIM, [
      now,
      new Date(now.getTime() + LEASE_MS),
    ]);
    if (claimed === undefined) return false;
    try {
      await this.reconciliations.run(claimed);
    } catch (error) {
      this.logger.error(`${claimed.date}: the reconciliation failed; its lease brings it back`, {
        reconciliationId: claimed.id,
        cause: error,
      });
    }
    return true;
  }

  /** Once per process and day: the days since the shop's first payment whose bill is ready and that nobody has planned. */
  private async plan(now: Date): Promise<void> {
    const newest = newestReadyDay(now);
    if (this.plannedTo === newest) return;
    const [first] = await run<{ at: Date }>(this.dataSource.manager, FIRST_PAYMENT, []);
    for (let back = CATCH_UP_DAYS - 1; back >= 0; back--) {
      const day = plusDays(newest, -back);
      if (first === undefined || day < dayOf(first.at)) continue;
      for (const { id } of billedAccounts(this.accounts.all()))
        await run(this.dataSource.manager, PLAN, [uuidv7(), id, day, now, billReadyAt(day)]);
    }
    this.plannedTo = newest;
  }
}

/** A bill is of a merchant number: the first of its accounts stands for all. API v1 has no bills here. */
export function billedAccounts(accounts: readonly MerchantAccount[]): MerchantAccount[] {
  const withBills = accounts.filter(({ api }) => api !== 'v1');
  return withBills.filter(
    (account, index) => withBills.findIndex(({ mchId }) => mchId === account.mchId) === index,
  );
}
