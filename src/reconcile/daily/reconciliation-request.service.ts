import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import { Clock } from '../../common/time/clock.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { MerchantAccounts } from '../../wxpay/merchant-accounts.js';
import { dayOf, plusDays } from './bill-day.js';
import { billedAccounts, DueBills } from './due-bills.js';

/** WeChat keeps bills for three months (protocol §1.10). */
const KEPT_DAYS = 92;
/** Most days are compared by then; who asked sees the result at once. */
const PATIENCE_MS = 8000;
const LOOK_MS = 100;

/** One that is running already is not started twice; its result is the answer as well. */
const ASK = statement(
  'ask-reconciliation',
  `INSERT INTO reconciliations AS r (id, account_id, date, status, attempts, next_attempt_at, created_at)
   VALUES ($1, $2, $3, 'WAITING', 0, $4, $4)
   ON CONFLICT (account_id, date) DO UPDATE SET
     status = CASE WHEN r.status = 'RUNNING' THEN 'RUNNING' ELSE 'WAITING' END,
     next_attempt_at = CASE WHEN r.status = 'RUNNING' THEN r.next_attempt_at ELSE $4 END,
     waiting = NULL, failure = NULL
   RETURNING id`,
);
const IS_UNDER_WAY = statement(
  'reconciliation-under-way',
  `SELECT id FROM reconciliations WHERE id = $1 AND (status = 'RUNNING' OR (status = 'WAITING' AND waiting IS NULL))`,
);

/** A day compared because somebody asks for it. */
@Injectable()
export class ReconciliationRequestService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accounts: MerchantAccounts,
    private readonly audit: AuditService,
    private readonly due: DueBills,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes the day due at once and waits a moment for its result.
   * @param id of the run to be, when the day has none yet
   * @param date `yyyy-MM-dd` at UTC+8
   * @returns id of the day's run
   * @throws Problem `VALIDATION_FAILED` for a day without a bill or an account without bills
   */
  async request(
    id: string,
    { date, account = 'default' }: { date: string; account?: string | undefined },
    by: { operator: OperatorPrincipal; origin: RequestOrigin },
  ): Promise<string> {
    const now = this.clock.now();
    const accountId = this.accountWithBills(account);
    const today = dayOf(now);
    if (date > today || date < plusDays(today, -KEPT_DAYS))
      throw invalid('date', `expected a day from ${plusDays(today, -KEPT_DAYS)} to ${today}`);
    const runId = await transaction(this.dataSource, async (manager) => {
      const [row] = await run<{ id: string }>(manager, ASK, [id, accountId, date, now]);
      if (row === undefined) throw new Error('a reconciliation was asked for and is not there');
      await this.audit.record(manager, {
        operator: by.operator,
        action: 'reconciliation.requested',
        subjectKind: 'reconciliation',
        subjectId: row.id,
        after: { date, account: accountId },
        ...auditOrigin(by.origin),
      });
      return row.id;
    });
    this.due.wake();
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
      if ((await run(this.dataSource.manager, IS_UNDER_WAY, [runId])).length === 0) break;
      await sleep(LOOK_MS);
    }
    return runId;
  }

  /** A bill is of a merchant number, whichever of its accounts was named. */
  private accountWithBills(id: string): string {
    const named = this.accounts.find(id);
    if (named === undefined) throw invalid('account', 'there is no such merchant account');
    const billed = billedAccounts(this.accounts.all()).find(({ mchId }) => mchId === named.mchId);
    if (billed === undefined) throw invalid('account', 'API v1 has no bills here');
    return billed.id;
  }
}

function invalid(field: string, message: string): Problem {
  return new Problem('VALIDATION_FAILED', `The ${field} has no bill.`, { errors: [{ field, message }] });
}
