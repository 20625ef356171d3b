import { command } from '../support/command.js';
import type { Machine } from './machine.js';
import type { Diary } from './shoppers.js';
import { EVENTS } from '../support/events.js';

/** One thing that has to be true at the end. */
export interface Finding {
  what: string;
  /** In fen or pieces, as far as it can be counted. */
  here: number;
  wanted: number;
  /** The first few that are wrong. */
  wrong: string[];
}

interface AtWeChat {
  transactionId: string;
  totalFen: number;
  outTradeNo: string;
}

interface RefundAtWeChat {
  outRefundNo: string;
  refundFen: number;
  status: string;
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);

/** Accounts for every fen: WeChat's side against ours, row by row and in sum. */
export async function account(machine: Machine, diary: Diary, stock: number): Promise<Finding[]> {
  const paid = await listOf<Partial<AtWeChat>>(machine, '/_sim/transactions');
  const transactions = paid.filter((each): each is AtWeChat => each.transactionId !== undefined);
  const refunds = await listOf<RefundAtWeChat>(machine, '/_sim/refunds');
  const given = refunds.filter(({ status }) => status === 'SUCCESS');
  const received = await machine.query<{ id: string; fen: number }>(
    `SELECT transaction_id AS id, amount_fen::int AS fen FROM suspense_items
     UNION ALL SELECT transaction_id, amount_fen::int FROM payments p WHERE status = 'SUCCESS' AND NOT EXISTS (
       SELECT FROM suspense_items s WHERE s.transaction_id = p.transaction_id)`,
  );
  const returned = await machine.query<{ id: string; fen: number }>(
    `SELECT refund_no AS id, amount_fen::int AS fen FROM refunds WHERE status = 'SUCCESS'`,
  );
  return [
    matched('every payment at WeChat is here, once, with its amount', received, pairs(transactions)),
    matched(
      'every refund at WeChat is here, once, with its amount',
      returned,
      given.map(({ outRefundNo, refundFen }) => ({ id: outRefundNo, fen: refundFen })),
    ),
    counted('refunds at WeChat that did not succeed', refunds.length - given.length, 0),
    counted(
      'fen that WeChat owes by the journal',
      await number(
        machine,
        `SELECT coalesce(sum(amount_fen), 0) FROM ledger_entries WHERE account = 'WECHAT_RECEIVABLE' AND kind <> 'FEE_CHARGED'`,
      ),
      sum(transactions.map(({ totalFen }) => totalFen)) - sum(given.map(({ refundFen }) => refundFen)),
    ),
    counted(
      'sum of the journal',
      await number(machine, 'SELECT coalesce(sum(amount_fen), 0) FROM ledger_entries'),
      0,
    ),
    counted('orders given back more than was paid', await number(machine, OVER_REFUNDED), 0),
    counted('promised orders that do not exist', await missing(machine, diary.promised), 0),
    counted('paid orders without exactly one event', await number(machine, WITHOUT_ONE_EVENT), 0),
    counted('pieces in stock and sold', await number(machine, STOCK), stock),
    counted('money in suspense that nobody has returned', await number(machine, UNRETURNED), 0),
    await verified(machine, 'ledger-verify'),
    await verified(machine, 'audit-verify'),
  ];
}

const OVER_REFUNDED = `
  SELECT count(*) FROM orders o WHERE paid_fen < (SELECT coalesce(sum(amount_fen), 0) FROM refunds r
    WHERE r.order_id = o.id AND status IN ('APPROVED', 'PROCESSING', 'SUCCESS'))`;
const WITHOUT_ONE_EVENT = `
  SELECT count(*) FROM orders o WHERE paid_by_payment_id IS NOT NULL AND 1 <> (SELECT count(*) FROM ${EVENTS}
    WHERE data->>'type' = 'payment.succeeded' AND data->>'orderId' = o.id::text)`;
const STOCK = `
  SELECT (SELECT sum(stock) FROM products)
       + (SELECT coalesce(sum(quantity), 0) FROM order_items i JOIN orders o ON o.id = i.order_id WHERE o.status <> 'CLOSED')`;
const UNRETURNED = `SELECT count(*) FROM suspense_items WHERE status <> 'RETURNED'`;

function pairs(transactions: readonly AtWeChat[]): { id: string; fen: number }[] {
  return transactions.map(({ transactionId, totalFen }) => ({ id: transactionId, fen: totalFen }));
}

async function listOf<Item>({ control }: Machine, path: string): Promise<Item[]> {
  return (await control.call<{ items: Item[] }>('GET', path)).body.items;
}

async function number(machine: Machine, text: string): Promise<number> {
  const [row] = await machine.query<Record<string, string>>(text);
  return Number(Object.values(row ?? {})[0]);
}

async function missing(machine: Machine, ids: readonly string[]): Promise<number> {
  const [row] = await machine.query<{ count: string }>(
    'SELECT count(*) FROM orders WHERE id = ANY ($1::uuid[])',
    [ids],
  );
  return ids.length - Number(row?.count);
}

function counted(what: string, here: number, wanted: number): Finding {
  return { what, here, wanted, wrong: here === wanted ? [] : [`${here} instead of ${wanted}`] };
}

type Money = { id: string; fen: number };

function matched(what: string, ours: readonly Money[], theirs: readonly Money[]): Finding {
  const lines = (list: readonly Money[]): string[] => list.map(({ id, fen }) => `${id} ${fen} fen`);
  const [here, there] = [lines(ours), lines(theirs)];
  const [known, wanted] = [new Set(here), new Set(there)];
  return {
    what,
    here: sum(ours.map(({ fen }) => fen)),
    wanted: sum(theirs.map(({ fen }) => fen)),
    wrong: [
      ...there.filter((line) => !known.has(line)).map((line) => `${line}: only at WeChat`),
      ...here.filter((line) => !wanted.has(line)).map((line) => `${line}: only here`),
      ...here.filter((line, index) => here.indexOf(line) !== index).map((line) => `${line}: twice`),
    ],
  };
}

async function verified({ databaseUrl }: Machine, name: string): Promise<Finding> {
  const { code, out } = await command(name, { DATABASE_URL: databaseUrl });
  return { what: name, here: code, wanted: 0, wrong: code === 0 ? [] : [out.trim()] };
}
