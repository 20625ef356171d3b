import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import { MOVEMENT_ACCOUNTS } from '../ledger/movement-kind.js';

/** The triggers refuse it already; this finds out when somebody has gone around them. */
const UNBALANCED = statement(
  'verify-movements',
  `SELECT movement_id AS "movementId", currency, sum(amount_fen)::bigint AS "sumFen", count(*)::int AS entries,
          count(DISTINCT (kind, subject_id, merchant_account))::int AS stories
   FROM ledger_entries GROUP BY movement_id, currency
   HAVING sum(amount_fen) <> 0 OR count(*) < 2 OR count(DISTINCT (kind, subject_id, merchant_account)) > 1
   ORDER BY min(id) LIMIT 1`,
);
const FOREIGN_ACCOUNT = statement(
  'verify-accounts',
  `SELECT e.id, e.movement_id AS "movementId", e.kind, e.account FROM ledger_entries e
   WHERE NOT EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS known(kind, account)
                     WHERE known.kind = e.kind AND known.account = e.account)
   ORDER BY e.id LIMIT 1`,
);

/**
 * What the rows say should be booked, against what is: one line per row, on the side that is owed (the other side is
 * WeChat's, and follows from the zero). Fees and settlements are explained by WeChat's bills, not by rows of ours.
 */
const DEVIATION = statement(
  'verify-rows',
  `WITH expected AS (
     SELECT 'PAYMENT_RECEIVED' AS kind, id AS subject_id, account_id AS merchant_account, 'CUSTOMER_DEPOSITS' AS account,
            -amount_fen AS amount_fen, request->>'currency' AS currency
     FROM payments p WHERE status = 'SUCCESS' AND NOT EXISTS (
       SELECT FROM suspense_items s WHERE s.mch_id = p.mch_id AND s.transaction_id = p.transaction_id)
     UNION ALL
     SELECT 'SUSPENSE_RECEIVED', id, account_id, 'SUSPENSE', -amount_fen, currency FROM suspense_items
     UNION ALL
     SELECT 'SUSPENSE_ACCEPTED', id, account_id, account, amount_fen * sign, currency
     FROM suspense_items, (VALUES ('SUSPENSE', 1), ('OTHER_INCOME', -1)) AS side(account, sign)
     WHERE accepted_at IS NOT NULL
     UNION ALL
     SELECT 'REFUND_PAID', r.id, r.account_id, 'CUSTOMER_DEPOSITS', r.amount_fen, 'CNY'
     FROM refunds r WHERE r.status = 'SUCCESS' AND r.suspense_id IS NULL
     UNION ALL
     SELECT 'SUSPENSE_RETURNED', r.id, r.account_id, CASE WHEN s.accepted_at IS NULL THEN 'SUSPENSE' ELSE 'OTHER_INCOME' END,
            r.amount_fen, s.currency
     FROM refunds r JOIN suspense_items s ON s.id = r.suspense_id WHERE r.status = 'SUCCESS'),
   booked AS (
     SELECT id AS entry, kind, subject_id, merchant_account, account, amount_fen, currency FROM ledger_entries
     WHERE account IN ('CUSTOMER_DEPOSITS', 'SUSPENSE', 'OTHER_INCOME'))
   SELECT coalesce(b.kind, e.kind) AS kind, coalesce(b.subject_id, e.subject_id) AS "subjectId",
          coalesce(b.account, e.account) AS account, e.amount_fen AS "expectedFen", b.amount_fen AS "bookedFen",
          coalesce(b.merchant_account = e.merchant_account AND b.currency = e.currency, true) AS "samePlace"
   FROM expected e FULL JOIN booked b USING (kind, subject_id, account)
   WHERE (e.amount_fen, e.merchant_account, e.currency) IS DISTINCT FROM (b.amount_fen, b.merchant_account, b.currency)
   ORDER BY b.entry NULLS LAST, coalesce(b.subject_id, e.subject_id), 3 LIMIT 1`,
);
/** An item in suspense has left it exactly when it was returned or accepted. */
const STANDING = statement(
  'verify-suspense',
  `SELECT s.id, s.status, coalesce(sum(r.amount_fen), 0)::bigint AS "returnedFen", s.amount_fen AS "amountFen"
   FROM suspense_items s LEFT JOIN refunds r ON r.suspense_id = s.id AND r.status = 'SUCCESS'
   GROUP BY s.id
   HAVING coalesce(sum(r.amount_fen), 0) <> CASE s.status WHEN 'RETURNED' THEN s.amount_fen ELSE 0 END
   ORDER BY s.created_at, s.id LIMIT 1`,
);
/** All that is wrong first, then the oldest: planned for the one row that is wanted, each order would search all refunds. */
const ORDERS = statement(
  'verify-orders',
  `WITH wrong AS MATERIALIZED (
     SELECT o.order_no, o.refunded_fen, coalesce(r.sum, 0)::bigint AS succeeded_fen, o.created_at, o.id
     FROM orders o LEFT JOIN (SELECT order_id, sum(amount_fen) FROM refunds WHERE status = 'SUCCESS' GROUP BY order_id) r
       ON r.order_id = o.id
     WHERE o.refunded_fen <> coalesce(r.sum, 0))
   SELECT order_no AS "orderNo", refunded_fen AS "refundedFen", succeeded_fen AS "succeededFen"
   FROM wrong ORDER BY created_at, id LIMIT 1`,
);
/** The sums that trial balances start from (ledger/trial-balance.service.ts), against the entries they stand for. */
const CHECKPOINT = statement(
  'verify-checkpoint',
  `WITH kept AS (SELECT * FROM ledger_checkpoints WHERE through_id = (SELECT max(through_id) FROM ledger_checkpoints)),
   counted AS (
     SELECT merchant_account, account, currency, sum(greatest(amount_fen, 0)) AS debit_fen,
            sum(greatest(-amount_fen, 0)) AS credit_fen
     FROM ledger_entries WHERE id <= (SELECT max(through_id) FROM ledger_checkpoints)
     GROUP BY merchant_account, account, currency)
   SELECT merchant_account AS "merchantAccount", account, currency,
          coalesce(k.debit_fen - k.credit_fen, 0)::bigint AS "keptFen",
          coalesce(c.debit_fen - c.credit_fen, 0)::bigint AS "countedFen"
   FROM kept k FULL JOIN counted c USING (merchant_account, account, currency)
   WHERE (k.debit_fen, k.credit_fen) IS DISTINCT FROM (c.debit_fen, c.credit_fen)
   ORDER BY merchant_account, account, currency LIMIT 1`,
);
const BALANCES = statement(
  'verify-balances',
  `SELECT merchant_account AS "merchantAccount", account, currency, sum(amount_fen)::bigint AS "balanceFen", count(*)::int AS entries
   FROM ledger_entries GROUP BY merchant_account, account, currency ORDER BY merchant_account, account, currency`,
);

export interface Balance {
  merchantAccount: string;
  account: string;
  currency: string;
  /** Debit positive. */
  balanceFen: number;
  entries: number;
}

export interface LedgerVerdict {
  /** Rebuilt from the entries alone. */
  balances: Balance[];
  /** The first thing that is wrong, in words; undefined when the books are right. */
  wrong?: string;
}

/**
 * Rebuilds every balance from the entries and holds the journal to the rows that explain it: each movement sums to zero
 * and touches only the accounts of its kind; each payment, refund and suspense item has exactly its movements, and no
 * movement stands without its row (DESIGN §2.11).
 * @param manager of a transaction in which all reads see one moment
 */
export async function verifyLedger(manager: EntityManager): Promise<LedgerVerdict> {
  const balances = await run<Balance>(manager, BALANCES, []);
  for (const check of [unbalanced, foreignAccount, deviation, standing, refundedOrders, checkpoint]) {
    const wrong = await check(manager);
    if (wrong !== undefined) return { balances, wrong };
  }
  return { balances };
}

type Finding = Promise<string | undefined>;

async function unbalanced(manager: EntityManager): Finding {
  const [found] = await run<{
    movementId: string;
    currency: string;
    sumFen: number;
    entries: number;
    stories: number;
  }>(manager, UNBALANCED, []);
  if (found === undefined) return undefined;
  const { movementId, currency, sumFen, entries, stories } = found;
  if (stories > 1)
    return `movement ${movementId} mixes entries of ${stories} subjects, kinds or merchant accounts`;
  return `movement ${movementId} has ${entries} entries in ${currency} that sum to ${sumFen} fen, not 0`;
}

async function foreignAccount(manager: EntityManager): Finding {
  const pairs = Object.entries(MOVEMENT_ACCOUNTS).flatMap(([kind, accounts]) =>
    accounts.map((account) => [kind, account] as const),
  );
  const [found] = await run<{ id: number; movementId: string; kind: string; account: string }>(
    manager,
    FOREIGN_ACCOUNT,
    [pairs.map(([kind]) => kind), pairs.map(([, account]) => account)],
  );
  if (found === undefined) return undefined;
  const { id, movementId, kind, account } = found;
  return `entry ${id} of movement ${movementId} books ${kind} on ${account}, which it never touches`;
}

async function deviation(manager: EntityManager): Finding {
  const [found] = await run<{
    kind: string;
    subjectId: string;
    account: string;
    expectedFen: number | null;
    bookedFen: number | null;
    samePlace: boolean;
  }>(manager, DEVIATION, []);
  if (found === undefined) return undefined;
  const { kind, subjectId, account, expectedFen, bookedFen, samePlace } = found;
  const what = `${kind} of ${subjectId} on ${account}`;
  if (bookedFen === null) return `${what} is missing: ${expectedFen} fen should be booked`;
  if (expectedFen === null) return `${what} is booked with ${bookedFen} fen, and no row explains it`;
  if (!samePlace) return `${what} is booked for another merchant account or currency than its row's`;
  return `${what} is booked with ${bookedFen} fen, its row says ${expectedFen}`;
}

async function standing(manager: EntityManager): Finding {
  const [found] = await run<{ id: string; status: string; returnedFen: number; amountFen: number }>(
    manager,
    STANDING,
    [],
  );
  return (
    found &&
    `suspense item ${found.id} is ${found.status}, with ${found.returnedFen} of ${found.amountFen} fen returned`
  );
}

async function refundedOrders(manager: EntityManager): Finding {
  const [found] = await run<{ orderNo: string; refundedFen: number; succeededFen: number }>(
    manager,
    ORDERS,
    [],
  );
  return (
    found &&
    `order ${found.orderNo} counts ${found.refundedFen} fen as refunded, its refunds came to ${found.succeededFen}`
  );
}

async function checkpoint(manager: EntityManager): Finding {
  const [found] = await run<{
    merchantAccount: string;
    account: string;
    currency: string;
    keptFen: number;
    countedFen: number;
  }>(manager, CHECKPOINT, []);
  if (found === undefined) return undefined;
  const { merchantAccount, account, currency, keptFen, countedFen } = found;
  return `the checkpoint of ${merchantAccount} ${account} ${currency} says ${keptFen} fen, its entries come to ${countedFen}; DELETE FROM ledger_checkpoints makes trial balances count anew`;
}
