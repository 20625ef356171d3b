import { setTimeout as sleep } from 'node:timers/promises';
import { encodeCursor } from '../../src/common/http/cursor.js';
import { ask } from '../ask.js';
import type { BenchDatabase } from '../rig.js';
import { median } from '../rounds.js';

/** What a person of the shop looks for: an order of the middle of the year, everything that names it, and its buyer. */
interface Known {
  orderId: string;
  orderNo: string;
  createdAt: Date;
  day: string;
  paymentId: string;
  outTradeNo: string;
  transactionId: string;
  refundNo: string;
  buyerId: string;
  openid: string;
  phone: string;
}

const KNOWN = `
  SELECT o.id AS "orderId", o.order_no AS "orderNo", o.created_at AS "createdAt",
         to_char(o.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day, p.id AS "paymentId", p.out_trade_no AS "outTradeNo",
         p.transaction_id AS "transactionId", r.refund_no AS "refundNo", b.id AS "buyerId", b.openid, o.address->>'phone' AS phone
  FROM orders o JOIN payments p ON p.order_id = o.id JOIN refunds r ON r.order_id = o.id JOIN buyers b ON b.id = o.buyer_id
  WHERE o.created_at > now() - interval '183 days' ORDER BY o.created_at LIMIT 1`;

const q = (of: string, text: string): string => `${of}?q=${encodeURIComponent(text)}`;

/** Every list of the console by its name: first page, a page deep in the past, each filter, each number somebody has. */
function listsOf(known: Known): Record<string, string> {
  const deep = encodeURIComponent(encodeCursor({ createdAt: known.createdAt, id: known.orderId }));
  return {
    'orders, first page': 'orders',
    'orders, deep page': `orders?cursor=${deep}`,
    'orders, paid': 'orders?status=PAID',
    'orders, completed': 'orders?status=COMPLETED',
    'orders, completed, deep page': `orders?status=COMPLETED&cursor=${deep}`,
    'orders, closed': 'orders?status=CLOSED',
    'orders, partly refunded': 'orders?refundStatus=PARTIAL',
    'orders, fully refunded': 'orders?refundStatus=FULL',
    'orders, not refunded': 'orders?refundStatus=NONE',
    'orders of a buyer': `orders?buyerId=${known.buyerId}`,
    'orders of one amount': 'orders?minFen=5000&maxFen=5000',
    'orders of no such amount': 'orders?minFen=100000',
    'orders by trade type': 'orders?tradeType=JSAPI',
    'orders by a trade type nobody uses': 'orders?tradeType=NATIVE',
    'orders by account': 'orders?account=default',
    'orders by an account of none': 'orders?account=another',
    'orders of one day': `orders?from=${known.day}&to=${known.day}`,
    'orders by order number': q('orders', known.orderNo),
    'orders by out_trade_no': q('orders', known.outTradeNo),
    'orders by transaction': q('orders', known.transactionId),
    'orders by id': q('orders', known.orderId),
    'orders by refund number': q('orders', known.refundNo),
    'orders by openid': q('orders', known.openid),
    'orders by phone': q('orders', known.phone),
    'orders by the end of a phone': q('orders', known.phone.slice(-4)),
    'one order': `orders/${known.orderId}`,
    'payments, first page': 'payments',
    'payments, deep page': `payments?cursor=${deep}`,
    'payments, paid': 'payments?status=SUCCESS',
    'payments, open': 'payments?status=PREPAID',
    'payments, closed': 'payments?status=CLOSED',
    'payments, failed': 'payments?status=FAILED',
    'payments by trade type': 'payments?tradeType=JSAPI',
    'payments by a trade type nobody uses': 'payments?tradeType=NATIVE',
    'payments by order number': q('payments', known.orderNo),
    'payments by transaction': q('payments', known.transactionId),
    'refunds, first page': 'refunds',
    'refunds, waiting': 'refunds?status=REQUESTED',
    'refunds, waiting for me': 'refunds?awaitingMe=true',
    'refunds, done': 'refunds?status=SUCCESS',
    'refunds of suspense': 'refunds?purpose=SUSPENSE',
    'refund counts': 'refunds/counts',
    'inbox, first page': 'notifications',
    'inbox, deep page': `notifications?cursor=${deep}`,
    'inbox, settled': 'notifications?outcome=SETTLED',
    'inbox, duplicates': 'notifications?outcome=DUPLICATE',
    'inbox, forged': 'notifications?outcome=FORGED',
    'inbox, about refunds': 'notifications?kind=REFUND',
    'inbox, messages': 'notifications?kind=MESSAGE',
    'inbox of an order': `notifications?orderId=${known.orderId}`,
    'trial balance': 'ledger/accounts',
    'journal, first page': 'ledger/entries',
    'journal, fees': 'ledger/entries?account=FEES',
    'journal, receivable': 'ledger/entries?account=WECHAT_RECEIVABLE',
    'journal, an account without entries': 'ledger/entries?account=REVENUE',
    'journal of another merchant account': 'ledger/entries?merchantAccount=another',
    'journal of a payment': `ledger/entries?subjectId=${known.paymentId}`,
    'journal of one day': `ledger/entries?from=${known.day}&to=${known.day}`,
    'buyers, first page': 'buyers',
    'buyers by the end of an openid': q('buyers', known.openid.slice(-4)),
    'buyers, blocked': 'buyers?blocked=true',
    suspense: 'suspense',
    effects: 'effects',
    jobs: 'jobs',
    reconciliations: 'reconciliations',
    'audit log': 'audit-log',
    overview: 'stats',
  };
}

const TIMES = 15;
/** A list that takes this long has been seen often enough. */
const ENOUGH_MS = 5000;

export interface ListFigures {
  p50: number;
  max: number;
}
export interface StaffLists {
  /** In ms, one after the other on a quiet service. The first look of each is not counted. */
  lists: Record<string, ListFigures>;
  /** Rows read by sequential scans meanwhile, by table; the due rows were looked for as well. */
  sequentialRows: Record<string, number>;
}

export async function measureLists(
  database: BenchDatabase,
  appUrl: string,
  token: string,
): Promise<StaffLists> {
  const [known] = await database.query<Known & Record<string, unknown>>(KNOWN);
  if (known === undefined) throw new Error('there is no refunded order half a year ago');
  const before = await sequentialRows(database);
  const lists: Record<string, ListFigures> = {};
  for (const [name, path] of Object.entries(listsOf(known))) {
    const url = `${appUrl}/api/v1/admin/${path}`;
    const began = performance.now();
    await ask('GET', url, { token });
    const times: number[] = [];
    while (times.length < TIMES && (times.length === 0 || performance.now() - began < ENOUGH_MS)) {
      const asked = performance.now();
      await ask('GET', url, { token });
      times.push(performance.now() - asked);
    }
    lists[name] = { p50: median(times), max: Math.max(...times) };
  }
  const after = await sequentialRows(database);
  const read = Object.keys(after).map(
    (table) => [table, (after[table] ?? 0) - (before[table] ?? 0)] as const,
  );
  return { lists, sequentialRows: Object.fromEntries(read.filter(([, rows]) => rows > 0)) };
}

/** Backends tell what they did within a second or so, except in the middle of a transaction. */
const TOLD_MS = 2500;

async function sequentialRows({ query }: BenchDatabase): Promise<Record<string, number>> {
  await sleep(TOLD_MS);
  const rows = await query<{ name: string; rows: number }>(
    `SELECT relname AS name, seq_tup_read::float8 AS rows FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 100`,
  );
  return Object.fromEntries(rows.map(({ name, rows: read }) => [name, read]));
}
