import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { migrate, revertMigration } from '../../src/database/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertRefund, placeOrder, type PlacedOrder } from '../support/rows.js';

/** Refunds of before the migration NameReturnedGoods: their goods were places in the order, and nothing else. */

const MIGRATION = 'NameReturnedGoods1763960000001';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Takes back this migration and whatever was added after it. */
async function revert(): Promise<void> {
  const isApplied = async () =>
    (await database.query('SELECT FROM migrations WHERE name = $1', [MIGRATION])).length > 0;
  while (await isApplied()) await revertMigration(database.url);
}

async function oldRefund(
  order: PlacedOrder,
  status: string,
  minutesLater: number,
  items: { line: number; quantity: number }[] | null,
): Promise<string> {
  const id = await insertRefund(database, { order }, { status, items });
  await database.query(
    'UPDATE refunds SET created_at = created_at + make_interval(mins => $2) WHERE id = $1',
    [id, minutesLater],
  );
  return id;
}

async function itemsOf(id: string): Promise<unknown> {
  return (await database.query<{ items: unknown }>('SELECT items FROM refunds WHERE id = $1', [id]))[0]
    ?.items;
}

it('refunds of before get the names and the worth of their goods, and lose them again by a revert', async () => {
  await revert();
  const order = await placeOrder(database, { quantities: [1, 3] });
  // Three units for 1000 fen, as a discount leaves them: 333, 333 and 334.
  await database.query('UPDATE order_items SET payable_fen = 1000 WHERE order_id = $1 AND line = 1', [
    order.id,
  ]);
  const old = {
    rejected: { id: await oldRefund(order, 'REJECTED', 0, [{ line: 1, quantity: 2 }]), units: 2 },
    first: { id: await oldRefund(order, 'SUCCESS', 1, [{ line: 1, quantity: 1 }]), units: 1 },
    second: { id: await oldRefund(order, 'REQUESTED', 2, [{ line: 1, quantity: 2 }]), units: 2 },
  };
  const both = [
    { line: 1, quantity: 1 },
    { line: 0, quantity: 1 },
  ];
  const other = await placeOrder(database, { quantities: [1, 1] });
  const ofBoth = await oldRefund(other, 'REQUESTED', 3, both);
  const ofNone = await oldRefund(other, 'FAILED', 4, null);

  expect(await migrate(database.url)).toContain(MIGRATION);
  const named = (quantity: number, payableFen: number) => [
    { line: 1, productId: order.productIds[1], name: 'tea 1', unitPriceFen: 1000, quantity, payableFen },
  ];
  expect(await itemsOf(old.rejected.id)).toEqual(named(2, 666));
  expect(await itemsOf(old.first.id)).toEqual(named(1, 333)); // the rejected one holds nothing
  expect(await itemsOf(old.second.id)).toEqual(named(2, 667)); // the last fen goes with the last unit
  expect(await itemsOf(ofBoth)).toMatchObject([
    { line: 1, productId: other.productIds[1], payableFen: 1000 },
    { line: 0, productId: other.productIds[0], payableFen: 1000 },
  ]);
  expect(await itemsOf(ofNone)).toBeNull();

  await revert();
  for (const { id, units } of Object.values(old))
    expect(await itemsOf(id)).toEqual([{ line: 1, quantity: units }]);
  expect(await itemsOf(ofBoth)).toEqual(both);
  expect(await itemsOf(ofNone)).toBeNull();
});
