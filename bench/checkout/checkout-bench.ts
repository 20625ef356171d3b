import { randomBytes } from 'node:crypto';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Requests } from '../load/plans.js';
import { NOTIFY_PATH } from '../merchant.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { compare, measure, type Comparison, type Figures, type Phase } from '../rounds.js';
import { startFloor, startOurs, startSimulator } from '../servers.js';
import { checkOrdered } from './books.js';
import { openShop } from './shop.js';

const WARM_UP_SECONDS = 4;
const ALONE_SECONDS = 2;
/** More than the simulator answers in a second. */
const SIMULATOR_RPS_MAX = 6000;

export interface CheckoutComparison extends Comparison {
  /** One request at a time: p50 in ms, without waiting in any queue. */
  alone: {
    simulatorMs: number;
    floorMs: number;
    oursMs: number;
    addedByOursMs: number;
    addedByFloorMs: number;
  };
  /** What the simulator gives by itself at the same number of connections; no side can be faster. */
  simulator: Figures;
}

interface Side {
  name: 'ours' | 'floor';
  url: string;
  pid: number;
  database: BenchDatabase;
  ordered: number;
}

/** Fresh checkouts against the simulator: ours against the floor, books checked after every phase. */
export async function benchCheckout(rig: Rig, options: Options): Promise<CheckoutComparison> {
  const load = await LoadGenerator.start(rig);
  const simulator = await startSimulator(rig);
  const sessionSecret = randomBytes(24).toString('hex');
  const ours = await startOurs(rig, simulator, rig.ours, sessionSecret);
  const floor = await startFloor(rig, 'bench/floor/checkout-floor.js', simulator, {
    SESSION_SECRET: sessionSecret,
  });
  const sides: Record<'ours' | 'floor', Side> = {
    ours: { name: 'ours', ...ours, database: rig.ours, ordered: 0 },
    floor: { name: 'floor', ...floor, database: rig.floor, ordered: 0 },
  };
  const shop = await openShop(rig.ours, rig.floor, sides.ours.url, simulator.controlUrl);
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

  for (const side of [sides.floor, sides.ours]) await phase(side, WARM_UP_SECONDS, options.connections);
  const simulatorMs = (await askSimulator(1)).p50;
  const floorMs = (await phase(sides.floor, ALONE_SECONDS, 1)).p50;
  const oursMs = (await phase(sides.ours, ALONE_SECONDS, 1)).p50;
  const simulatorFigures = await askSimulator(options.connections);
  await rig.profile?.begin([sides.ours.pid, simulator.pid], rig.ours);
  const comparison = await compare(options.rounds, (name) =>
    phase(sides[name], options.seconds, options.connections),
  );
  await rig.profile?.end(rig.ours);
  return {
    ...comparison,
    alone: {
      simulatorMs,
      floorMs,
      oursMs,
      addedByOursMs: oursMs - simulatorMs,
      addedByFloorMs: floorMs - simulatorMs,
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
