import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { waitingForLock } from './support/books.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { startSystem, type System } from './support/system.js';
import { CheckoutCommitService } from '../src/payment/checkout-commit.service.js';

/** Orders that come together are written together, and none of them notices (ADR 11). */

type Placed = Answer<CheckedOut & ProblemBody>;

let system: System;
let buyer: TestBuyer;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000' });
  buyer = await TestBuyer.login(system);
});
afterEach(() => system.database.query('DROP FUNCTION IF EXISTS test_on_order() CASCADE'));
afterAll(() => system.stop());

const checkout = (items: [productId: string, quantity: number][], attach?: string): Promise<Placed> =>
  buyer.send('POST', '/api/v1/checkout', {
    items: items.map(([productId, quantity]) => ({ productId, quantity })),
    attach,
  });
const stockOf = async (id: string): Promise<number | undefined> =>
  (await system.database.query<{ stock: number }>('SELECT stock FROM products WHERE id = $1', [id]))[0]
    ?.stock;
const statuses = (answers: readonly Placed[]): number[] => answers.map(({ status }) => status);

/** A checkout of `first` that waits for somebody who holds its product, until `meanwhile` has begun the others. */
async function behind<Result>(first: string, meanwhile: () => Promise<Result>): Promise<[Placed, Result]> {
  const clerk = new pg.Client(system.database.url);
  await clerk.connect();
  try {
    await clerk.query('BEGIN');
    await clerk.query('SELECT FROM products WHERE id = $1 FOR UPDATE', [first]);
    const waiting = checkout([[first, 1]]);
    await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
    const others = await meanwhile();
    await clerk.query('COMMIT');
    return [await waiting, others];
  } finally {
    await clerk.end();
  }
}

/**
 * One order is being written when these come, so the next transaction takes them together: each is held back where it is
 * about to be written until all have arrived, and all go in one moment, in the order in which they were sent.
 */
async function together(...begin: (() => Promise<Placed>)[]): Promise<Placed[]> {
  const first = await system.product({ stock: 1 });
  const commits = system.app.get(CheckoutCommitService, { strict: false });
  const place = commits.place.bind(commits);
  const held: (() => void)[] = [];
  commits.place = async (...given) => {
    await new Promise<void>((go) => held.push(go));
    return place(...given);
  };
  try {
    const answers: Promise<Placed>[] = [];
    for (const send of [() => checkout([[first, 1]]), ...begin]) {
      answers.push(send());
      await eventually(async () => expect(held).toHaveLength(answers.length));
    }
    for (const go of held) go();
    const [, ...others] = await Promise.all(answers);
    return others;
  } finally {
    commits.place = place;
  }
}

/** How many transactions wrote these orders. */
async function transactionsOf(answers: readonly Placed[]): Promise<number> {
  const [row] = await system.database.query<{ count: number }>(
    'SELECT count(DISTINCT xmin::text)::int AS count FROM orders WHERE id = ANY ($1::uuid[])',
    [answers.flatMap(({ status, body }) => (status === 201 ? [body.order.id] : []))],
  );
  return row?.count ?? 0;
}

describe('orders that come together', () => {
  it('are written in one transaction, each with its own items and attempt', async () => {
    const [a, b] = [
      await system.product({ priceFen: 100, stock: 50 }),
      await system.product({ priceFen: 250, stock: 50 }),
    ];
    const answers = await together(
      () => checkout([[a, 1]]),
      () =>
        checkout([
          [b, 2],
          [a, 3],
        ]),
      () => checkout([[b, 1]], '不要辣'),
    );
    expect(statuses(answers)).toEqual([201, 201, 201]);
    expect(await transactionsOf(answers)).toBe(1);
    const orders = answers.map(({ body }) => body.order);
    expect(orders.map(({ payableFen }) => payableFen)).toEqual([100, 800, 250]);
    expect(orders[1]?.items).toMatchObject([
      { productId: b, quantity: 2, unitPriceFen: 250, payableFen: 500 },
      { productId: a, quantity: 3, unitPriceFen: 100, payableFen: 300 },
    ]);
    expect(orders[2]?.attach).toBe('不要辣');
    for (const { body } of answers)
      expect(await system.control.transaction(body.payment.outTradeNo)).toMatchObject({
        totalFen: body.order.payableFen,
      });
    expect([await stockOf(a), await stockOf(b)]).toEqual([46, 47]);
  });

  it('share what is left in the order in which they came', async () => {
    const product = await system.product({ stock: 4 });
    const answers = await together(
      () => checkout([[product, 3]]),
      () => checkout([[product, 2]]),
      () => checkout([[product, 1]]),
    );
    expect(statuses(answers)).toEqual([201, 409, 201]);
    expect(answers[1]?.body.code).toBe('OUT_OF_STOCK');
    expect(answers[1]?.body.errors?.map(({ message }) => message)).toEqual([
      expect.stringContaining('only 1 left'),
    ]);
    expect(await stockOf(product)).toBe(0);
  });

  it('an order that cannot be made is nothing to the others, and promises nothing', async () => {
    const [cheap, dear] = [
      await system.product({ stock: 2 }),
      await system.product({ priceFen: 99_999_999, stock: 9999 }),
    ];
    const answers = await together(
      () =>
        checkout([
          [cheap, 2],
          [dear, 9999],
        ]),
      () => checkout([['00000000-0000-7000-8000-000000000000', 1]]),
      () => checkout([['nonsense', 1]]),
      () => checkout([[cheap, 2]]),
    );
    expect(answers.map(({ status, body }) => (status === 201 ? 'made' : body.code))).toEqual([
      'AMOUNT_TOO_LARGE',
      'PRODUCT_NOT_FOUND',
      'PRODUCT_NOT_FOUND',
      'made',
    ]);
    expect([await stockOf(cheap), await stockOf(dear)]).toEqual([0, 9999]);
  });

  it('one that the database refuses does not take the others with it', async () => {
    const product = await system.product({ stock: 9 });
    await system.database.query(`
      CREATE FUNCTION test_on_order() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.attach = 'refused' THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$`);
    await system.database.query(
      'CREATE TRIGGER test_on_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION test_on_order()',
    );
    const answers = await together(
      () => checkout([[product, 1]]),
      () => checkout([[product, 1]], 'refused'),
      () => checkout([[product, 1]]),
    );
    expect(statuses(answers)).toEqual([201, 500, 201]);
    expect(await stockOf(product)).toBe(7);
  });
});

it('who holds a product holds up its buyers alone', async () => {
  const [held, free] = [await system.product({ stock: 5 }), await system.product({ stock: 5 })];
  const [first, others] = await behind(held, () =>
    Promise.all([checkout([[free, 1]]), checkout([[free, 1]]), checkout([[free, 1]])]),
  );
  expect(statuses([first, ...others])).toEqual([201, 201, 201, 201]);
  expect([await stockOf(held), await stockOf(free)]).toEqual([4, 2]);
});

it('who holds a product holds up nobody else, however many wait for it', async () => {
  const [held, free] = [await system.product({ stock: 9 }), await system.product({ stock: 9 })];
  const waiting: Promise<Placed>[] = [];
  await behind(held, async () => {
    const others = [held, held, held, held, held, held, free, free].map((product) =>
      checkout([[product, 1]]),
    );
    waiting.push(...others.slice(0, 6));
    expect(statuses(await Promise.all(others.slice(6)))).toEqual([201, 201]);
  });
  expect(statuses(await Promise.all(waiting))).toEqual([201, 201, 201, 201, 201, 201]);
  expect([await stockOf(held), await stockOf(free)]).toEqual([2, 7]);
});

it('new orders and prepays of one transaction lock payments before products (DESIGN §2.7)', async () => {
  const product = await system.product({ stock: 99 });
  await system.database.query(`
    CREATE TABLE test_written (seq bigint GENERATED ALWAYS AS IDENTITY, transaction xid8, name text);
    CREATE FUNCTION test_on_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO test_written (transaction, name) VALUES (pg_current_xact_id(), TG_TABLE_NAME);
      RETURN NEW;
    END $$;
    CREATE TRIGGER test_on_order BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION test_on_order();
    CREATE TRIGGER test_on_order BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION test_on_order()`);
  try {
    await Promise.all(Array.from({ length: 30 }, () => checkout([[product, 1]])));
    const mixed = await system.database.query<{ inOrder: boolean }>(
      `SELECT max(seq) FILTER (WHERE name = 'payments') < min(seq) FILTER (WHERE name = 'products') AS "inOrder"
       FROM test_written GROUP BY transaction HAVING count(DISTINCT name) = 2`,
    );
    expect(mixed.length).toBeGreaterThan(0);
    expect(mixed.filter(({ inOrder }) => !inOrder)).toEqual([]);
  } finally {
    await system.database.query('DROP FUNCTION test_on_order() CASCADE');
    await system.database.query('DROP TABLE test_written');
  }
});

it('a prepay that cannot be kept is nothing to the others', async () => {
  const product = await system.product({ stock: 9 });
  await system.database.query(`
    CREATE FUNCTION test_on_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.request->>'attach' = 'refused' THEN RAISE EXCEPTION 'refused by the test'; END IF;
      RETURN NEW;
    END $$`);
  await system.database.query(
    'CREATE TRIGGER test_on_order BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION test_on_order()',
  );
  const answers = await Promise.all(
    Array.from({ length: 9 }, (_, index) => checkout([[product, 1]], index === 5 ? 'refused' : undefined)),
  );
  expect(statuses(answers)).toEqual([201, 201, 201, 201, 201, 500, 201, 201, 201]);
});
