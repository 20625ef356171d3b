import { amountFen, orderNo, type OrderRange } from '../load/plans.js';
import { mismatches } from '../mismatches.js';
import type { BenchDatabase } from '../rig.js';

/** Where each side keeps its jobs: one event per paid order. */
const JOBS = {
  ours: `SELECT event->>'orderId' AS order_id FROM pgboss.job CROSS JOIN LATERAL
           jsonb_array_elements(coalesce(data->'together', jsonb_build_array(data))) AS event WHERE name = 'events'`,
  floor: "SELECT payload->>'orderId' AS order_id FROM jobs",
};

/** What was notified in the last phase; $1 and $2 are the first and last order_no, $3 the time when it began. */
const NOTIFIED = `
  WITH entries AS (
    SELECT subject_id, count(*) AS lines, sum(amount_fen) AS balance,
           sum(amount_fen) FILTER (WHERE account = 'WECHAT_RECEIVABLE') AS receivable
    FROM ledger_entries WHERE booked_at >= $3 GROUP BY subject_id),
  inbox AS (SELECT out_trade_no, count(*) AS copies FROM notifications WHERE received_at >= $3 GROUP BY out_trade_no)
  SELECT count(*) FILTER (WHERE o.status = 'PAID' AND o.paid_fen = o.payable_fen)::int AS "orders paid",
         count(*) FILTER (WHERE p.status = 'SUCCESS' AND p.transaction_id = '420000' || o.order_no)::int AS "payments settled",
         count(*) FILTER (WHERE inbox.copies = 1)::int AS "notifications filed",
         count(*) FILTER (WHERE e.lines = 2 AND e.balance = 0 AND e.receivable = p.amount_fen)::int AS "movements booked",
         coalesce(sum(o.paid_fen), 0)::float8 AS "fen paid"
  FROM orders o JOIN payments p ON p.order_id = o.id
       LEFT JOIN entries e ON e.subject_id = p.id LEFT JOIN inbox ON inbox.out_trade_no = p.out_trade_no
  WHERE o.order_no BETWEEN $1 AND $2`;

/** The whole database: nothing beyond what was notified. */
const EVERYTHING = (jobs: string): string => `
  SELECT (SELECT count(*) FROM orders WHERE status <> 'PENDING_PAYMENT')::int AS "orders changed",
         (SELECT count(*) FROM payments WHERE status <> 'PREPAID')::int AS "payments changed",
         (SELECT count(*) FROM notifications)::int AS "notifications in all",
         (SELECT count(*) FROM ledger_entries)::int / 2 AS "pairs of ledger rows",
         (SELECT count(DISTINCT order_id) FROM (${jobs}) AS job)::int AS "orders with a job",
         (SELECT count(*) FROM (${jobs}) AS job)::int AS jobs,
         (SELECT coalesce(sum(amount_fen), 0) FROM ledger_entries)::float8 AS "ledger balance"`;

/** The orders of a phase whose notification was answered with success. */
export interface Notified extends OrderRange {
  /** A time after they were ordered and before the first notification. */
  since: Date;
}

/**
 * Every notified order is paid exactly once, with its amount; the ledger balances; nothing else changed.
 * @param settledInAll of this database so far, this phase included
 * @throws Error naming every figure that is wrong
 */
export async function checkPaid(
  database: BenchDatabase,
  side: 'ours' | 'floor',
  notified: Notified,
  settledInAll: number,
): Promise<void> {
  await checkNotified(database, side, notified);
  const all = await tally(database, side);
  refuse(
    side,
    mismatches(all, (name) => (name === 'ledger balance' ? 0 : settledInAll)),
  );
}

/** The part of it that looks at the notified orders alone. @throws Error naming every figure that is wrong */
export async function checkNotified(
  { query }: BenchDatabase,
  side: 'ours' | 'floor',
  { startedAt, first, count, since }: Notified,
): Promise<void> {
  let fen = 0;
  for (let index = first; index < first + count; index++) fen += amountFen(index);
  const [phase] = await query<Record<string, number>>(NOTIFIED, [
    orderNo(startedAt, first),
    orderNo(startedAt, first + count - 1),
    since,
  ]);
  refuse(
    side,
    mismatches(phase, (name) => (name === 'fen paid' ? fen : count)),
  );
}

/** How much there is of what a payment leaves behind. */
export async function tally(
  { query }: BenchDatabase,
  side: 'ours' | 'floor',
): Promise<Record<string, number>> {
  const [all] = await query<Record<string, number>>(EVERYTHING(JOBS[side]));
  if (all === undefined) throw new Error(`nothing can be counted of ${side}`);
  return all;
}

function refuse(side: 'ours' | 'floor', wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(`the books of ${side} are wrong: ${wrong.join('; ')}`);
}
