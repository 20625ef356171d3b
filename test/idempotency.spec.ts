import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuid } from 'uuid';
import type { OrderView } from '../src/order/order.schema.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let buyer: TestBuyer;
let productId: string;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', WXPAY_TIMEOUT_MS: '1200' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ stock: 10_000 });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

type CheckoutAnswer = Answer<CheckedOut & ProblemBody>;

function checkout(
  key: string,
  { by = buyer, quantity = 1 }: { by?: TestBuyer; quantity?: number } = {},
): Promise<CheckoutAnswer> {
  const body = { items: [{ productId, quantity }] };
  return by.send('POST', '/api/v1/checkout', body, { 'idempotency-key': key });
}

async function ordersOf(who: TestBuyer): Promise<number> {
  const [row] = await system.database.query<{ count: string }>(
    'SELECT count(*) FROM orders WHERE buyer_id = $1',
    [who.id],
  );
  return Number(row?.count);
}

/** As if the process had died after `claim`: nobody stored an answer or let the key go. */
async function crashed(key: string, secondsAgo: number): Promise<void> {
  await system.database.query(
    `UPDATE idempotency_keys SET status = NULL, answer = NULL, claimed_at = now() - make_interval(secs => $2) WHERE key = $1`,
    [key, secondsAgo],
  );
}

/** Holds its key until WeChat answers. */
async function checkoutThatHangs(): Promise<CheckoutAnswer> {
  await system.control.fault({ path: '/pay/unifiedorder', fault: 'slow', ms: 1000, count: 1 });
  return checkout(uuid());
}

describe('an Idempotency-Key', () => {
  it('gives the first answer again, and says so', async () => {
    const key = uuid();
    const before = await ordersOf(buyer);
    const first = await checkout(key);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const again = await checkout(key);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(again.body).toEqual(first.body);
    expect(await ordersOf(buyer)).toBe(before + 1);
  });

  it('is not demanded: two requests without one are two orders', async () => {
    const before = await ordersOf(buyer);
    for (let n = 0; n < 2; n++) {
      const { status, headers } = await buyer.send('POST', '/api/v1/checkout', {
        items: [{ productId, quantity: 1 }],
      });
      expect([status, headers.get('idempotency-replayed')]).toEqual([201, null]);
    }
    expect(await ordersOf(buyer)).toBe(before + 2);
  });

  it('gives a refusal again as well: a sold-out answer does not turn into an order later', async () => {
    const key = uuid();
    const scarce = await system.product({ stock: 0 });
    const wish = () =>
      buyer.send(
        'POST',
        '/api/v1/checkout',
        { items: [{ productId: scarce, quantity: 1 }] },
        { 'idempotency-key': key },
      );
    expect(await wish()).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK' } });
    await system.database.query('UPDATE products SET stock = 5 WHERE id = $1', [scarce]);
    const again = await wish();
    expect(again).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK' } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  it('gives a 400 again in the form of a problem', async () => {
    const key = uuid();
    const first = await checkout(key, { quantity: 0 });
    expect(first).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    const again = await checkout(key, { quantity: 0 });
    expect(again).toMatchObject({ status: 400, body: first.body });
    expect(again.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });

  it('with another body is refused with 422', async () => {
    const key = uuid();
    await checkout(key);
    const before = await ordersOf(buyer);
    expect(await checkout(key, { quantity: 2 })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: expect.stringContaining('use a new key') },
    });
    expect(await ordersOf(buyer)).toBe(before);
  });

  it('belongs to one buyer: another’s same key is another request', async () => {
    const key = uuid();
    const other = await TestBuyer.login(system);
    const [mine, theirs] = [await checkout(key), await checkout(key, { by: other })];
    expect(theirs.status).toBe(201);
    expect(theirs.headers.get('idempotency-replayed')).toBeNull();
    expect(theirs.body.order.id).not.toBe(mine.body.order.id);
    expect(await ordersOf(other)).toBe(1);
  });

  it('belongs to one route: the same key elsewhere is another request', async () => {
    const key = uuid();
    const { body } = await checkout(key);
    const cancelled = await buyer.send<OrderView>(
      'POST',
      `/api/v1/orders/${body.order.id}/cancel`,
      undefined,
      {
        'idempotency-key': key,
      },
    );
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'CLOSED' } });
    expect(cancelled.headers.get('idempotency-replayed')).toBeNull();
  });

  it('belongs to the address without its query', async () => {
    const body = { items: [{ productId, quantity: 1 }] };
    const headers = { 'idempotency-key': uuid() };
    const first = await buyer.send<CheckedOut>('POST', '/api/v1/checkout', body, headers);
    const again = await buyer.send<CheckedOut>('POST', '/api/v1/checkout?again=1', body, headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('says nothing on a request that changes nothing, not even a wrong one', async () => {
    for (const key of ['a'.repeat(65), 'read']) {
      const path = `/api/v1/refunds/${uuid()}`;
      expect(await buyer.send('GET', path, undefined, { 'idempotency-key': key })).toMatchObject({
        status: 404,
        body: { code: 'REFUND_NOT_FOUND' },
      });
    }
    expect(await system.database.query(`SELECT FROM idempotency_keys WHERE key = 'read'`)).toEqual([]);
  });

  it.each(['', ' ', 'a'.repeat(65), 'schlüssel', '\tkey\u0001'])('"%s" is none: 400', async (key) => {
    const before = await ordersOf(buyer);
    const response = await fetch(`${system.url}/api/v1/checkout`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${buyer.token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ items: [{ productId, quantity: 1 }] }),
    }).catch(() => undefined); // a byte that no header may have does not even leave the client
    if (response !== undefined) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'IDEMPOTENCY_KEY_INVALID',
        detail: expect.stringContaining('printable ASCII'),
        errors: [{ field: 'Idempotency-Key', message: expect.stringContaining('printable ASCII') }],
      });
    }
    expect(await ordersOf(buyer)).toBe(before);
  });

  it.each(['x', 'a'.repeat(64), 'with space and !~', uuid()])('"%s" is one', async (key) => {
    expect((await checkout(key)).status).toBe(201);
    expect((await checkout(key)).headers.get('idempotency-replayed')).toBe('true');
  });

  it('twenty requests at once: one order; the others hear that it runs, or get its answer', async () => {
    const key = uuid();
    const before = await ordersOf(buyer);
    const answers = await Promise.all(Array.from({ length: 20 }, () => checkout(key)));
    const ids = new Set<string>();
    for (const { status, body } of answers) {
      if (status === 201) ids.add(body.order.id);
      else expect({ status, code: body.code }).toEqual({ status: 409, code: 'IDEMPOTENCY_KEY_RUNNING' });
    }
    expect(ids.size).toBe(1);
    expect(await ordersOf(buyer)).toBe(before + 1);
  });

  it('while the first request hangs at WeChat the second is told to wait', async () => {
    const key = uuid();
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'slow', ms: 500, count: 1 });
    const first = checkout(key);
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    const second = await checkout(key);
    expect(second).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_RUNNING', detail: expect.stringContaining('repeat shortly') },
    });
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await first).status).toBe(201);
    expect((await checkout(key)).body).toEqual((await first).body);
  });

  it.each(['processedThenTimeout', 'timeout', 'SYSTEMERROR', 'badSignature'])(
    'an unknown prepay (%s) is not stored: the same key goes on with the same order and the same number',
    async (fault) => {
      const key = uuid();
      const before = await ordersOf(buyer);
      await system.control.fault({ path: '/pay/unifiedorder', fault });
      const failed = await checkout(key);
      expect(failed).toMatchObject({ status: 504, body: { code: 'WXPAY_OUTCOME_UNKNOWN' } });
      await system.control.noFaults();
      const again = await checkout(key);
      expect(again.status).toBe(201);
      expect(again.headers.get('idempotency-replayed')).toBeNull();
      expect(again.body.order.id).toBe(failed.body.orderId);
      expect(again.body.payment.outTradeNo).toBe(`${again.body.order.orderNo}-1`);
      expect(await system.control.transactionsOfOrder(again.body.order.orderNo)).toHaveLength(1);
      expect(await ordersOf(buyer)).toBe(before + 1);
      expect((await checkout(key)).headers.get('idempotency-replayed')).toBe('true');
    },
  );

  it('an error of our own is not stored either, and leaves nothing behind', async () => {
    const key = uuid();
    const before = await ordersOf(buyer);
    await system.database.query(
      `CREATE FUNCTION test_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`,
    );
    await system.database.query(
      'CREATE TRIGGER test_fail BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION test_fail()',
    );
    const failed = await checkout(key);
    await system.database.query('DROP FUNCTION test_fail() CASCADE');
    expect(failed).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
    expect(JSON.stringify(failed.body)).not.toContain('disk full');
    expect(await ordersOf(buyer)).toBe(before);
    expect((await checkout(key)).status).toBe(201);
    expect(await ordersOf(buyer)).toBe(before + 1);
  });

  it('M-26: what fails lets go of its own rows and of no others', async () => {
    const everybody = async (except: string): Promise<unknown[]> => [
      await system.database.query('SELECT * FROM idempotency_keys WHERE key <> $1 ORDER BY key, path', [
        except,
      ]),
      await system.database.query('SELECT id, status FROM orders ORDER BY id'),
      await system.database.query('SELECT id, status, failure FROM payments ORDER BY id'),
    ];
    const running = checkoutThatHangs();
    const failing = uuid();
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    const before = await everybody(failing);
    await system.database.query(
      `CREATE FUNCTION test_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$`,
    );
    await system.database.query(
      'CREATE TRIGGER test_fail BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION test_fail()',
    );
    expect((await checkout(failing)).status).toBe(500);
    await system.database.query('DROP FUNCTION test_fail() CASCADE');
    expect(await everybody(failing)).toEqual(before);
    expect((await running).status).toBe(201);
  });

  it('a request that crashed is taken over after 60 s, with the same order', async () => {
    const key = uuid();
    const before = await ordersOf(buyer);
    const first = await checkout(key);
    await crashed(key, 61);
    const again = await checkout(key);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
    expect(again.body.order.id).toBe(first.body.order.id);
    expect(again.body.payment).toEqual(first.body.payment);
    expect(await ordersOf(buyer)).toBe(before + 1);
  });

  it('before that it counts as running', async () => {
    const key = uuid();
    await checkout(key);
    await crashed(key, 50);
    expect(await checkout(key)).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_RUNNING' } });
  });

  it('one that crashed before it wrote anything starts afresh, once, however many take over', async () => {
    const key = uuid();
    const failed = await buyer.send(
      'POST',
      '/api/v1/checkout',
      { items: [{ productId, quantity: 1 }] },
      {
        'idempotency-key': key,
      },
    );
    expect(failed.status).toBe(201);
    await crashed(key, 61);
    const [row] = await system.database.query<{ id: string }>(
      'UPDATE idempotency_keys SET resource_id = gen_random_uuid() WHERE key = $1 RETURNING resource_id AS id',
      [key],
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => checkout(key)));
    const created = answers.filter(({ status }) => status === 201);
    expect(created.length).toBeGreaterThanOrEqual(1);
    for (const { body } of created) expect(body.order.id).toBe(row?.id);
  });

  it('also works for orders, payments and cancellations', async () => {
    const key = uuid();
    const headers = { 'idempotency-key': key };
    const before = await ordersOf(buyer);
    const make = () =>
      buyer.send<OrderView>('POST', '/api/v1/orders', { items: [{ productId, quantity: 1 }] }, headers);
    const [first, second] = [await make(), await make()];
    expect(second.body).toEqual(first.body);
    expect(await ordersOf(buyer)).toBe(before + 1);
    const pay = () =>
      buyer.send<CheckedOut>(
        'POST',
        `/api/v1/orders/${first.body.id}/payments`,
        { tradeType: 'NATIVE' },
        headers,
      );
    expect((await pay()).body).toEqual((await pay()).body);
    await system.control.fault({ path: '/pay/closeorder', fault: 'SYSTEMERROR' });
    const cancel = () =>
      buyer.send<OrderView>('POST', `/api/v1/orders/${first.body.id}/cancel`, undefined, headers);
    expect(await cancel()).toMatchObject({ status: 202, body: { closing: true } });
    const replayed = await cancel();
    expect(replayed).toMatchObject({ status: 202, body: { closing: true } });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
  });
});
