import { randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Requests } from '../load/plans.js';
import { NOTIFY_PATH } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { compare, measure, median, type Comparison, type Figures, type Phase } from '../rounds.js';
import { startBare, startFloor, startOurs, startSimulator } from '../servers.js';
import { checkOrdered } from './books.js';
import { copyShop, openShop } from './shop.js';

const FLOOR = 'bench/floor/checkout-floor.js';
const WARM_UP_SECONDS = 4;
const ALONE_SECONDS = 2;
/** More than the simulator answers in a second. */
const SIMULATOR_RPS_MAX = 6000;

export interface CheckoutComparison extends Comparison {
  alone: Alone;
  /** What the simulator gives by itself at the same number of connections; no side can be faster. */
  simulator: Figures;
}

/** One request at a time, without waiting in any queue: p50 in ms, the median over the rounds. */
export interface Alone {
  simulatorMs: number;
  floorMs: number;
  /** The floor on our tables: what they cost by themselves. */
  bareMs: number;
  oursMs: number;
}

interface Side {
  name: 'ours' | 'floor' | 'bare';
  url: string;
  pid: number;
  database: BenchDatabase;
  ordered: number;
}

/** Fresh checkouts against the simulator: ours against the floor, books checked after every phase. */
export async function benchCheckout(rig: Rig, options: Options): Promise<CheckoutComparison> {
  const load = await LoadGenerator.start(rig);
  const simulator = await startSimulator(rig);
  const secret = randomBytes(24).toString('hex');
  const ours = await startOurs(rig, simulator, rig.ours, secret);
  const floor = await startFloor(rig, FLOOR, simulator, { SESSION_SECRET: secret, TABLES: 'plain' });
  const bareDatabase = await rig.database('bare');
  const bare = await startBare(rig, FLOOR, simulator, bareDatabase, {
    SESSION_SECRET: secret,
    TABLES: 'ours',
  });
  const sides: Record<Side['name'], Side> = {
    ours: { name: 'ours', ...ours, database: rig.ours, ordered: 0 },
    floor: { name: 'floor', ...floor, database: rig.floor, ordered: 0 },
    bare: { name: 'bare', ...bare, database: bareDatabase, ordered: 0 },
  };
  const shop = await openShop(rig.ours, ours.url, simulator.controlUrl);
  for (const database of [rig.floor, bareDatabase]) await copyShop(rig.ours, database);
  const requests: Requests = { kind: 'checkout', tokens: shop.tokens, productIds: shop.productIds };

  const phase = async (side: Side, seconds: number, connections: number): Promise<Phase> => {
    await loadFreshly(side.database, () => Promise.resolve());
    const figures = await measure(
      load,
      { url: side.url, connections, seconds, requests },
      { ...side, helpers: [simulator.pid] },
    );
    await postponeChecks(side);
    side.ordered += figures.answered;
    await checkOrdered(side.database, side.name, shop, side.ordered);
    return figures;
  };
  let asked = 0;
  const askSimulator = async (connections: number): Promise<Phase> => {
    const count = ALONE_SECONDS * SIMULATOR_RPS_MAX;
    const orders = { startedAt: toCompactBeijing(new Date()), first: asked, count };
    asked += count;
    const { tlsUrl: url, caPath, merchant } = simulator;
    const notifyUrl = `http://127.0.0.1:3000${NOTIFY_PATH}`;
    const unifiedOrders = { kind: 'unifiedorder' as const, merchant, openid: shop.openid, notifyUrl, orders };
    const plan = { url, caPath, connections, seconds: ALONE_SECONDS, requests: unifiedOrders };
    return measure(load, plan, { pid: simulator.pid, database: rig.floor });
  };

  for (const side of [sides.floor, sides.bare, sides.ours])
    await phase(side, WARM_UP_SECONDS, options.connections);
  const alone: Alone[] = [];
  for (let round = 1; round <= options.rounds; round++)
    alone.push({
      simulatorMs: (await askSimulator(1)).p50,
      floorMs: (await phase(sides.floor, ALONE_SECONDS, 1)).p50,
      bareMs: (await phase(sides.bare, ALONE_SECONDS, 1)).p50,
      oursMs: (await phase(sides.ours, ALONE_SECONDS, 1)).p50,
    });
  const simulatorFigures = await askSimulator(options.connections);
  await rig.profile?.begin([ours.pid, simulator.pid], rig.ours);
  const comparison = await compare(options.rounds, (name) =>
    phase(sides[name], options.seconds, options.connections),
  );
  await rig.profile?.end(rig.ours);
  const of = (side: keyof Alone): number => median(alone.map((each) => each[side]));
  return {
    ...comparison,
    alone: {
      simulatorMs: of('simulatorMs'),
      floorMs: of('floorMs'),
      bareMs: of('bareMs'),
      oursMs: of('oursMs'),
    },
    simulator: simulatorFigures,
  };
}

/**
 * Our service asks WeChat about every attempt that is still open after 15 s. In life most are paid by then; here all
 * would be asked about at once, in the middle of a later phase of either side, so they are put off as soon as a phase ends.
 */
export async function postponeChecks({ name, database }: Pick<Side, 'name' | 'database'>): Promise<void> {
  if (name === 'ours')
    await database.query('UPDATE payments SET next_check_at = expires_at WHERE next_check_at <> expires_at');
}
