import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OrderView } from '../src/order/order.schema.js';
import { waitingForLock } from './support/books.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let buyer: TestBuyer;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000' });
  buyer = await TestBuyer.login(system);
});
afterAll(() => system.stop());

const stockOf = async (id: string): Promise<number | undefined> =>
  (await system.database.query<{ stock: number }>('SELECT stock FROM products WHERE id = $1', [id]))[0]
    ?.stock;
const checkout = (productId: string, quantity = 1): Promise<Answer<CheckedOut & ProblemBody>> =>
  buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity }] });

/** A checkout that has looked, and waits for somebody who changes the product meanwhile. */
async function checkoutWhile(productId: string, change: string): Promise<Answer<CheckedOut & ProblemBody>> {
  const clerk = new pg.Client(system.database.url);
  await clerk.connect();
  try {
    await clerk.query('BEGIN');
    await clerk.query(`UPDATE products SET ${change} WHERE id = $1`, [productId]);
    const answer = checkout(productId, 2);
    await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
    await clerk.query('COMMIT');
    return await answer;
  } finally {
    await clerk.end();
  }
}

describe('what changes between the look at the shelf and the promise', () => {
  it('a new price is the price', async () => {
    const product = await system.product({ priceFen: 100, stock: 5 });
    const { status, body } = await checkoutWhile(product, 'price_fen = 300');
    expect(status).toBe(201);
    expect(body.order).toMatchObject({ totalFen: 600, payableFen: 600 });
    expect(await stockOf(product)).toBe(3);
  });

  it.each([
    ['active = false', 'PRODUCT_NOT_ON_SALE'],
    ['stock = 1', 'OUT_OF_STOCK'],
  ])('%s: refused with %s, and nothing is promised', async (change, code) => {
    const product = await system.product({ stock: 5 });
    const { status, body } = await checkoutWhile(product, change);
    expect([status, body.code]).toEqual([409, code]);
    expect(await stockOf(product)).toBe(change === 'stock = 1' ? 1 : 5);
  });

  it('other pieces sold meanwhile do not matter as long as enough are left', async () => {
    const product = await system.product({ stock: 5 });
    expect((await checkoutWhile(product, 'stock = stock - 3')).status).toBe(201);
    expect(await stockOf(product)).toBe(0);
  });
});

describe('stock', () => {
  it('60 checkouts at once for 20 pieces: exactly 20 succeed, the rest hear that it is sold out', async () => {
    const product = await system.product({ stock: 20 });
    const answers = await Promise.all(Array.from({ length: 60 }, () => checkout(product)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    const sold = answers.filter(({ status }) => status === 409);
    expect(sold).toHaveLength(40);
    for (const { body } of sold) expect(body.code).toBe('OUT_OF_STOCK');
    expect(await stockOf(product)).toBe(0);
  });

  it('orders for the same two things in opposite order do not block each other', async () => {
    // In a catalogue of some size PostgreSQL goes from one wanted product to the next, in the order they were named.
    await system.database.query(
      `INSERT INTO products (id, name, price_fen, stock, created_at)
       SELECT uuidv7(), 'other ' || i, 100, 0, now() FROM generate_series(1, 5000) AS i`,
    );
    await system.database.query('ANALYZE products');
    const [a, b] = [await system.product({ stock: 40 }), await system.product({ stock: 40 })];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const lines = [
          { productId: a, quantity: 1 },
          { productId: b, quantity: 1 },
        ];
        const items = index % 2 === 0 ? lines : lines.toReversed();
        return buyer.send<OrderView>('POST', '/api/v1/orders', { items });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 201));
    expect([await stockOf(a), await stockOf(b)]).toEqual([0, 0]);
    // A deadlock would go again and be seen by nobody; PostgreSQL counts it within a second.
    await sleep(1200);
    const counted = await system.database.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(Number(counted[0]?.deadlocks)).toBe(0);
  });

  it('comes back when the order is cancelled: once, even when it is cancelled ten times at once', async () => {
    const product = await system.product({ stock: 5 });
    const { order: cancelled } = await buyer.checkout(product, 3);
    expect(await stockOf(product)).toBe(2);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        buyer.send<OrderView>('POST', `/api/v1/orders/${cancelled.id}/cancel`),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.status).toBe('CLOSED');
    }
    expect(await stockOf(product)).toBe(5);
  });

  it('the database itself refuses to oversell', async () => {
    const product = await system.product({ stock: 1 });
    await expect(
      system.database.query('UPDATE products SET stock = stock - 2 WHERE id = $1', [product]),
    ).rejects.toThrow('products_stock_not_oversold');
  });
});
