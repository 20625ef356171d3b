import type { EntityManager } from 'typeorm';
import { v5 as uuidv5 } from 'uuid';
import { toFen } from '../../common/fen.js';
import { run, statement } from '../../database/sql.js';
import type { LedgerService } from '../../ledger/ledger.service.js';
import type { Withdrawal } from '../bill/fund-flow-bill.js';

/** Movements are booked under a uuid; a withdrawal has WeChat's number only, and the same number is the same uuid. */
const WITHDRAWALS = '7f9d2c0e-6f0b-4c58-9a53-0d3c6a1f5b21';

/**
 * Fees of what is ours and not booked yet; below half a fen WeChat takes none. In one statement, because a day may have a
 * million: through the application they would be most of its time and memory.
 */
const BOOK_FEES = statement(
  'book-fees',
  `INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
   SELECT movement_id, 'FEE_CHARGED', subject_id, our_account, line.account, line.amount_fen, 'CNY', $1
   FROM (SELECT gen_random_uuid() AS movement_id, subject_id, our_account, round(fee_milli_fen / 1000.0)::bigint AS fee_fen
         FROM bill_matches WHERE copy = 1 AND subject_id IS NOT NULL AND booked_fee_fen IS NULL
           AND our_settlement_fen IS NOT NULL AND round(fee_milli_fen / 1000.0) <> 0 ORDER BY subject_id) fee
     CROSS JOIN LATERAL (VALUES ('FEES', fee_fen), ('WECHAT_RECEIVABLE', -fee_fen)) AS line(account, amount_fen)`,
);
const BOOKED_WITHDRAWALS = statement(
  'booked-withdrawals',
  `SELECT DISTINCT subject_id AS id FROM ledger_entries WHERE kind = 'SETTLED_TO_BANK' AND subject_id = ANY ($1::uuid[])`,
);

/**
 * WeChat keeps its fee and so owes that much less; with a refund it gives back a share. Once per payment and refund,
 * whatever the bill says later: a difference then, never a second entry.
 */
export async function bookFees(manager: EntityManager, bookedAt: Date): Promise<void> {
  await run(manager, BOOK_FEES, [bookedAt]);
}

/** What WeChat has paid out is no longer owed. Once per withdrawal. */
export async function bookWithdrawals(
  manager: EntityManager,
  ledger: LedgerService,
  account: string,
  withdrawals: readonly Withdrawal[],
  bookedAt: Date,
): Promise<void> {
  if (withdrawals.length === 0) return;
  const byId = new Map(withdrawals.map((each) => [uuidv5(`${account}/${each.flowNo}`, WITHDRAWALS), each]));
  const booked = await run<{ id: string }>(manager, BOOKED_WITHDRAWALS, [[...byId.keys()]]);
  for (const { id } of booked) byId.delete(id);
  await ledger.book(
    manager,
    [...byId].map(([subjectId, { amountFen }]) => ({
      kind: 'SETTLED_TO_BANK',
      subjectId,
      merchantAccount: account,
      currency: 'CNY',
      bookedAt,
      lines: [
        { account: 'SETTLED_CASH', amountFen },
        { account: 'WECHAT_RECEIVABLE', amountFen: toFen(-amountFen) },
      ],
    })),
  );
}
