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
/**
 * A refund may be under way for days, so its bill is often compared before it has succeeded. $1 booked at, $2 ids of the
 * merchant number's accounts. Should the day itself be compared once more at this moment, one of the two books.
 */
const BOOK_WAITING_FEES = statement(
  'book-waiting-fees',
  `WITH waiting AS (
     SELECT b.subject_id, b.waiting_fee_fen AS fee_fen, r.account_id, r.status
     FROM billed b JOIN refunds r ON r.id = b.subject_id
     WHERE b.waiting_fee_fen IS NOT NULL AND r.account_id = ANY ($2::text[]) AND r.status IN ('SUCCESS', 'CLOSED')
     ORDER BY b.subject_id FOR UPDATE OF b),
   forgotten AS (
     UPDATE billed b SET waiting_fee_fen = NULL FROM waiting w WHERE b.subject_id = w.subject_id)
   INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
   SELECT movement_id, 'FEE_CHARGED', subject_id, account_id, line.account, line.amount_fen, 'CNY', $1
   FROM (SELECT gen_random_uuid() AS movement_id, * FROM waiting WHERE status = 'SUCCESS') fee
     CROSS JOIN LATERAL (VALUES ('FEES', fee_fen), ('WECHAT_RECEIVABLE', -fee_fen)) AS line(account, amount_fen)
   ON CONFLICT (subject_id, kind, account) DO NOTHING`,
);
const BOOKED_WITHDRAWALS = statement(
  'booked-withdrawals',
  `SELECT DISTINCT subject_id AS id FROM ledger_entries WHERE kind = 'SETTLED_TO_BANK' AND subject_id = ANY ($1::uuid[])`,
);

/**
 * WeChat keeps its fee and so owes that much less; with a refund it gives back a share. Once per payment and refund,
 * whatever the bill says later: a difference then, never a second entry. What came back with a refund of an earlier bill
 * is booked as soon as the refund has succeeded, and never if WeChat has closed it.
 * @param accountIds those of the merchant number
 */
export async function bookFees(
  manager: EntityManager,
  accountIds: readonly string[],
  bookedAt: Date,
): Promise<void> {
  await run(manager, BOOK_FEES, [bookedAt]);
  await run(manager, BOOK_WAITING_FEES, [bookedAt, accountIds]);
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
