import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { run, statement } from '../database/sql.js';
import { isLockTimeout } from '../database/transaction.js';
import type { LedgerAccount } from './ledger-entry.entity.js';

/** So many entries are counted in a few hundredths of a second; a checkpoint for fewer is not worth its lock. */
const WORTH_A_CHECKPOINT = 50_000;
/** Payments wait behind the lock, so it does not wait long itself; the next look tries again. */
const PATIENCE = statement('checkpoint-patience', "SET LOCAL lock_timeout = '200ms'");

const UNCOUNTED = statement(
  'uncounted-entries',
  `SELECT coalesce((SELECT max(id) FROM ledger_entries), 0) - coalesce((SELECT max(through_id) FROM ledger_checkpoints), 0)
     AS entries`,
);
/**
 * Entries get their ids before they commit, so a newer id may be visible while an older one is still under way. Once
 * nobody is inside, every id up to the newest is decided.
 */
const STAND_STILL = statement('checkpoint-lock', 'LOCK TABLE ledger_entries IN SHARE MODE');
const NEWEST = statement('newest-entry', 'SELECT max(id) AS id FROM ledger_entries');
const SUMS = `
  SELECT merchant_account, account, currency, debit_fen, credit_fen FROM ledger_checkpoints
  WHERE through_id = (SELECT max(through_id) FROM ledger_checkpoints)
  UNION ALL
  SELECT merchant_account, account, currency, greatest(amount_fen, 0), greatest(-amount_fen, 0) FROM ledger_entries
  WHERE id > coalesce((SELECT max(through_id) FROM ledger_checkpoints), 0)`;
/** Two that count at once would meet in each other's rows; whoever comes second leaves it to the first. */
const ONE_AT_A_TIME = statement(
  'checkpoint-maker',
  "SELECT pg_try_advisory_xact_lock(hashtext('ledger_checkpoints')) AS mine",
);
const MAKE = statement(
  'make-checkpoint',
  `INSERT INTO ledger_checkpoints (through_id, merchant_account, account, currency, debit_fen, credit_fen)
   SELECT $1::bigint, merchant_account, account, currency, sum(debit_fen), sum(credit_fen)
   FROM (${SUMS} AND id <= $1) AS sums
   WHERE $1::bigint > coalesce((SELECT max(through_id) FROM ledger_checkpoints), 0)
   GROUP BY merchant_account, account, currency
   ON CONFLICT DO NOTHING`,
);
const FORGET = statement('forget-checkpoints', 'DELETE FROM ledger_checkpoints WHERE through_id < $1');
const TRIAL_BALANCE = statement(
  'trial-balance',
  `SELECT merchant_account AS "merchantAccount", account, currency, sum(debit_fen)::bigint AS "debitFen",
          sum(credit_fen)::bigint AS "creditFen", (sum(debit_fen) - sum(credit_fen))::bigint AS "balanceFen"
   FROM (${SUMS}) AS sums GROUP BY merchant_account, account, currency ORDER BY merchant_account, account, currency`,
);

/** What one account holds; debit positive. */
export interface AccountBalance {
  merchantAccount: string;
  account: LedgerAccount;
  currency: string;
  debitFen: number;
  creditFen: number;
  balanceFen: number;
}

/** Balances: the sums of the newest checkpoint and of every entry after it, in one snapshot. */
@Injectable()
export class TrialBalanceService {
  private readonly logger = new Logger('ledger');

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** A look that has much to count leaves a checkpoint for the next ones. */
  async read(): Promise<AccountBalance[]> {
    const [uncounted] = await run<{ entries: number }>(this.dataSource.manager, UNCOUNTED, []);
    if ((uncounted?.entries ?? 0) >= WORTH_A_CHECKPOINT) await this.checkpoint();
    return run<AccountBalance>(this.dataSource.manager, TRIAL_BALANCE, []);
  }

  /** Sums everything decided so far; leaves it to the next look where the journal is too busy, or another is at it. */
  async checkpoint(): Promise<void> {
    const through = await this.newestDecided();
    if (through === null) return;
    await this.dataSource.transaction(async (manager) => {
      const [lock] = await run<{ mine: boolean }>(manager, ONE_AT_A_TIME, []);
      if (lock?.mine !== true) return;
      await run(manager, MAKE, [through]);
      await run(manager, FORGET, [through]);
    });
  }

  /** The newest entry before which none can appear any more; the lock ends with this transaction, before any counting. */
  private async newestDecided(): Promise<number | null> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        await run(manager, PATIENCE, []);
        await run(manager, STAND_STILL, []);
        const [newest] = await run<{ id: number | null }>(manager, NEWEST, []);
        return newest?.id ?? null;
      });
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      this.logger.log('the journal is busy; the next look makes the checkpoint');
      return null;
    }
  }
}
