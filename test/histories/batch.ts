import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { readBooks, type Books } from './books.js';
import type { Crash, History, Round, Schedule } from './history.js';
import { violations } from './invariants.js';
import { Lane, type Goods } from './lane.js';
import { watchCalls } from './probes.js';
import { callOf, take } from './steps.js';
import type { World } from './world.js';

/** A history and its place: the same place is the same buyer, account and prices, in a batch and alone. */
export interface Placed {
  index: number;
  history: History;
}

export interface BatchResult {
  lanes: { placed: Placed; lane: Lane; books: Books; violations: string[] }[];
  /** What no single history answers for. */
  violations: string[];
  crashed: boolean;
  /** How often each ordered trouble has met somebody. */
  troubles: Map<string, number>;
}

const GOODS = 3;
/** After the last round, until nothing is open: past every lease, past the expiry of every order, past the pauses between refunds. */
const DRAIN = [100, 200, 400, 800, 100, 100, 100, 100, 200, 400, 800, 1600, 3200];

let batches = 0;

/** Runs histories beside each other to their end, and holds both sides of each to the money rules. */
export async function runBatch(
  world: World,
  schedule: Schedule,
  placed: readonly Placed[],
): Promise<BatchResult> {
  const since = await world.now();
  const deadlocks = await deadlocksOf(world);
  const lanes = await openLanes(world, placed, since);
  const found: string[] = [];
  const unwatch = watchCalls({
    isCommitted: (number) => isCommitted(world, number),
    complain: (violation) => {
      const lane = lanes.find(({ names }) => names.some((name) => violation.includes(name)));
      (lane?.complaints ?? found).push(violation);
    },
  });

  for (const [index, seconds] of schedule.advances.entries()) {
    const rounds = lanes.map(({ history }) => history.rounds[index] ?? { atOnce: false, steps: [] });
    const crash = schedule.crash?.round === index ? schedule.crash : undefined;
    await playRound(world, lanes, rounds, crash);
    await world.advance(seconds);
  }
  const troubles = await endTroubles(world, lanes);
  await drain(world);
  await askAboutUntold(world, lanes);

  unwatch();

  const books = await readBooks(world, lanes, since);
  for (const { id, kind } of await orphansOf(world, since))
    found.push(`rule 11: ${kind} ${id} is of no row that explains it`);
  const more = (await deadlocksOf(world)) - deadlocks;
  if (more > 0) found.push(`rule 7: the database broke ${more} deadlocks`);
  return {
    lanes: lanes.map((lane, at) => ({
      placed: placed[at] as Placed,
      lane,
      books: books[at] as Books,
      violations: [...lane.complaints, ...violations(books[at] as Books, lane.goods, lane.muted)],
    })),
    violations: found,
    troubles,
    crashed: schedule.crash !== null,
  };
}

async function playRound(
  world: World,
  lanes: readonly Lane[],
  rounds: readonly Round[],
  crash: Crash | undefined,
): Promise<void> {
  const steps = rounds.reduce((sum, round) => sum + round.steps.length, 0);
  const fatal = crash === undefined ? -1 : Math.floor((steps * crash.percent) / 100);
  let done = 0;
  let death: Promise<void> | undefined;
  const play = async (lane: Lane, step: Round['steps'][number]): Promise<void> => {
    await take(lane, step);
    if (done++ === fatal) death = sleep(crash?.afterMs).then(() => world.crash());
  };
  await Promise.all(
    lanes.map(async (lane, at) => {
      const { atOnce, steps } = rounds[at] as Round;
      if (atOnce) await Promise.all(steps.map((step) => play(lane, step)));
      else for (const step of steps) await play(lane, step);
    }),
  );
  await death;
}

/** The troubles end, except that what was told to nobody stays untold. @returns how often each kind has applied */
async function endTroubles(world: World, lanes: readonly Lane[]): Promise<Map<string, number>> {
  const { body } = await world.control.send('GET', '/_sim/faults');
  const troubles = new Map<string, number>();
  for (const { path, fault, applied } of body.items as { path: string; fault: string; applied: number }[]) {
    const name = `${fault} on ${callOf(path)}`;
    troubles.set(name, (troubles.get(name) ?? 0) + applied);
  }
  await world.control.send('DELETE', '/_sim/faults');
  const mute = lanes
    .filter(({ muted, orders }) => muted && orders.length > 0)
    .map(({ names }) => ({ path: 'notify', fault: 'dropNotify', about: names }));
  if (mute.length > 0) await world.control.send('POST', '/_sim/faults', mute);
  return troubles;
}

/** Time passes until nothing is open. */
async function drain(world: World): Promise<void> {
  for (const seconds of DRAIN) {
    await world.rest();
    if ((await world.waiting()).open === 0) break;
    await world.advance(seconds);
  }
  await world.rest();
}

/** A refund the bank has sent back waits for a person; where WeChat's later word was lost, that person has to ask. */
async function askAboutUntold(world: World, lanes: readonly Lane[]): Promise<void> {
  const orders = lanes.filter(({ muted }) => muted).flatMap((lane) => lane.orders.map(({ id }) => id));
  const waiting = await world.database.query<{ id: string }>(
    `SELECT r.id FROM refunds r LEFT JOIN suspense_items s ON s.id = r.suspense_id
     WHERE r.status = 'ABNORMAL' AND coalesce(r.order_id, s.order_id) = ANY ($1::uuid[])`,
    [orders],
  );
  const [lane] = lanes;
  if (lane !== undefined)
    await Promise.all(waiting.map(({ id }) => lane.staff('finance', `/refunds/${id}/sync`)));
  await world.rest();
}

async function openLanes(world: World, placed: readonly Placed[], since: Date): Promise<Lane[]> {
  const batch = ++batches;
  const lanes = await Promise.all(
    placed.map(async ({ index, history }) => {
      const tag = `B${batch}L${index}E`;
      const goods = Array.from({ length: GOODS }, (_, product): Goods => ({
        id: uuidv7(),
        // Every amount from one fen to a hundred yuan comes up, also those that a fraction cannot hold.
        priceFen: 1 + ((index * 7919 + product * 4729) % 9973),
        stock: history.stock,
      }));
      return new Lane(world, history, await world.customer(index), goods, `C-${tag}`, tag);
    }),
  );
  const goods = lanes.flatMap((lane) =>
    lane.goods.map(({ id, priceFen, stock }, product) => ({
      id,
      name: `咖啡豆 ${lane.tag}-${product}`,
      price_fen: priceFen,
      stock,
    })),
  );
  await world.database.query(
    `INSERT INTO products (id, name, price_fen, stock, active, created_at)
     SELECT id, name, price_fen, stock, true, $2
     FROM jsonb_to_recordset($1::jsonb) AS p(id uuid, name text, price_fen bigint, stock int)`,
    [JSON.stringify(goods), since],
  );
  await world.database.query(
    `INSERT INTO coupons (id, code, name, amount_fen, min_total_fen, starts_at, total_limit, created_at)
     SELECT gen_random_uuid(), code, '新客立减', 500, 0, $2::timestamptz - interval '1 day', 2, $2 FROM unnest($1::text[]) AS code`,
    [lanes.map(({ couponCode }) => couponCode), since],
  );
  return lanes;
}

async function isCommitted(world: World, number: string): Promise<boolean> {
  const [row] = await world.database.query<{ known: boolean }>(
    `SELECT EXISTS (SELECT FROM payments WHERE out_trade_no = $1)
         OR EXISTS (SELECT FROM refunds WHERE refund_no = $1 AND status = 'PROCESSING') AS known`,
    [number],
  );
  return row?.known === true;
}

function orphansOf(world: World, since: Date): Promise<{ id: string; kind: string }[]> {
  return world.database.query(
    `SELECT DISTINCT movement_id AS id, kind FROM ledger_entries e WHERE booked_at >= $1
       AND NOT EXISTS (SELECT FROM payments WHERE id = e.subject_id)
       AND NOT EXISTS (SELECT FROM refunds WHERE id = e.subject_id)
       AND NOT EXISTS (SELECT FROM suspense_items WHERE id = e.subject_id)`,
    [since],
  );
}

async function deadlocksOf(world: World): Promise<number> {
  const [row] = await world.database.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row?.deadlocks ?? 0);
}
