import type { TestDatabase } from './database.js';
import { EVENTS } from './events.js';

/** What the database says about one order, read beside the application. */
export interface Books {
  status: string;
  paidFen: number;
  payments: { outTradeNo: string; status: string; transactionId: string | null }[];
  suspense: { kind: string; amountFen: number; transactionId: string }[];
  /** Sum per account, e.g. `{ WECHAT_RECEIVABLE: 1990, CUSTOMER_DEPOSITS: -1990 }`. */
  ledger: Record<string, number>;
  movements: number;
  /** Events that say "this order was paid", done or not. */
  jobs: number;
  /** Verdicts of the inbox, oldest first. */
  verdicts: string[];
}

export async function booksOf(database: TestDatabase, orderId: string): Promise<Books> {
  const [order] = await database.query<{ status: string; paidFen: string }>(
    'SELECT status, paid_fen AS "paidFen" FROM orders WHERE id = $1',
    [orderId],
  );
  if (order === undefined) throw new Error(`there is no order ${orderId}`);
  const payments = await database.query<Books['payments'][number]>(
    `SELECT out_trade_no AS "outTradeNo", status, transaction_id AS "transactionId" FROM payments
     WHERE order_id = $1 ORDER BY attempt`,
    [orderId],
  );
  const suspense = await database.query<{ kind: string; amountFen: string; transactionId: string }>(
    `SELECT kind, amount_fen AS "amountFen", transaction_id AS "transactionId" FROM suspense_items
     WHERE order_id = $1 ORDER BY created_at, id`,
    [orderId],
  );
  const entries = await database.query<{ account: string; amount: string; movementId: string }>(
    `SELECT account, amount_fen AS amount, movement_id AS "movementId" FROM ledger_entries
     WHERE subject_id IN (SELECT id FROM payments WHERE order_id = $1 UNION SELECT id FROM suspense_items WHERE order_id = $1)`,
    [orderId],
  );
  const [jobs] = await database.query<{ count: string }>(
    `SELECT count(*) FROM ${EVENTS} WHERE data->>'type' = 'payment.succeeded' AND data->>'orderId' = $1`,
    [orderId],
  );
  const verdicts = await database.query<{ verdict: string }>(
    'SELECT verdict FROM notifications WHERE order_id = $1 ORDER BY received_at, id',
    [orderId],
  );
  const ledger: Record<string, number> = {};
  for (const { account, amount } of entries) ledger[account] = (ledger[account] ?? 0) + Number(amount);
  return {
    status: order.status,
    paidFen: Number(order.paidFen),
    payments,
    suspense: suspense.map((item) => ({ ...item, amountFen: Number(item.amountFen) })),
    ledger,
    movements: new Set(entries.map(({ movementId }) => movementId)).size,
    jobs: Number(jobs?.count),
    verdicts: verdicts.map(({ verdict }) => verdict),
  };
}

/** Process ids of this application's connections that wait for somebody's lock. */
export async function waitingForLock(database: TestDatabase): Promise<number[]> {
  const rows = await database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'checkout' AND wait_event_type = 'Lock' ORDER BY query_start`,
  );
  return rows.map(({ pid }) => pid);
}

/** No attempt made so far is due any more, so that nothing but the test itself asks WeChat. */
export async function postponeChecks(database: TestDatabase): Promise<void> {
  await database.query(
    "UPDATE payments SET next_check_at = next_check_at + interval '10 years' WHERE next_check_at IS NOT NULL",
  );
}

/** The one row in which `column` is this. Amounts are strings: PostgreSQL's bigint. */
export async function rowOf(
  database: TestDatabase,
  table: string,
  value: string,
  column = 'id',
): Promise<Record<string, unknown>> {
  const rows = await database.query(`SELECT * FROM ${table} WHERE ${column} = $1`, [value]);
  const [found] = rows;
  if (found === undefined || rows.length > 1) throw new Error(`${rows.length} rows of ${table} for ${value}`);
  return found;
}

export interface Entry {
  kind: string;
  account: string;
  amountFen: number;
}

/** What was booked for a payment, an item in suspense or a refund, in the order in which it was written. */
export function entriesOf(database: TestDatabase, subjectId: string): Promise<Entry[]> {
  return database.query<Entry>(
    `SELECT kind, account, amount_fen::int AS "amountFen" FROM ledger_entries WHERE subject_id = $1 ORDER BY id`,
    [subjectId],
  );
}

/** Events about an order, in the order in which they were decided; without their ids. */
export async function eventsOf(database: TestDatabase, orderId: string): Promise<object[]> {
  const rows = await database.query<{ event: object }>(
    `SELECT data - 'id' AS event FROM ${EVENTS} WHERE data->>'orderId' = $1 ORDER BY created_on, data->>'id'`,
    [orderId],
  );
  return rows.map(({ event }) => event);
}

const TABLES = [
  'orders',
  'order_items',
  'products',
  'payments',
  'coupons',
  'coupon_uses',
  'refunds',
  'suspense_items',
  'ledger_entries',
  'pgboss.job',
];

/** Every row that a decision about money could touch: for tests that say that nothing has changed. */
export async function everything(database: TestDatabase): Promise<unknown> {
  const columns = TABLES.map(
    (table) => `(SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text) FROM ${table} t) AS "${table}"`,
  );
  const [rows] = await database.query(`SELECT ${columns.join()}`);
  return rows;
}
