import type { EntityManager } from 'typeorm';
import { v5 as uuidv5 } from 'uuid';
import { toFen, type Fen } from '../../common/fen.js';
import { run, statement } from '../../database/sql.js';
import type { LedgerService, Movement } from '../../ledger/ledger.service.js';
import type { Withdrawal } from '../bill/fund-flow-bill.js';

const BATCH = 500;
/** Movements are booked under a uuid; a withdrawal has WeChat's number only, and the same number is the same uuid. */
const WITHDRAWALS = '7f9d2c0e-6f0b-4c58-9a53-0d3c6a1f5b21';

/** Fees of what is ours and not booked yet; below half a fen WeChat takes none. */
const OPEN = statement(
  'open-unbooked-fees',
  `DECLARE unbooked_fees NO SCROLL CURSOR FOR
   SELECT subject_id AS "subjectId", our_account AS account, round(fee_milli_fen / 1000.0)::bigint AS "feeFen" FROM bill_matches
   WHERE copy = 1 AND subject_id IS NOT NULL AND booked_fee_fen IS NULL AND our_settlement_fen IS NOT NULL
     AND round(fee_milli_fen / 1000.0) <> 0`,
);
const FETCH = statement('fetch-unbooked-fees', `FETCH ${BATCH} FROM unbooked_fees`);
const CLOSE = statement('close-unbooked-fees', 'CLOSE unbooked_fees');
const BOOKED_WITHDRAWALS = statement(
  'booked-withdrawals',
  `SELECT DISTINCT subject_id AS id FROM ledger_entries WHERE kind = 'SETTLED_TO_BANK' AND subject_id = ANY ($1::uuid[])`,
);

/**
 * WeChat keeps its fee and so owes that much less; with a refund it gives back a share. Once per payment and refund,
 * whatever the bill says later: a difference then, never a second entry.
 */
export async function bookFees(manager: EntityManager, ledger: LedgerService, bookedAt: Date): Promise<void> {
  await run(manager, OPEN, []);
  for (;;) {
    const fees = await run<{ subjectId: string; account: string; feeFen: Fen }>(manager, FETCH, []);
    await ledger.book(
      manager,
      fees.map(({ subjectId, account, feeFen }) => ({
        kind: 'FEE_CHARGED',
        subjectId,
        ...between('FEES', feeFen, account, bookedAt),
      })),
    );
    if (fees.length < BATCH) break;
  }
  await run(manager, CLOSE, []);
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
      ...between('SETTLED_CASH', amountFen, account, bookedAt),
    })),
  );
}

function between(
  account: 'FEES' | 'SETTLED_CASH',
  amountFen: Fen,
  merchantAccount: string,
  bookedAt: Date,
): Omit<Movement, 'kind' | 'subjectId'> {
  return {
    merchantAccount,
    currency: 'CNY',
    bookedAt,
    lines: [
      { account, amountFen },
      { account: 'WECHAT_RECEIVABLE', amountFen: toFen(-amountFen) },
    ],
  };
}
