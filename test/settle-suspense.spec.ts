import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toFen } from '../src/common/fen.js';
import { transaction } from '../src/database/transaction.js';
import type { PaidTransaction } from '../src/wxpay/protocol.js';
import { entriesOf, eventsOf, everything, rowOf } from './support/books.js';
import type { TestDatabase } from './support/database.js';
import {
  addAttempt,
  closeAttempt,
  closeOrder,
  placeOrder,
  reportOf,
  type PlacedOrder,
} from './support/rows.js';
import { NOW, startServices, type Services } from './support/services.js';

let services: Services;
let database: TestDatabase;
beforeAll(async () => {
  services = await startServices();
  ({ database } = services);
});
afterAll(() => services.close());

const itemOf = ({ transactionId }: PaidTransaction): Promise<Record<string, unknown>> =>
  rowOf(database, 'suspense_items', transactionId, 'transaction_id');

/** An order, and a payment that is reported for it. */
interface Case {
  order: PlacedOrder;
  report: PaidTransaction;
}

/** Closed unpaid, then paid. */
async function late(): Promise<Case> {
  const order = await placeOrder(database);
  await closeOrder(database, order);
  return { order, report: reportOf(order) };
}

/** The first attempt was closed, the second waits at the cashier; the first is paid. */
async function superseded(): Promise<Case> {
  const order = await placeOrder(database);
  await closeAttempt(database, order);
  await addAttempt(database, order);
  return { order, report: reportOf(order) };
}

/** Paid by the second attempt, then by the first. */
async function paidAlready(): Promise<Case> {
  const order = await placeOrder(database);
  await closeAttempt(database, order);
  await services.settle(reportOf({ ...order, ...(await addAttempt(database, order)) }));
  return { order, report: reportOf(order) };
}

async function wrongAmount(): Promise<Case> {
  const order = await placeOrder(database);
  return { order, report: reportOf(order, { totalFen: toFen(999) }) };
}

/** Of a shop that shares the merchant number. */
const unknown = (): PaidTransaction =>
  reportOf({ outTradeNo: 'of-another-system', payableFen: 250 }, { settlementFen: toFen(200) });

const CASES = [
  { name: 'for an order that has closed', make: late, kind: 'LATE', goesBack: true },
  { name: 'by an attempt that was given up', make: superseded, kind: 'LATE', goesBack: true },
  { name: 'for an order that is paid', make: paidAlready, kind: 'DOUBLE', goesBack: true },
  { name: 'in another amount', make: wrongAmount, kind: 'WRONG_AMOUNT', goesBack: false },
];

describe.each(CASES)('money that arrives $name', ({ make, kind, goesBack }) => {
  it(`is ${kind}: kept with its evidence, and ${goesBack ? 'due to go back at once' : 'left to a person'}`, async () => {
    const { order, report } = await make();
    expect(await services.settle(report)).toEqual([
      { verdict: kind, orderId: order.id, paymentId: order.paymentId },
    ]);
    expect(await itemOf(report)).toMatchObject({
      kind,
      status: 'OPEN',
      account_id: report.accountId,
      mch_id: report.mchId,
      app_id: report.appId,
      out_trade_no: report.outTradeNo,
      order_id: order.id,
      payment_id: order.paymentId,
      amount_fen: String(report.totalFen),
      currency: 'CNY',
      expected_fen: '1000',
      evidence: report.fields,
      created_at: NOW,
      return_at: goesBack ? NOW : null,
    });
  });

  it('is booked to suspense and told of, and its order stays as it is', async () => {
    const { order, report } = await make();
    const [orderBefore, eventsBefore] = [
      await rowOf(database, 'orders', order.id),
      await eventsOf(database, order.id),
    ];
    await services.settle(report);
    const { id } = await itemOf(report);
    expect(await rowOf(database, 'orders', order.id)).toEqual(orderBefore);
    expect(await entriesOf(database, order.paymentId)).toEqual([]);
    expect(await entriesOf(database, String(id))).toEqual([
      { kind: 'SUSPENSE_RECEIVED', account: 'WECHAT_RECEIVABLE', amountFen: report.totalFen },
      { kind: 'SUSPENSE_RECEIVED', account: 'SUSPENSE', amountFen: -report.totalFen },
    ]);
    expect(await eventsOf(database, order.id)).toEqual([
      ...eventsBefore,
      {
        type: 'suspense.opened',
        at: NOW.toISOString(),
        orderId: order.id,
        paymentId: order.paymentId,
        suspenseId: id,
      },
    ]);
  });

  it('is WeChat’s truth about the attempt: it has succeeded, and nobody asks about it any more', async () => {
    const { order, report } = await make();
    await services.settle(report);
    expect(await rowOf(database, 'payments', order.paymentId)).toMatchObject({
      status: 'SUCCESS',
      transaction_id: report.transactionId,
      paid_at: report.paidAt,
      receipt: report.fields,
      next_check_at: null,
    });
  });

  it('is not kept a second time when it is reported again', async () => {
    const { report } = await make();
    await services.settle(report);
    const before = await everything(database);
    expect(await services.settle(report)).toMatchObject([{ verdict: 'DUPLICATE' }]);
    expect(await everything(database)).toEqual(before);
  });
});

describe('a second payment of the same number', () => {
  it('goes to suspense, and the first remains the one that paid', async () => {
    const order = await placeOrder(database);
    const [first, second] = [reportOf(order), reportOf(order)];
    await services.settle(first);
    const [orderBefore, paymentBefore] = [
      await rowOf(database, 'orders', order.id),
      await rowOf(database, 'payments', order.paymentId),
    ];
    expect(await services.settle(second)).toMatchObject([{ verdict: 'DOUBLE' }]);
    expect(await rowOf(database, 'orders', order.id)).toEqual(orderBefore);
    expect(await rowOf(database, 'payments', order.paymentId)).toEqual(paymentBefore);
    expect(await itemOf(second)).toMatchObject({ kind: 'DOUBLE', return_at: NOW });
  });

  it('is DOUBLE each time it is reported, and kept, booked and told of once', async () => {
    const order = await placeOrder(database);
    const second = reportOf(order);
    await services.settle(reportOf(order));
    await services.settle(second);
    const before = await everything(database);
    expect(await services.settle(second)).toMatchObject([{ verdict: 'DOUBLE' }]);
    expect(await everything(database)).toEqual(before);
  });
});

describe('money for an order that nobody knows', () => {
  it('is kept and booked, waits for a person, and is told to nobody', async () => {
    const report = unknown();
    const jobs = 'SELECT count(*) FROM pgboss.job';
    const jobsBefore = await database.query(jobs);
    expect(await services.settle(report)).toEqual([{ verdict: 'UNKNOWN_ORDER' }]);
    const item = await itemOf(report);
    expect(item).toMatchObject({
      kind: 'UNKNOWN_ORDER',
      order_id: null,
      payment_id: null,
      expected_fen: null,
      amount_fen: '250',
      evidence: report.fields,
      return_at: null,
    });
    expect(await entriesOf(database, String(item['id']))).toEqual([
      { kind: 'SUSPENSE_RECEIVED', account: 'WECHAT_RECEIVABLE', amountFen: 200 },
      { kind: 'SUSPENSE_RECEIVED', account: 'WECHAT_COUPON_DISCOUNT', amountFen: 50 },
      { kind: 'SUSPENSE_RECEIVED', account: 'SUSPENSE', amountFen: -250 },
    ]);
    expect(await database.query(jobs)).toEqual(jobsBefore);
  });

  it('is kept once, though there is no row of ours to lock: reported twice together, and again', async () => {
    const report = unknown();
    await services.settle(report, report);
    const { id } = await itemOf(report);
    expect(await entriesOf(database, String(id))).toHaveLength(3);
    const before = await everything(database);
    await services.settle(report);
    expect(await everything(database)).toEqual(before);
  });

  it('is booked under its own item when another that came with it was kept before', async () => {
    const [known, fresh] = [unknown(), reportOf({ outTradeNo: 'of-nobody', payableFen: 7 })];
    await services.settle(known);
    await services.settle(known, fresh);
    const { id } = await itemOf(fresh);
    expect(await entriesOf(database, String(id))).toMatchObject([{ amountFen: 7 }, { amountFen: -7 }]);
  });
});

describe('a shop that holds what arrives wrongly', () => {
  it.each([
    ['late', late, paidAlready],
    ['double', paidAlready, late],
  ] as const)('keeps %s money for a person, and lets the other go', async (name, heldCase, otherCase) => {
    const [held, other] = [await heldCase(), await otherCase()];
    const settlement = services.settlementWith({ late: 'return', double: 'return', [name]: 'hold' });
    await transaction(services.dataSource, (manager) =>
      settlement.settle(manager, [held.report, other.report]),
    );
    expect((await itemOf(held.report))['return_at']).toBeNull();
    expect((await itemOf(other.report))['return_at']).toEqual(NOW);
  });
});
