import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toFen } from '../../src/common/fen.js';
import { transaction } from '../../src/database/transaction.js';
import { REFUND_STATUSES, type RefundStatus } from '../../src/refund/refund.status.js';
import type { RefundResult } from '../../src/wxpay/protocol.js';
import { entriesOf, eventsOf, everything, rowOf } from '../support/books.js';
import type { TestDatabase } from '../support/database.js';
import { insertRefund, placeOrder, reportOf, STOCK, type PlacedOrder } from '../support/rows.js';
import { NOW, startServices, type Services } from '../support/services.js';

const SECOND = 1000;
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * SECOND);

let services: Services;
let database: TestDatabase;
beforeAll(async () => {
  services = await startServices();
  ({ database } = services);
});
afterAll(() => services.close());

const conclude = (id: string, result: RefundResult): Promise<boolean> =>
  transaction(services.dataSource, (manager) => services.conclusions.concludeIn(manager, id, result));

const saying = (state: RefundResult['state'], changes: Partial<RefundResult> = {}): RefundResult => ({
  state,
  refundId: '5030000001',
  refundFen: toFen(400),
  settlementFen: toFen(400),
  succeededAt: new Date('2026-11-21T12:03:00.000Z'),
  fields: { refund_id: '5030000001', refund_status: state },
  ...changes,
});

async function paidOrder(quantities?: number[]): Promise<PlacedOrder> {
  const order = await placeOrder(database, quantities && { quantities });
  await services.settle(reportOf(order));
  return order;
}

const stockOf = ({ productIds }: PlacedOrder): Promise<unknown[]> =>
  Promise.all(productIds.map(async (id) => (await rowOf(database, 'products', id))['stock']));
const refundedOf = async ({ id }: PlacedOrder): Promise<unknown> =>
  (await rowOf(database, 'orders', id))['refunded_fen'];
/** Of the refund, as the payment has one of its own. */
const refundEvents = async ({ id }: PlacedOrder): Promise<object[]> =>
  (await eventsOf(database, id)).filter((event) => 'refundId' in event);

const CONCLUDED = { failure: null, waiting: null, uncertain: false, next_check_at: null };

describe('a refund that has succeeded', () => {
  it('is done: row, order, journal and event are of one mind', async () => {
    const order = await paidOrder();
    const id = await insertRefund(database, { order });
    const result = saying('SUCCESS');
    expect(await conclude(id, result)).toBe(true);
    expect(await rowOf(database, 'refunds', id)).toMatchObject({
      ...CONCLUDED,
      status: 'SUCCESS',
      refund_id: '5030000001',
      receipt: result.fields,
      succeeded_at: result.succeededAt,
    });
    expect(await rowOf(database, 'orders', order.id)).toMatchObject({ status: 'PAID', refunded_fen: '400' });
    expect(await entriesOf(database, id)).toEqual([
      { kind: 'REFUND_PAID', account: 'CUSTOMER_DEPOSITS', amountFen: 400 },
      { kind: 'REFUND_PAID', account: 'WECHAT_RECEIVABLE', amountFen: -400 },
    ]);
    expect(await refundEvents(order)).toEqual([
      {
        type: 'refund.succeeded',
        at: NOW.toISOString(),
        orderId: order.id,
        paymentId: order.paymentId,
        refundId: id,
      },
    ]);
  });

  it('succeeded now when WeChat does not say when', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    const { succeededAt: _, ...result } = saying('SUCCESS');
    await conclude(id, result);
    expect((await rowOf(database, 'refunds', id))['succeeded_at']).toEqual(NOW);
  });

  it('is booked at the time of the decision', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    await conclude(id, saying('SUCCESS'));
    const booked = await database.query('SELECT booked_at FROM ledger_entries WHERE subject_id = $1', [id]);
    expect(booked).toEqual([{ booked_at: NOW }, { booked_at: NOW }]);
  });

  it('gives WeChat’s coupon back to WeChat', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    await conclude(id, saying('SUCCESS', { settlementFen: toFen(300) }));
    expect(await entriesOf(database, id)).toMatchObject([
      { account: 'CUSTOMER_DEPOSITS', amountFen: 400 },
      { account: 'WECHAT_RECEIVABLE', amountFen: -300 },
      { account: 'WECHAT_COUPON_DISCOUNT', amountFen: -100 },
    ]);
  });

  it('adds to what was refunded of its order before', async () => {
    const order = await paidOrder();
    for (const amountFen of [400, 600])
      await conclude(
        await insertRefund(database, { order }, { amountFen }),
        saying('SUCCESS', { refundFen: toFen(amountFen), settlementFen: toFen(amountFen) }),
      );
    expect(await refundedOf(order)).toBe('1000');
  });

  it('puts on the shelf the goods that came back, line by line', async () => {
    const order = await paidOrder([3, 4]);
    const items = [{ line: 1, quantity: 2 }];
    const id = await insertRefund(database, { order }, { items, restock: true });
    await conclude(id, saying('SUCCESS'));
    expect(await stockOf(order)).toEqual([STOCK - 3, STOCK - 4 + 2]);
  });

  it.each([
    ['the reviewer has not said that the goods are back', { items: [{ line: 0, quantity: 1 }] }],
    ['it is about money alone', { items: null, restock: true }],
  ])('leaves the shelf alone when %s', async (_, wish) => {
    const order = await paidOrder([3]);
    expect(await conclude(await insertRefund(database, { order }, wish), saying('SUCCESS'))).toBe(true);
    expect(await stockOf(order)).toEqual([STOCK - 3]);
  });

  it('is told to the log by number and amount', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    services.log.length = 0;
    await conclude(id, saying('SUCCESS'));
    expect(services.log).toEqual([
      { context: 'refund', message: `R${id}: SUCCESS`, refundId: id, amountFen: 400, status: 'SUCCESS' },
    ]);
  });
});

describe.each([
  ['ABNORMAL', 'refund.abnormal'],
  ['CLOSED', 'refund.closed'],
] as const)('a refund that is %s at WeChat', (state, type) => {
  it('is so here, tells of it, and has moved no money and no goods', async () => {
    const order = await paidOrder([3]);
    const id = await insertRefund(database, { order }, { items: [{ line: 0, quantity: 3 }], restock: true });
    const result = saying(state);
    expect(await conclude(id, result)).toBe(true);
    expect(await rowOf(database, 'refunds', id)).toMatchObject({
      ...CONCLUDED,
      status: state,
      refund_id: '5030000001',
      receipt: result.fields,
      succeeded_at: null,
    });
    expect(await refundedOf(order)).toBe('0');
    expect(await entriesOf(database, id)).toEqual([]);
    expect(await stockOf(order)).toEqual([STOCK - 3]);
    expect(await refundEvents(order)).toMatchObject([{ type, refundId: id }]);
  });
});

describe('WeChat’s word', () => {
  const ends = ['SUCCESS', 'ABNORMAL', 'CLOSED'] as const;

  it.each(ends)('%s, said twice, changes nothing the second time', async (state) => {
    const order = await paidOrder([2]);
    const id = await insertRefund(database, { order }, { items: [{ line: 0, quantity: 2 }], restock: true });
    await conclude(id, saying(state));
    const before = await everything(database);
    expect(await conclude(id, saying(state))).toBe(false);
    expect(await everything(database)).toEqual(before);
  });

  const MOVES: Partial<Record<RefundStatus, readonly string[]>> = {
    PROCESSING: ends,
    ABNORMAL: ['SUCCESS', 'CLOSED'],
    FAILED: ['SUCCESS'], // refused first and done after all
  };
  const moves = (from: RefundStatus, to: string): boolean => MOVES[from]?.includes(to) ?? false;

  it.each(
    REFUND_STATUSES.flatMap((from) => ends.filter((to) => moves(from, to)).map((to) => [from, to] as const)),
  )('moves a refund from %s to %s, and what was wrong before is forgotten', async (status, state) => {
    const id = await insertRefund(database, { order: await paidOrder() }, { status });
    expect(await conclude(id, saying(state))).toBe(true);
    expect(await rowOf(database, 'refunds', id)).toMatchObject({ ...CONCLUDED, status: state });
  });

  it.each(REFUND_STATUSES.filter((status) => status !== 'PROCESSING'))(
    'leaves a refund that is %s alone wherever the table has no such move',
    async (status) => {
      const id = await insertRefund(database, { order: await paidOrder() }, { status });
      const before = await everything(database);
      for (const state of ['PROCESSING', ...ends] as const)
        if (!moves(status, state)) expect(await conclude(id, saying(state))).toBe(false);
      await services.conclusions.accepted(id, '9');
      expect(await everything(database)).toEqual(before);
    },
  );

  it.each(ends)('%s about another amount is for a person: it fails, and nothing changes', async (state) => {
    const id = await insertRefund(database, { order: await paidOrder() });
    const before = await everything(database);
    await expect(conclude(id, saying(state, { refundFen: toFen(399) }))).rejects.toThrow(
      `WeChat reports refund R${id} over 399 fen, not 400; a person has to look`,
    );
    expect(await everything(database)).toEqual(before);
  });

  it('about another amount of a refund that has ended is no news', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    await conclude(id, saying('SUCCESS'));
    expect(await conclude(id, saying('SUCCESS', { refundFen: toFen(399) }))).toBe(false);
  });

  it('about a refund that is none of ours fails', async () => {
    await expect(services.conclusions.conclude(randomUUID(), saying('SUCCESS'))).rejects.toThrow(
      /there is no refund/,
    );
  });
});

describe('a refund that WeChat is still working on', () => {
  it.each([
    ['the longer the call is ago, the later', after(-600), after(600)],
    ['as if called just now where it was never called', null, after(15)],
  ])('is asked about again: %s', async (_, calledAt, askAt) => {
    const order = await paidOrder();
    const id = await insertRefund(database, { order }, { calledAt });
    expect(await conclude(id, saying('PROCESSING', { refundId: '7' }))).toBe(false);
    expect(await rowOf(database, 'refunds', id)).toMatchObject({
      status: 'PROCESSING',
      refund_id: '7',
      waiting: null,
      uncertain: false,
      next_check_at: askAt,
    });
    expect(await refundEvents(order)).toEqual([]);
  });

  it('is accepted: no longer uncertain, and asked about in a quarter of a minute', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    await services.conclusions.accepted(id, '8');
    expect(await rowOf(database, 'refunds', id)).toMatchObject({
      status: 'PROCESSING',
      refund_id: '8',
      waiting: null,
      uncertain: false,
      next_check_at: after(15),
    });
  });
});

describe('the conclusion', () => {
  it('is committed by itself when nobody brings a transaction', async () => {
    const order = await paidOrder();
    const id = await insertRefund(database, { order });
    await services.conclusions.conclude(id, saying('SUCCESS'));
    expect((await rowOf(database, 'refunds', id))['status']).toBe('SUCCESS');
    expect(await refundedOf(order)).toBe('400');
  });

  it('stands or falls with the transaction of the caller', async () => {
    const id = await insertRefund(database, { order: await paidOrder() });
    const before = await everything(database);
    const failing = transaction(services.dataSource, async (manager) => {
      await services.conclusions.concludeIn(manager, id, saying('SUCCESS'));
      throw new Error('the inbox is full');
    });
    await expect(failing).rejects.toThrow('the inbox is full');
    expect(await everything(database)).toEqual(before);
  });
});
