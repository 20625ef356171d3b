import { randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { OrderRange } from '../load/plans.js';
import { inventMerchant, merchantSettings } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { compare, measure, type Comparison, type Phase } from '../rounds.js';
import { startFloor, startOurs } from '../servers.js';
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
  const settings = merchantSettings(merchant);
  await seedShop(rig.ours, merchant);
  const ours = await startOurs(rig, { settings }, rig.ours, randomBytes(24).toString('hex'));
  const floor = await startFloor(rig, 'bench/floor/notify-floor.js', { settings }, {});
  const fresh = { next: 0, settled: 0, rps: 0 };
  const sides: Record<'ours' | 'floor', Side> = {
    ours: {
      name: 'ours',
      ...ours,
      database: rig.ours,
      seed: (orders) => seedOurOrders(rig.ours, merchant, orders),
      ...fresh,
    },
    floor: {
      name: 'floor',
      ...floor,
      database: rig.floor,
      seed: (orders) => seedFloorOrders(rig.floor, orders),
      ...fresh,
    },
  };

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
