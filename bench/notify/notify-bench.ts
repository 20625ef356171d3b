import { randomBytes } from 'node:crypto';
import { freePort } from '../../scripts/embedded-postgres.js';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { startChild } from '../child.js';
import { FLOOR_TABLES } from '../floor/tables.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { OrderRange } from '../load/plans.js';
import { inventMerchant, merchantSettings, productionSettings, type Merchant } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { compare, measure, type Comparison, type Phase } from '../rounds.js';
import { checkPaid } from './books.js';
import { seedFloorOrders, seedOurOrders, seedShop } from './unpaid-orders.js';

/** Enough for the compiler to have seen every path, and for both pools to be full. */
const WARM_UP = { orders: 12_000, seconds: 4 };
/** More orders than a phase is expected to need; one that runs out ends early and loses nothing. */
const SPARE = 1.4;

interface Side {
  name: 'ours' | 'floor';
  url: string;
  pid: number;
  database: BenchDatabase;
  seed(orders: OrderRange): Promise<void>;
  /** Number of the next order. */
  next: number;
  settled: number;
  /** Requests per second of the last phase; says how many orders the next one needs. */
  rps: number;
}

/** Payment notifications, each for an order of its own: ours against the floor, books checked after every phase. */
export async function benchNotify(rig: Rig, options: Options): Promise<Comparison> {
  const merchant = inventMerchant();
  const startedAt = toCompactBeijing(new Date());
  const load = await LoadGenerator.start(rig);
  const sides = { ours: await startOurs(rig, merchant), floor: await startFloor(rig, merchant) };

  const phase = async (side: Side, seconds: number, count: number): Promise<Phase> => {
    const orders = { startedAt, first: side.next, count };
    await loadFreshly(side.database, () => side.seed(orders));
    const requests = { kind: 'notify' as const, merchant, orders };
    const plan = { url: side.url, connections: options.connections, seconds, requests };
    const since = new Date();
    const figures = await measure(load, plan, side);
    side.next += count;
    side.settled += figures.answered;
    side.rps = figures.rps;
    await checkPaid(side.database, side.name, { ...orders, count: figures.answered, since }, side.settled);
    return figures;
  };

  for (const side of [sides.floor, sides.ours]) await phase(side, WARM_UP.seconds, WARM_UP.orders);
  await rig.profile?.begin([sides.ours.pid], rig.ours);
  const comparison = await compare(options.rounds, (name) => {
    const side = sides[name];
    return phase(side, options.seconds, Math.ceil(side.rps * options.seconds * SPARE) + options.connections);
  });
  await rig.profile?.end(rig.ours);
  return comparison;
}

async function startOurs(rig: Rig, merchant: Merchant): Promise<Side> {
  await seedShop(rig.ours, merchant);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = await startChild('service/main.js', {
    env: {
      ...merchantSettings(merchant),
      ...productionSettings(url, rig.ours.url, randomBytes(24).toString('hex')),
      ...rig.profile?.env,
    },
    cwd: rig.dir,
    readyLine: 'listening on',
    execArgv: rig.profile?.execArgv,
  });
  rig.onStop(() => child.stop());
  return {
    name: 'ours',
    url,
    pid: child.pid,
    database: rig.ours,
    seed: (orders) => seedOurOrders(rig.ours, merchant, orders),
    next: 0,
    settled: 0,
    rps: 0,
  };
}

async function startFloor(rig: Rig, { apiKey }: Merchant): Promise<Side> {
  await rig.floor.query(FLOOR_TABLES);
  const port = await freePort();
  const child = await startChild('bench/floor/notify-floor.js', {
    env: { PORT: String(port), DATABASE_URL: rig.floor.url, WXPAY_API_KEY: apiKey },
    cwd: rig.dir,
    readyLine: 'listening on',
  });
  rig.onStop(() => child.stop());
  return {
    name: 'floor',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    database: rig.floor,
    seed: (orders) => seedFloorOrders(rig.floor, orders),
    next: 0,
    settled: 0,
    rps: 0,
  };
}
