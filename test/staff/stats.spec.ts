import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RefundCounts, RefundPage, RefundView } from '../../src/refund/refund.schema.js';
import type { Stats } from '../../src/staff/stats/stats.schema.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

let system: System;
let buyer: TestBuyer;
let owner: Desk;
let finance: Desk;
let support: Desk;

beforeAll(async () => {
  system = await startSystem({ REFUND_FOUR_EYES: 'true' });
  buyer = await TestBuyer.login(system);
  owner = await Desk.of(system, 'OWNER');
  finance = await Desk.of(system, 'FINANCE');
  support = await Desk.of(system, 'SUPPORT');
});
afterAll(() => system.stop());

async function paidOrder(productId: string): Promise<string> {
  const { order, payment } = await buyer.checkout(productId);
  await system.control.pay({ outTradeNo: payment.outTradeNo });
  await buyer.orderBecomes(order.id, 'PAID');
  return order.id;
}

it('counts the days, and what waits for whom', async () => {
  const productId = await system.product({ priceFen: 1000 });
  const [first] = [await paidOrder(productId), await paidOrder(productId), await buyer.checkout(productId)];
  const closed = await buyer.checkout(productId);
  await buyer.send('POST', `/api/v1/orders/${closed.order.id}/cancel`);

  const mine = await finance.send<RefundView>('POST', `/orders/${first}/refunds`, {
    amountFen: 300,
    reason: '少发一件',
  });
  expect(mine.status).toBe(201);
  const theirs = await buyer.send<RefundView>('POST', `/api/v1/orders/${first}/refunds`, {
    amountFen: 200,
    reason: '不想要了',
  });

  const before = await finance.get<Stats>('/stats');
  expect(before.days).toHaveLength(7);
  expect(before.today).toEqual({
    date: new Date(new Date().getTime() + 8 * 3600_000).toISOString().slice(0, 10),
    orders: 4,
    paidOrders: 2,
    paidFen: 2000,
    refundedFen: 0,
    closedOrders: 1,
  });
  expect(before.days.at(-1)).toEqual(before.today);
  expect(before.days.at(-2)).toEqual(before.yesterday);
  expect(before.successRate).toEqual({ today: 2 / 3, yesterday: null, sevenDays: 2 / 3 });
  expect(before).toMatchObject({
    refundsAwaitingReview: 2,
    refundsAbnormal: 0,
    unknownOutcomes: 0,
    suspenseOpen: 0,
    differencesOpen: 0,
    lastNotification: { verdict: 'SETTLED' },
    reconciliation: null,
    certificates: [{ account: 'default', kind: 'MERCHANT', serial: expect.stringMatching(/^[0-9A-F]{40}$/) }],
    deadEffects: 0,
    failedJobs: 0,
  });

  // Four eyes: what he asked for himself waits for somebody else.
  expect(before.refundsAwaitingMe).toBe(1);
  expect((await owner.get<Stats>('/stats')).refundsAwaitingMe).toBe(2);
  const queue = await finance.get<RefundPage>('/refunds?awaitingMe=true');
  expect(queue.items.map(({ id }) => id)).toEqual([theirs.body.id]);
  expect(await finance.get<RefundCounts>('/refunds/counts')).toMatchObject({
    REQUESTED: 2,
    SUCCESS: 0,
    awaitingMe: 1,
  });

  await finance.send('POST', `/refunds/${theirs.body.id}/approve`);
  await eventually(async () => {
    const { today, refundsAwaitingMe } = await finance.get<Stats>('/stats');
    expect([today.refundedFen, refundsAwaitingMe]).toEqual([200, 0]);
  });
});

it('shows a role only what it may see', async () => {
  expect(await support.get<Stats>('/stats')).toMatchObject({
    refundsAwaitingReview: expect.any(Number),
    refundsAwaitingMe: null,
    differencesOpen: null,
    reconciliation: null,
    certificates: null,
  });
});

it('a day ends at midnight in China, and an order counts as paid on the day it was', async () => {
  const { today } = await owner.get<Stats>('/stats');
  const secondsToMidnight = Math.ceil(
    (new Date(`${today.date}T24:00:00+08:00`).getTime() - new Date().getTime()) / 1000,
  );
  await system.control.advance(Math.max(0, secondsToMidnight - 60));
  buyer = await TestBuyer.login(system);
  const late = await buyer.checkout(await system.product({ priceFen: 700 }));
  await system.control.advance(120);
  await system.control.pay({ outTradeNo: late.payment.outTradeNo });
  await buyer.orderBecomes(late.order.id, 'PAID');
  const next = await owner.get<Stats>('/stats');
  expect(next.yesterday).toMatchObject({
    date: today.date,
    orders: today.orders + 1,
    paidFen: today.paidFen,
  });
  expect(next.today).toMatchObject({ orders: 0, paidOrders: 1, paidFen: 700, refundedFen: 0 });
});
