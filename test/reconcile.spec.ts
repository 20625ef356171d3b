import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createApp } from '../src/app.js';
import { readSettings } from '../src/config/settings.js';
import type { OrderView } from '../src/order/order.schema.js';
import { nextCheckAt, soonAfter } from '../src/payment/check-schedule.js';
import { booksOf, postponeChecks } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { startSystem, type System } from './support/system.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const PRICE = 1990;
const QUERY = '/pay/orderquery';

describe('the schedule of questions', () => {
  const created = new Date('2026-11-21T12:00:00Z');
  const at = (ms: number): Date => new Date(created.getTime() + ms);
  const next = (ageMs: number, lifeMs = 20 * MINUTE): number =>
    nextCheckAt(created, at(lifeMs), at(ageMs)).getTime() - created.getTime();

  it.each([
    [0, 15 * SECOND],
    [14_999, 15 * SECOND],
    [15 * SECOND, 30 * SECOND],
    [30 * SECOND, MINUTE],
    [MINUTE, 3 * MINUTE],
    [3 * MINUTE, 5 * MINUTE],
    [5 * MINUTE, 10 * MINUTE],
    [10 * MINUTE, 15 * MINUTE],
    [15 * MINUTE, 20 * MINUTE],
    [20 * MINUTE - 1, 20 * MINUTE],
  ])('at the age of %i ms WeChat is asked next at %i ms', (age, expected) =>
    expect(next(age)).toBe(expected),
  );

  it('never later than the expiry', () => {
    expect(next(0, 10 * SECOND)).toBe(10 * SECOND);
    expect(next(61 * SECOND, 2 * MINUTE)).toBe(2 * MINUTE);
  });

  it('every half hour of a long life: whoever paid unheard after the first minutes does not wait a week', () => {
    const week = 7 * 24 * 60 * MINUTE;
    expect(next(16 * MINUTE, week)).toBe(30 * MINUTE);
    expect(next(30 * MINUTE, week)).toBe(60 * MINUTE);
    expect(next(61 * MINUTE, week)).toBe(90 * MINUTE);
    expect(next(week - 1, week)).toBe(week);
    expect(next(31 * MINUTE, 40 * MINUTE)).toBe(40 * MINUTE);
  });

  it('after the expiry again and again, never sooner than 15 s and never later than 10 min', () => {
    const overdue = (ms: number): number => next(20 * MINUTE + ms) - (20 * MINUTE + ms);
    expect(overdue(0)).toBe(15 * SECOND);
    expect(overdue(40 * SECOND)).toBe(40 * SECOND);
    expect(overdue(9 * MINUTE)).toBe(9 * MINUTE);
    expect(overdue(3 * 24 * 60 * MINUTE)).toBe(10 * MINUTE);
  });

  it('soon is 15 s', () => {
    expect(soonAfter(created)).toEqual(at(15 * SECOND));
  });
});

describe('open attempts', () => {
  let system: System;
  let buyer: TestBuyer;
  let productId: string;
  beforeAll(async () => {
    system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', WXPAY_TIMEOUT_MS: '1200' });
    buyer = await TestBuyer.login(system);
    productId = await system.product({ priceFen: PRICE });
  });
  beforeEach(() => postponeChecks(system.database));
  afterEach(() => system.control.noFaults());
  afterAll(() => system.stop());

  interface Due {
    /** Milliseconds of the attempt's life, whole seconds, at which WeChat is asked next. */
    age: number;
    status: string;
    checks: number;
  }

  async function due(outTradeNo: string): Promise<Due> {
    const [row] = await system.database.query<{ age: string; status: string; checks: number }>(
      `SELECT 1000 * round(extract(epoch FROM next_check_at - created_at)) AS age, status, checks
       FROM payments WHERE out_trade_no = $1`,
      [outTradeNo],
    );
    if (row === undefined) throw new Error(`there is no payment ${outTradeNo}`);
    return { ...row, age: Number(row.age) };
  }

  const stockOf = async (id: string): Promise<number | undefined> =>
    (await system.database.query<{ stock: number }>('SELECT stock FROM products WHERE id = $1', [id]))[0]
      ?.stock;

  async function questions(outTradeNo: string): Promise<number> {
    return (await system.control.asked(outTradeNo)).filter((line) => line.startsWith(QUERY)).length;
  }

  async function silently(pay: () => Promise<unknown>): Promise<void> {
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await pay();
  }

  /** Ends the life of the order here while WeChat would still take the money: its clock or its limit differs. */
  async function expireHere(orderId: string): Promise<void> {
    await system.database.query(
      "UPDATE orders SET expires_at = created_at + interval '1 second' WHERE id = $1",
      [orderId],
    );
    await system.database.query(
      `UPDATE payments SET expires_at = created_at + interval '1 second', next_check_at = created_at + interval '1 second'
       WHERE order_id = $1 AND next_check_at IS NOT NULL`,
      [orderId],
    );
    await system.control.advance(2);
  }

  it('Q-06: with no notification at all the order becomes paid by asking, after 15 s', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await silently(() => system.control.pay({ outTradeNo: payment.outTradeNo }));
    expect(await due(payment.outTradeNo)).toEqual({ age: 15 * SECOND, status: 'PREPAID', checks: 0 });
    await system.control.advance(15);
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      paidFen: PRICE,
      movements: 1,
      jobs: 1,
      verdicts: [],
      payments: [{ status: 'SUCCESS' }],
    });
    expect(await questions(payment.outTradeNo)).toBe(1);
    await system.control.advance(3600);
    expect(await questions(payment.outTradeNo)).toBe(1);
  });

  it('an unpaid attempt is asked about at 15 s, 30 s, 1, 3, 5, 10, 15 min and at its expiry, then it is closed', async () => {
    const product = await system.product({ stock: 7 });
    const { order, payment } = await buyer.checkout(product, 3);
    const ages = [
      15 * SECOND,
      30 * SECOND,
      MINUTE,
      3 * MINUTE,
      5 * MINUTE,
      10 * MINUTE,
      15 * MINUTE,
      20 * MINUTE,
    ];
    let jumped = 0;
    for (const [checks, age] of ages.entries()) {
      await eventually(async () =>
        expect(await due(payment.outTradeNo)).toEqual({ age, status: 'PREPAID', checks }),
      );
      expect(await questions(payment.outTradeNo)).toBe(checks);
      await system.control.advance((age - jumped) / SECOND);
      jumped = age;
    }
    await buyer.orderBecomes(order.id, 'CLOSED');
    expect(await due(payment.outTradeNo)).toMatchObject({ status: 'CLOSED', checks: ages.length });
    expect(await stockOf(product)).toBe(7);
  });

  it('an attempt that is handed out again is asked about soon, whatever its age', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.advance(16 * 60);
    await eventually(async () => expect((await due(payment.outTradeNo)).age).toBe(20 * MINUTE));
    const again = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${order.id}/payments`, {
      tradeType: 'JSAPI',
    });
    expect(again.body.payment.outTradeNo).toBe(payment.outTradeNo);
    const { age } = await due(payment.outTradeNo);
    expect(age).toBeGreaterThanOrEqual(16 * MINUTE + 15 * SECOND);
    expect(age).toBeLessThan(17 * MINUTE);
    await silently(() => system.control.pay({ outTradeNo: payment.outTradeNo }));
    await system.control.advance(30);
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('what a person asked to close is tried again every 15 s; after the expiry the pause grows', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.fault({ path: '/pay/closeorder', fault: 'SYSTEMERROR' });
    expect((await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`)).status).toBe(202);
    // Its end comes here before it comes at WeChat, which would otherwise call it closed by itself. At once: a check that is
    // under way goes by the end it has read.
    for (const table of ['orders', 'payments'])
      await system.database.query(
        `UPDATE ${table} SET expires_at = created_at + interval '6 minutes' WHERE ${table === 'orders' ? 'id' : 'order_id'} = $1`,
        [order.id],
      );
    await system.control.advance(300);
    await eventually(async () => {
      const { age, checks } = await due(payment.outTradeNo);
      expect(checks).toBe(1);
      expect(age - 5 * MINUTE).toBeLessThan(40 * SECOND); // scheduled again, not only leased
    });
    await system.control.advance(600);
    await eventually(async () => expect((await due(payment.outTradeNo)).age).toBeGreaterThan(23 * MINUTE));
    await system.control.noFaults();
    await system.control.advance(600);
    await buyer.orderBecomes(order.id, 'CLOSED');
  });

  it('a close that WeChat refuses is called one', async () => {
    const { order } = await buyer.checkout(productId);
    await system.control.fault({ path: '/pay/closeorder', fault: 'SIGNERROR' });
    const answer = await buyer.send('POST', `/api/v1/orders/${order.id}/payments`, { tradeType: 'NATIVE' });
    expect(answer).toMatchObject({
      status: 504,
      body: { detail: expect.stringContaining('refuses the close with SIGNERROR') },
    });
  });

  it('M-08, Q-07: at expiry WeChat is asked first, then closed there, then here; the stock comes back once', async () => {
    const product = await system.product({ stock: 5 });
    const { order, payment } = await buyer.checkout(product, 2);
    await expireHere(order.id);
    await buyer.orderBecomes(order.id, 'CLOSED');
    expect(await system.control.asked(payment.outTradeNo)).toEqual([
      '/pay/unifiedorder SUCCESS',
      `${QUERY} SUCCESS`,
      '/pay/closeorder SUCCESS',
    ]);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      payments: [{ status: 'CLOSED' }],
      movements: 0,
    });
    expect(await stockOf(product)).toBe(5);
  });

  it('M-08, Q-07: paid at the last second and unheard: the order is paid, not closed', async () => {
    const product = await system.product({ stock: 5, priceFen: PRICE });
    const { order, payment } = await buyer.checkout(product, 1);
    await silently(() => system.control.pay({ outTradeNo: payment.outTradeNo }));
    await system.control.advance(20 * 60 + 5);
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      paidFen: PRICE,
      movements: 1,
      suspense: [],
    });
    expect(await stockOf(product)).toBe(4);
  });

  it.each([
    [QUERY, 'SYSTEMERROR'],
    [QUERY, 'http500'],
    [QUERY, 'reset'],
    [QUERY, 'timeout'],
    [QUERY, 'garbage'],
    [QUERY, 'badSignature'],
    [QUERY, 'SIGNERROR'],
    ['/pay/closeorder', 'SYSTEMERROR'],
    ['/pay/closeorder', 'http500'],
    ['/pay/closeorder', 'timeout'],
    ['/pay/closeorder', 'garbage'],
    ['/pay/closeorder', 'badSignature'],
    ['/pay/closeorder', 'TRADE_STATE_ERROR'],
  ])(
    'M-12: %s ending in %s at expiry closes nothing; it is tried again until it is certain',
    async (path, fault) => {
      const product = await system.product({ stock: 5 });
      const { order, payment } = await buyer.checkout(product, 2);
      await system.control.fault({ path, fault });
      await expireHere(order.id);
      await eventually(async () => {
        expect((await system.control.applied())[0]).toBeGreaterThan(0);
        const { age, checks } = await due(payment.outTradeNo);
        expect(checks).toBe(1);
        expect(age).toBeLessThan(40 * SECOND); // scheduled again, not only leased
      });
      expect(await booksOf(system.database, order.id)).toMatchObject({
        status: 'PENDING_PAYMENT',
        payments: [{ status: 'PREPAID' }],
      });
      expect(await stockOf(product)).toBe(3);
      await system.control.noFaults();
      await eventually(async () => {
        await system.control.advance(16);
        await buyer.orderBecomes(order.id, 'CLOSED', 0);
      });
      expect(await stockOf(product)).toBe(5);
    },
  );

  it('M-12: paid while every close at expiry fails: settled as soon as WeChat can be asked', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.fault(
      { path: QUERY, fault: 'SYSTEMERROR' },
      { path: 'notify', fault: 'dropNotify' },
    );
    await expireHere(order.id);
    await eventually(async () => expect((await system.control.applied())[0]).toBeGreaterThan(0));
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await system.control.noFaults();
    await system.control.advance(16);
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('an order that nobody tried to pay expires as well, and gives its stock back', async () => {
    const product = await system.product({ stock: 4 });
    const { body: order } = await buyer.send<OrderView>('POST', '/api/v1/orders', {
      items: [{ productId: product, quantity: 4 }],
    });
    expect(await stockOf(product)).toBe(0);
    await system.control.advance(20 * 60 - 5);
    expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
    await system.control.advance(6);
    await buyer.orderBecomes(order.id, 'CLOSED');
    expect(await stockOf(product)).toBe(4);
  });

  it('an order whose only attempt was refused expires as well', async () => {
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'NOAUTH' });
    const refused = await buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }] });
    await system.control.noFaults();
    await system.control.advance(20 * 60 + 1);
    await buyer.orderBecomes(refused.body.orderId ?? '', 'CLOSED');
  });

  it('an attempt whose prepay never reached WeChat expires as well', async () => {
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'reset' });
    const unanswered = await buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }] });
    const orderId = unanswered.body.orderId ?? '';
    await system.control.noFaults();
    await system.control.advance(20 * 60 + 1);
    await buyer.orderBecomes(orderId, 'CLOSED');
    expect(await booksOf(system.database, orderId)).toMatchObject({ payments: [{ status: 'CLOSED' }] });
  });

  it('closed at WeChat by somebody else: the attempt is closed, the order can still be paid by a new one', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.advance(20 * 60 - 100); // WeChat's own limit, as if time_expire had been shorter there
    await system.database.query(
      "UPDATE orders SET expires_at = expires_at + interval '1 hour' WHERE id = $1",
      [order.id],
    );
    await system.database.query(
      "UPDATE payments SET expires_at = expires_at + interval '1 hour', next_check_at = created_at WHERE order_id = $1",
      [order.id],
    );
    await eventually(async () => expect((await due(payment.outTradeNo)).checks).toBeGreaterThan(0));
    await system.control.advance(101);
    await system.database.query(
      'UPDATE payments SET next_check_at = created_at WHERE order_id = $1 AND next_check_at IS NOT NULL',
      [order.id],
    );
    await eventually(async () => expect((await due(payment.outTradeNo)).status).toBe('CLOSED'));
    expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
    const again = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${order.id}/payments`, {
      tradeType: 'JSAPI',
    });
    expect(again).toMatchObject({ status: 201, body: { payment: { outTradeNo: `${order.orderNo}-2` } } });
  });

  it('an error of our own leaves the attempt leased; it is due again a minute later', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await silently(() => system.control.pay({ outTradeNo: payment.outTradeNo }));
    await system.database.query(
      `CREATE FUNCTION test_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'out of memory'; END $$`,
    );
    await system.database.query(
      'CREATE TRIGGER test_fail BEFORE INSERT ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION test_fail()',
    );
    await system.control.advance(15);
    await eventually(async () => expect(await questions(payment.outTradeNo)).toBe(1));
    await system.database.query('DROP FUNCTION test_fail() CASCADE');
    const { age, status } = await due(payment.outTradeNo);
    expect(status).toBe('PREPAID');
    expect(age).toBeGreaterThanOrEqual(75 * SECOND);
    await system.control.advance(61);
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({ movements: 1, jobs: 1 });
  });

  it('two instances share the due attempts: each is asked about once and paid once', async () => {
    await system.restart({ WXPAY_TIMEOUT_MS: '10000' }); // a slow machine shall not look like a silent WeChat
    const second = await createApp(readSettings({ ...system.env, PORT: '0', WXPAY_TIMEOUT_MS: '10000' }));
    try {
      const orders = await Promise.all(Array.from({ length: 40 }, () => buyer.checkout(productId)));
      await system.control.fault({ path: 'notify', fault: 'dropNotify' });
      for (const { payment } of orders) await system.control.pay({ outTradeNo: payment.outTradeNo });
      await system.control.advance(15);
      for (const { order } of orders) await buyer.orderBecomes(order.id, 'PAID');
      for (const { order, payment } of orders) {
        expect(await booksOf(system.database, order.id)).toMatchObject({
          movements: 1,
          jobs: 1,
          suspense: [],
        });
        expect(await questions(payment.outTradeNo)).toBe(1);
      }
    } finally {
      await second.close();
    }
  });

  it('two instances close what has expired once: the stock comes back once', async () => {
    const second = await createApp(readSettings({ ...system.env, PORT: '0' }));
    try {
      const product = await system.product({ stock: 30 });
      const unpaid = await Promise.all(Array.from({ length: 10 }, () => buyer.checkout(product)));
      const untried = await Promise.all(
        Array.from({ length: 10 }, () =>
          buyer.send<OrderView>('POST', '/api/v1/orders', { items: [{ productId: product, quantity: 1 }] }),
        ),
      );
      expect(await stockOf(product)).toBe(10);
      await system.control.advance(20 * 60 + 1);
      for (const { order } of unpaid) await buyer.orderBecomes(order.id, 'CLOSED');
      for (const { body } of untried) await buyer.orderBecomes(body.id, 'CLOSED');
      expect(await stockOf(product)).toBe(30);
    } finally {
      await second.close();
    }
  });

  it('an attempt claimed by an instance that died is due again after its lease', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await silently(() => system.control.pay({ outTradeNo: payment.outTradeNo }));
    await system.control.fault({ path: QUERY, fault: 'slow', ms: 700 });
    await system.control.advance(15);
    await eventually(async () => expect((await due(payment.outTradeNo)).checks).toBe(1));
    // What the dead instance would have done with its answer is lost: its connections are gone and stay refused.
    await system.database.query(
      `CREATE FUNCTION test_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'gone'; END $$`,
    );
    await system.database.query(
      'CREATE TRIGGER test_gone BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION test_gone()',
    );
    await system.restart();
    await system.database.query('DROP FUNCTION test_gone() CASCADE');
    await system.control.noFaults();
    expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
    await system.control.advance(61);
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({ movements: 1, jobs: 1 });
  });
});
