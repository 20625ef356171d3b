import { availableParallelism } from 'node:os';
import pg from 'pg';
import type { Merchant } from '../merchant.js';
import type { BenchDatabase } from '../rig.js';
import { BUYERS, BUYERS_KEPT, PAST_ROWS, PORTION, RECONCILED } from './past-rows.js';

/**
 * Tables leave room in their pages into which rows grow while they live. These are written in their last state: with the
 * room left free as well, new orders would be put into it, all over the year.
 */
const ROOMY = `
  SELECT oid::regclass::text AS name, array_to_string(reloptions, ', ') AS room
  FROM pg_class WHERE relkind = 'r' AND reloptions::text LIKE '%fillfactor%'`;
const ROWS_AT_ONCE = 100_000;
/** A portion is written by one core. Neighbours in time are written at once, so rows still lie about in its order. */
const WRITERS = availableParallelism();

export interface Past {
  orders: number;
  seconds: number;
  /** The whole database. */
  megabytes: number;
}

/**
 * A year of trade with so many paid orders, the last one a moment ago. Triggers are off, as when a backup is loaded, so
 * that what they would have refused is found by `npm run ledger:verify` or not at all. Indexes stay: everything comes in
 * the order of time, and rebuilding them took as long.
 */
export async function seedPast(
  { url, query }: BenchDatabase,
  { appId, mchId }: Merchant,
  orders: number,
): Promise<Past> {
  const started = performance.now();
  const until = new Date();
  const buyers = Math.max(1000, Math.round(orders / 10));
  const [product] = await query<{ id: string }>(
    `INSERT INTO products (id, name, price_fen, stock, created_at)
     VALUES (uuidv7(interval '-365 days'), '手冲咖啡豆 250g', 1990, 100000, now() - interval '365 days') RETURNING id`,
  );
  const roomy = await query<{ name: string; room: string }>(ROOMY);
  const client = await connected(url);
  try {
    for (const { name } of roomy) await client.query(`ALTER TABLE ${name} SET (fillfactor = 100)`);
    await client.query(BUYERS, [buyers, until]);
    await client.query('ALTER TABLE buyer_places ADD PRIMARY KEY (place)');
    await client.query('ANALYZE buyer_places');
    await client.query(BUYERS_KEPT, [appId]);
    const rest = [orders, buyers, until, appId, mchId, product?.id];
    const portions = portionsOf(orders);
    await Promise.all(Array.from({ length: WRITERS }, () => writePortions(url, portions, rest)));
    await client.query(RECONCILED, [until]);
    await client.query('DROP TABLE buyer_places');
    for (const { name, room } of roomy) await client.query(`ALTER TABLE ${name} SET (${room})`);
  } finally {
    await client.end();
  }
  await query('VACUUM ANALYZE');
  const [size] = await query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
  );
  return { orders, seconds: (performance.now() - started) / 1000, megabytes: (size?.bytes ?? 0) / 1e6 };
}

/** First and last number of each. */
function* portionsOf(orders: number): Generator<[number, number], void> {
  for (let first = 1; first <= orders; first += ROWS_AT_ONCE)
    yield [first, Math.min(orders, first + ROWS_AT_ONCE - 1)];
}

/** Takes portions until another has taken the last. */
async function writePortions(
  url: string,
  portions: Iterable<[number, number]>,
  rest: readonly unknown[],
): Promise<void> {
  const client = await connected(url);
  try {
    for (const numbers of portions) {
      await client.query('BEGIN');
      await client.query(PORTION, [...numbers, ...rest]);
      await client.query('ANALYZE portion');
      for (const rows of PAST_ROWS) await client.query(rows);
      await client.query('COMMIT');
    }
  } finally {
    await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("SET session_replication_role = replica; SET work_mem = '256MB'");
  return client;
}
