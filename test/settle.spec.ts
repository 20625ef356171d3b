import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { toFen } from '../src/common/fen.js';
import { transaction } from '../src/database/transaction.js';
import { entriesOf, eventsOf, everything, rowOf, waitingForLock } from './support/books.js';
import { eventually } from './support/eventually.js';
import { addAttempt, closeAttempt, closeOrder, placeOrder, reportOf } from './support/rows.js';
import { NOW, startServices, type Services } from './support/services.js';
import type { TestDatabase } from './support/database.js';

let services: Services;
let database: TestDatabase;
beforeAll(async () => {
  services = await startServices();
  ({ database } = services);
});
afterAll(() => services.close());

const couponOf = async (orderId: string): Promise<unknown[]> => {
  const use = await rowOf(database, 'coupon_uses', orderId, 'order_id');
  return [use['status'], use['used_at']];
};

describe('a payment that WeChat reports', () => {
  it('pays its order: attempt, order, journal and event are of one mind', async () => {
    const order = await placeOrder(database);
    const report = reportOf(order);
    expect(await services.settle(report)).toEqual([
      { verdict: 'SETTLED', orderId: order.id, paymentId: order.paymentId },
    ]);
    expect(await rowOf(database, 'payments', order.paymentId)).toMatchObject({
      status: 'SUCCESS',
      transaction_id: report.transactionId,
      paid_at: report.paidAt,
      receipt: report.fields,
      next_check_at: null,
    });
    expect(await rowOf(database, 'orders', order.id)).toMatchObject({
      status: 'PAID',
      paid_at: report.paidAt,
      paid_fen: '1000',
      paid_by_payment_id: order.paymentId,
    });
    expect(await entriesOf(database, order.paymentId)).toEqual([
      { kind: 'PAYMENT_RECEIVED', account: 'WECHAT_RECEIVABLE', amountFen: 1000 },
      { kind: 'PAYMENT_RECEIVED', account: 'CUSTOMER_DEPOSITS', amountFen: -1000 },
    ]);
    expect(await eventsOf(database, order.id)).toEqual([
      { type: 'payment.succeeded', at: NOW.toISOString(), orderId: order.id, paymentId: order.paymentId },
    ]);
    expect(await database.query('SELECT FROM suspense_items WHERE order_id = $1', [order.id])).toEqual([]);
  });

  it('pays the whole order although WeChat’s own coupon keeps a part from the merchant', async () => {
    const order = await placeOrder(database);
    await services.settle(reportOf(order, { settlementFen: toFen(750) }));
    expect(await rowOf(database, 'orders', order.id)).toMatchObject({ status: 'PAID', paid_fen: '1000' });
    expect(await entriesOf(database, order.paymentId)).toEqual([
      { kind: 'PAYMENT_RECEIVED', account: 'WECHAT_RECEIVABLE', amountFen: 750 },
      { kind: 'PAYMENT_RECEIVED', account: 'WECHAT_COUPON_DISCOUNT', amountFen: 250 },
      { kind: 'PAYMENT_RECEIVED', account: 'CUSTOMER_DEPOSITS', amountFen: -1000 },
    ]);
  });

  it('uses up the coupon of its order, and of no other', async () => {
    const [paid, waiting] = [
      await placeOrder(database, { coupon: true }),
      await placeOrder(database, { coupon: true }),
    ];
    await services.settle(reportOf(paid));
    expect(await rowOf(database, 'orders', paid.id)).toMatchObject({ status: 'PAID', paid_fen: '700' });
    expect(await couponOf(paid.id)).toEqual(['USED', NOW]);
    expect(await couponOf(waiting.id)).toEqual(['RESERVED', null]);
  });

  it('leaves a coupon alone when it does not pay the order', async () => {
    const order = await placeOrder(database, { coupon: true });
    await services.settle(reportOf(order, { totalFen: toFen(699) }));
    expect(await couponOf(order.id)).toEqual(['RESERVED', null]);
  });

  it('changes nothing when it is reported again', async () => {
    const order = await placeOrder(database, { coupon: true });
    const report = reportOf(order);
    await services.settle(report);
    const before = await everything(database);
    expect(await services.settle(report)).toEqual([
      { verdict: 'DUPLICATE', orderId: order.id, paymentId: order.paymentId },
    ]);
    expect(await everything(database)).toEqual(before);
  });

  it('changes nothing, and is named by our ids, when another app or account claims the number', async () => {
    const order = await placeOrder(database);
    const before = await everything(database);
    for (const claim of [{ appId: 'wx-other' }, { accountId: 'other' }])
      expect(await services.settle(reportOf(order, claim))).toEqual([
        { verdict: 'FOREIGN', orderId: order.id, paymentId: order.paymentId },
      ]);
    expect(await everything(database)).toEqual(before);
  });

  it('is told to the log by number and amount, without a word about the payer', async () => {
    const report = reportOf(await placeOrder(database));
    services.log.length = 0;
    for (const { verdict } of await services.settle(report)) services.settlement.tell(report, verdict);
    expect(services.log).toEqual([
      {
        context: 'settle',
        message: `${report.outTradeNo}: SETTLED`,
        outTradeNo: report.outTradeNo,
        transactionId: report.transactionId,
        totalFen: 1000,
        verdict: 'SETTLED',
      },
    ]);
  });

  it('is judged by what stands there when the lock is free, not by what stood there before', async () => {
    const order = await placeOrder(database);
    const clerk = new pg.Client(database.url);
    await clerk.connect();
    try {
      await clerk.query('BEGIN');
      await clerk.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [order.id]);
      const settling = services.settle(reportOf(order));
      const isWaiting = eventually(async () => expect(await waitingForLock(database)).toHaveLength(1), 5000);
      await Promise.race([isWaiting, settling]); // one that does not wait is seen at once
      await closeOrder({ query: async (text, values) => (await clerk.query(text, values)).rows }, order);
      await clerk.query('COMMIT');
      expect((await settling)[0]?.verdict).toBe('LATE');
    } finally {
      await clerk.end();
    }
  });
});

describe('payments that are reported together', () => {
  it('are each settled for themselves, and answered in the order in which they came', async () => {
    const orders = [
      await placeOrder(database, { quantities: [1] }),
      await placeOrder(database, { quantities: [3] }),
      await placeOrder(database, { quantities: [2] }),
    ].sort((a, b) => b.id.localeCompare(a.id)); // not as their locks are taken
    const reports = orders.map((order) => reportOf(order));
    const verdicts = await services.settle(...reports);
    expect(verdicts).toEqual(
      orders.map(({ id, paymentId }) => ({ verdict: 'SETTLED', orderId: id, paymentId })),
    );
    for (const [index, { id, paymentId, payableFen }] of orders.entries()) {
      expect(await rowOf(database, 'orders', id)).toMatchObject({
        paid_fen: String(payableFen),
        paid_by_payment_id: paymentId,
      });
      expect(await rowOf(database, 'payments', paymentId)).toMatchObject({
        transaction_id: reports[index]?.transactionId,
      });
      expect(await entriesOf(database, paymentId)).toMatchObject([
        { amountFen: payableFen },
        { amountFen: -payableFen },
      ]);
      expect(await eventsOf(database, id)).toMatchObject([{ paymentId }]);
    }
  });

  it('may be good and bad: what is wrong with one is nothing to the others', async () => {
    const [good, known, wrong] = [
      await placeOrder(database),
      await placeOrder(database),
      await placeOrder(database),
    ];
    const knownReport = reportOf(known);
    await services.settle(knownReport);
    const unknown = reportOf({ outTradeNo: 'of-nobody', payableFen: 5 });
    const verdicts = await services.settle(
      unknown,
      reportOf(wrong, { totalFen: toFen(1) }),
      knownReport,
      reportOf(good),
    );
    expect(verdicts).toEqual([
      { verdict: 'UNKNOWN_ORDER' },
      { verdict: 'WRONG_AMOUNT', orderId: wrong.id, paymentId: wrong.paymentId },
      { verdict: 'DUPLICATE', orderId: known.id, paymentId: known.paymentId },
      { verdict: 'SETTLED', orderId: good.id, paymentId: good.paymentId },
    ]);
    const statuses = await Promise.all(
      [good, known, wrong].map(async ({ id }) => (await rowOf(database, 'orders', id))['status']),
    );
    expect(statuses).toEqual(['PAID', 'PAID', 'PENDING_PAYMENT']);
  });

  it('are none of them taken when two are about one order: both would be judged by the same state', async () => {
    const order = await placeOrder(database);
    await closeAttempt(database, order);
    const second = { ...order, ...(await addAttempt(database, order)) };
    const other = await placeOrder(database);
    const before = await everything(database);
    const twice = 'two reports in one list are about the same order';
    await expect(services.settle(reportOf(order), reportOf(other), reportOf(second))).rejects.toThrow(twice);
    await expect(services.settle(reportOf(other), reportOf(other))).rejects.toThrow(twice);
    expect(await everything(database)).toEqual(before);
  });

  it('are nothing when there are none', async () => {
    const before = await everything(database);
    expect(await services.settle()).toEqual([]);
    expect(await everything(database)).toEqual(before);
  });

  it('stand or fall with the transaction of the caller', async () => {
    const [good, late] = [await placeOrder(database, { coupon: true }), await placeOrder(database)];
    await closeOrder(database, late);
    const before = await everything(database);
    const failing = transaction(services.dataSource, async (manager) => {
      await services.settlement.settle(manager, [reportOf(good), reportOf(late)]);
      throw new Error('the inbox is full');
    });
    await expect(failing).rejects.toThrow('the inbox is full');
    expect(await everything(database)).toEqual(before);
  });
});
