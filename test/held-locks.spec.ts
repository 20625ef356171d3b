import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { newCoupon } from './coupon/coupons.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { waitingForLock } from './support/books.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';

/** Somebody holds rows and does not let go: an instance that vanished, a person at a psql prompt. */

let system: System;
let buyer: TestBuyer;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000' });
  buyer = await TestBuyer.login(system);
});
afterAll(() => system.stop());

type Ordered = Answer<CheckedOut & ProblemBody>;

const wish = (productId: string, couponCode?: string): object => ({
  items: [{ productId, quantity: 1 }],
  couponCode,
});
const post = (path: string, body?: object): Promise<Ordered> => buyer.send('POST', `/api/v1${path}`, body);

it('whoever waits for a held row hears that the shop is busy, and all others are served', async () => {
  const [held, free] = [await system.product(), await system.product()];
  const owner = await TestOperator.login(system, 'OWNER');
  const [heldCoupon, freeCoupon] = [(await newCoupon(owner)).code, (await newCoupon(owner)).code];
  const { order } = await buyer.checkout(free);
  const holder = new pg.Client(system.database.url);
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [order.id]);
    await holder.query('SELECT FROM coupons WHERE code = $1 FOR UPDATE', [heldCoupon]);
    await holder.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [held]);
    const began = performance.now();
    const many = Array.from({ length: 20 }); // more than there are connections
    const waiting = [
      ...many.map(() => post('/checkout', wish(free, heldCoupon))),
      ...many.map(() => post('/orders', wish(held))),
      post('/checkout', wish(held)),
      post(`/orders/${order.id}/payments`, { tradeType: 'JSAPI' }),
      post(`/orders/${order.id}/cancel`),
    ];
    await eventually(async () => expect((await waitingForLock(system.database)).length).toBeGreaterThan(3));
    const others = await Promise.all([
      post('/checkout', wish(free)),
      post('/checkout', wish(free, freeCoupon)),
      post('/orders', wish(free)),
    ]);
    expect(others.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(performance.now() - began).toBeLessThan(9000);
    const refused = await Promise.all(waiting);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['503 SHOP_BUSY']),
    );
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
    expect(performance.now() - began).toBeLessThan(25_000);
  } finally {
    await holder.end();
  }
  expect((await post(`/orders/${order.id}/payments`, { tradeType: 'JSAPI' })).status).toBe(201);
  expect((await post('/orders', wish(held, heldCoupon))).status).toBe(201);
});

it('the transaction of an instance that has vanished ends after a minute', async () => {
  const dataSource = system.app.get(DataSource, { strict: false });
  expect(await dataSource.query('SHOW idle_in_transaction_session_timeout')).toEqual([
    { idle_in_transaction_session_timeout: '1min' },
  ]);
});
