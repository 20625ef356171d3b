import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toFen } from '../../src/common/fen.js';
import type { RefundResult } from '../../src/wxpay/protocol.js';
import { entriesOf, eventsOf, rowOf } from '../support/books.js';
import type { TestDatabase } from '../support/database.js';
import { closeOrder, insertRefund, placeOrder, reportOf, type PlacedOrder } from '../support/rows.js';
import { NOW, startServices, type Services } from '../support/services.js';

let services: Services;
let database: TestDatabase;
beforeAll(async () => {
  services = await startServices();
  ({ database } = services);
});
afterAll(() => services.close());

/** Money that came too late, and its return, which is with WeChat. */
interface Return {
  order: PlacedOrder;
  itemId: string;
  id: string;
}

async function lateMoney(): Promise<Omit<Return, 'id'>> {
  const order = await placeOrder(database);
  await closeOrder(database, order);
  const report = reportOf(order);
  await services.settle(report);
  const { id } = await rowOf(database, 'suspense_items', report.transactionId, 'transaction_id');
  return { order, itemId: String(id) };
}

const startReturn = (itemId: string): Promise<unknown> =>
  database.query("UPDATE suspense_items SET status = 'RETURNING', return_at = NULL WHERE id = $1", [itemId]);

async function returning(): Promise<Return> {
  const { order, itemId } = await lateMoney();
  await startReturn(itemId);
  const id = await insertRefund(database, { suspenseId: itemId }, { amountFen: 1000 });
  return { order, itemId, id };
}

/** WeChat refused the return, and a person has kept the money since. */
async function accepted(): Promise<Return> {
  const { order, itemId } = await lateMoney();
  const id = await insertRefund(database, { suspenseId: itemId }, { amountFen: 1000, status: 'FAILED' });
  await database.query(
    `UPDATE suspense_items SET status = 'ACCEPTED', return_at = NULL, accepted_at = $2, accept_note = 'kept',
                               accepted_by = '{"id": "o", "name": "owner"}' WHERE id = $1`,
    [itemId, NOW],
  );
  return { order, itemId, id };
}

const conclude = (id: string, state: RefundResult['state'], settlementFen = 1000): Promise<void> =>
  services.conclusions.conclude(id, {
    state,
    refundId: '503',
    refundFen: toFen(1000),
    settlementFen: toFen(settlementFen),
    fields: { refund_status: state },
  });

const statusOf = async (itemId: string): Promise<unknown> =>
  (await rowOf(database, 'suspense_items', itemId))['status'];
const lastEventOf = async ({ id }: PlacedOrder): Promise<object | undefined> =>
  (await eventsOf(database, id)).at(-1);

describe('a return of money in suspense', () => {
  it('that has succeeded closes the item and leaves suspense, and is no refund of the order', async () => {
    const { order, itemId, id } = await returning();
    const before = await rowOf(database, 'orders', order.id);
    await conclude(id, 'SUCCESS', 900);
    expect((await rowOf(database, 'refunds', id))['status']).toBe('SUCCESS');
    expect(await statusOf(itemId)).toBe('RETURNED');
    expect(await entriesOf(database, id)).toEqual([
      { kind: 'SUSPENSE_RETURNED', account: 'SUSPENSE', amountFen: 1000 },
      { kind: 'SUSPENSE_RETURNED', account: 'WECHAT_RECEIVABLE', amountFen: -900 },
      { kind: 'SUSPENSE_RETURNED', account: 'WECHAT_COUPON_DISCOUNT', amountFen: -100 },
    ]);
    expect(await rowOf(database, 'orders', order.id)).toEqual(before);
    expect(await lastEventOf(order)).toEqual({
      type: 'suspense.returned',
      at: NOW.toISOString(),
      orderId: order.id,
      paymentId: order.paymentId,
      suspenseId: itemId,
      refundId: id,
    });
  });

  it('comes out of other income when a person had accepted the money meanwhile', async () => {
    const { itemId, id } = await accepted();
    await conclude(id, 'SUCCESS');
    expect(await statusOf(itemId)).toBe('RETURNED');
    expect(await entriesOf(database, id)).toMatchObject([
      { account: 'OTHER_INCOME', amountFen: 1000 },
      { account: 'WECHAT_RECEIVABLE', amountFen: -1000 },
    ]);
  });

  it.each([
    ['CLOSED', 'OPEN'],
    ['ABNORMAL', 'RETURNING'],
  ] as const)('that is %s moves no money, and the item is %s', async (state, status) => {
    const { order, itemId, id } = await returning();
    await conclude(id, state);
    expect((await rowOf(database, 'refunds', id))['status']).toBe(state);
    expect(await statusOf(itemId)).toBe(status);
    expect((await rowOf(database, 'suspense_items', itemId))['return_at']).toBeNull(); // not by itself again
    expect(await entriesOf(database, id)).toEqual([]);
    expect(await lastEventOf(order)).toMatchObject({ type: 'suspense.return_failed', refundId: id });
  });

  it('of an order that nobody knows is told to nobody', async () => {
    const report = reportOf({ outTradeNo: 'of-nobody', payableFen: 1000 });
    await services.settle(report);
    const item = await rowOf(database, 'suspense_items', report.transactionId, 'transaction_id');
    const itemId = String(item['id']);
    await startReturn(itemId);
    const id = await insertRefund(database, { suspenseId: itemId }, { amountFen: 1000 });
    const jobs = 'SELECT count(*) FROM pgboss.job';
    const before = await database.query(jobs);
    await conclude(id, 'SUCCESS');
    expect(await statusOf(itemId)).toBe('RETURNED');
    expect(await database.query(jobs)).toEqual(before);
  });
});
