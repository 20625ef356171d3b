import type { Control } from '../support/control.js';
import type { TestDatabase } from '../support/database.js';
import { EVENTS } from '../support/events.js';

/** What WeChat has of an order, and what our books must therefore say. All in fen. */
interface Truth {
  /** Net of everything paid and given back. */
  receivableFen: number;
  transactionIds: string[];
  refunds: { number: string; amountFen: number; status: string }[];
}

interface Rows {
  /** Money we hold as received: payments and items in suspense, by WeChat's number. */
  received: string[];
  refunds: Truth['refunds'];
  receivableFen: number;
  sumFen: number;
  /** Movements booked more than once. */
  twice: number;
  openAttempts: number;
}

const AT_WECHAT = { SUCCESS: 'SUCCESS', PROCESSING: 'PROCESSING', CHANGE: 'ABNORMAL', REFUNDCLOSE: 'CLOSED' };

/** Holds our rows of an order to WeChat's. @throws Error saying what differs */
export async function agreesWithWeChat(
  { control, database }: { control: Control; database: TestDatabase },
  order: { id: string; orderNo: string },
): Promise<void> {
  const [theirs, ours] = await Promise.all([atWeChat(control, order.orderNo), here(database, order.id)]);
  same('money received', ours.received, theirs.transactionIds);
  same('refunds', ours.refunds, theirs.refunds);
  same('the receivable', ours.receivableFen, theirs.receivableFen);
  same('the sum of the journal', ours.sumFen, 0);
  same('movements booked twice', ours.twice, 0);
  same('open attempts', ours.openAttempts, 0);
}

/** @throws Error naming both */
export function same(what: string, ours: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: here ${left}, but it should be ${right}`);
}

async function atWeChat(control: Control, orderNo: string): Promise<Truth> {
  const paid = (await control.transactionsOfOrder(orderNo)).filter(({ transactionId }) => transactionId);
  const lists = await Promise.all(
    paid.map(({ outTradeNo }) =>
      control.call<{ items: { outRefundNo: string; refundFen: number; status: keyof typeof AT_WECHAT }[] }>(
        'GET',
        `/_sim/refunds?outTradeNo=${outTradeNo}`,
      ),
    ),
  );
  const refunds = lists.flatMap(({ body }) => body.items);
  const given = refunds.filter(({ status }) => status === 'SUCCESS');
  return {
    transactionIds: paid.map(({ transactionId }) => String(transactionId)).sort(),
    refunds: refunds
      .map(({ outRefundNo, refundFen, status }) => ({
        number: outRefundNo,
        amountFen: refundFen,
        status: AT_WECHAT[status],
      }))
      .sort((a, b) => a.number.localeCompare(b.number)),
    receivableFen:
      paid.reduce((sum, { totalFen }) => sum + totalFen, 0) -
      given.reduce((sum, { refundFen }) => sum + refundFen, 0),
  };
}

const ROWS = `
  WITH p AS (SELECT * FROM payments WHERE order_id = $1),
       s AS (SELECT * FROM suspense_items WHERE order_id = $1),
       r AS (SELECT * FROM refunds WHERE order_id = $1 OR suspense_id IN (SELECT id FROM s)),
       l AS (SELECT * FROM ledger_entries WHERE kind <> 'FEE_CHARGED'
             AND subject_id IN (SELECT id FROM p UNION SELECT id FROM s UNION SELECT id FROM r))
  SELECT (SELECT coalesce(json_agg(transaction_id ORDER BY transaction_id), '[]') FROM (
            SELECT transaction_id FROM p WHERE status = 'SUCCESS' UNION SELECT transaction_id FROM s) t) AS received,
         (SELECT coalesce(json_agg(json_build_object('number', refund_no, 'amountFen', amount_fen, 'status', status)
                          ORDER BY refund_no), '[]') FROM r WHERE called_at IS NOT NULL) AS refunds,
         (SELECT coalesce(sum(amount_fen), 0)::int FROM l WHERE account = 'WECHAT_RECEIVABLE') AS "receivableFen",
         (SELECT coalesce(sum(amount_fen), 0)::int FROM l) AS "sumFen",
         (SELECT count(*)::int FROM (SELECT FROM l GROUP BY subject_id, kind, account HAVING count(*) > 1) t) AS twice,
         (SELECT count(*)::int FROM p WHERE next_check_at IS NOT NULL) AS "openAttempts"`;

async function here(database: TestDatabase, orderId: string): Promise<Rows> {
  const [rows] = await database.query<Rows & object>(ROWS, [orderId]);
  if (rows === undefined) throw new Error('a query without FROM has one row');
  return rows;
}

/** Events about an order, each with how often it was sent. */
export async function eventsOf(database: TestDatabase, orderId: string): Promise<Record<string, number>> {
  const rows = await database.query<{ type: string; count: number }>(
    `SELECT data->>'type' AS type, count(*)::int AS count FROM ${EVENTS}
     WHERE data->>'orderId' = $1 GROUP BY 1 ORDER BY 1`,
    [orderId],
  );
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}
