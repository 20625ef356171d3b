import type { SuspenseDetail, SuspensePage } from '../../src/staff/suspense/suspense.schema.js';
import { TestBuyer, type CheckedOut } from './buyer.js';
import { eventually } from './eventually.js';
import type { TestOperator } from './staff.js';
import type { System } from './system.js';
import { EVENTS } from './events.js';

/** The only item in suspense for this transaction of WeChat's, as soon as there is one. */
export function itemOf(operator: TestOperator, transactionId: string): Promise<SuspenseDetail> {
  return eventually(async () => {
    const { items } = (await operator.send<SuspensePage>('GET', '/suspense?limit=100')).body;
    const found = items.filter((item) => item.transactionId === transactionId);
    const [item] = found;
    if (item === undefined || found.length > 1) throw new Error(`${found.length} items in suspense`);
    return (await operator.send<SuspenseDetail>('GET', `/suspense/${item.id}`)).body;
  });
}

export function itemBecomes(
  operator: TestOperator,
  id: string,
  status: SuspenseDetail['status'],
): Promise<SuspenseDetail> {
  return eventually(async () => {
    const { body } = await operator.send<SuspenseDetail>('GET', `/suspense/${id}`);
    if (body.status !== status)
      throw new Error(`the item is ${body.status} (${JSON.stringify(body.returns)}), not ${status}`);
    return body;
  });
}

/** An order that was cancelled; paying it now is too late. */
export async function cancelledOrder(
  system: System,
  priceFen = 1990,
): Promise<CheckedOut & { buyer: TestBuyer; productId: string }> {
  const productId = await system.product({ priceFen, stock: 5 });
  const buyer = await TestBuyer.login(system);
  const checkedOut = await buyer.checkout(productId);
  const { status } = await buyer.send('POST', `/api/v1/orders/${checkedOut.order.id}/cancel`);
  if (status !== 200) throw new Error(`the order is not cancelled: ${status}`);
  return { ...checkedOut, buyer, productId };
}

/** Paid at WeChat although it was closed. @returns WeChat's number of the payment */
export async function payLate(system: System, { payment }: CheckedOut): Promise<string> {
  const { transactionId = '' } = await system.control.pay({ outTradeNo: payment.outTradeNo, force: true });
  return transactionId;
}

/** Sums per account of everything booked for an item and its returns. */
export async function booksOfItem(system: System, itemId: string): Promise<Record<string, number>> {
  const rows = await system.database.query<{ account: string; sum: string }>(
    `SELECT account, sum(amount_fen) FROM ledger_entries
     WHERE subject_id = $1 OR subject_id IN (SELECT id FROM refunds WHERE suspense_id = $1) GROUP BY account`,
    [itemId],
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, Number(sum)]));
}

/** Types of the events about an item, oldest first. */
export async function eventsOfItem(system: System, itemId: string): Promise<string[]> {
  const rows = await system.database.query<{ type: string }>(
    `SELECT data->>'type' AS type FROM ${EVENTS} WHERE data->>'suspenseId' = $1 ORDER BY created_on`,
    [itemId],
  );
  return rows.map(({ type }) => type);
}
