import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { ask } from '../ask.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { OrderRange } from '../load/plans.js';
import { seedShop } from '../notify/unpaid-orders.js';
import type { Options } from '../options.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { compare, measure, median, type Comparison, type Phase } from '../rounds.js';
import { startFloor, startOurs, startSimulator, type Server } from '../servers.js';
import { logInStaff } from '../staff.js';
import { checkGivenBack } from './books.js';
import { PaidAtSimulator } from './paid-at-simulator.js';
import { seedFloorRefunds, seedOurRefunds } from './requested-refunds.js';

const WARM_UP = { refunds: 2000, seconds: 3 };
/** More refunds than a phase is expected to need. */
const SPARE = 1.4;
/** How long after the last approval WeChat may get the last refund. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

interface Side {
  name: 'ours' | 'floor';
  server: Server;
  database: BenchDatabase;
  token: string;
  seed(orders: OrderRange): Promise<string[]>;
  /** Of all phases. */
  approved: number;
  /** Refunds per second of the last phase; says how many the next one needs. */
  rps: number;
  /** Of each measured phase: from the approval until WeChat has the refund, p50 in ms. */
  waits: number[];
}

export interface RefundComparison extends Comparison {
  /** From the approval until WeChat has the refund: medians of the p50 in ms, with all connections at work. */
  toWechat: { floorMs: number; oursMs: number };
}

/**
 * Approvals by staff, each of a refund of its own, until WeChat has accepted it. The floor calls WeChat before it answers;
 * ours answers and calls in the background, so a phase ends when every refund it approved is accepted.
 */
export async function benchRefund(rig: Rig, options: Options): Promise<RefundComparison> {
  const load = await LoadGenerator.start(rig);
  const simulator = await startSimulator(rig);
  const { merchant, controlUrl } = simulator;
  const payments = await PaidAtSimulator.open(rig, load, simulator);
  await seedShop(rig.ours, merchant);
  const service = await startOurs(rig, simulator, rig.ours, randomBytes(24).toString('hex'));
  const staffToken = randomBytes(32).toString('base64url');
  const bare = await startFloor(rig, 'bench/floor/refund-floor.js', simulator, { STAFF_TOKEN: staffToken });
  const none = { approved: 0, rps: 0, waits: [] };
  const sides: Record<'ours' | 'floor', Side> = {
    ours: {
      ...none,
      name: 'ours',
      server: service,
      database: rig.ours,
      token: await logInStaff(rig.ours, service.url, 'FINANCE'),
      seed: (orders) => seedOurRefunds(rig.ours, merchant, orders),
    },
    floor: {
      ...none,
      name: 'floor',
      server: bare,
      database: rig.floor,
      token: staffToken,
      seed: (orders) => seedFloorRefunds(rig.floor, orders),
    },
  };
  const startedAt = toCompactBeijing(new Date());
  let next = 0;

  const phase = async (side: Side, count: number, seconds: number): Promise<Phase> => {
    const { database, server, token } = side;
    const orders = { startedAt, first: next, count };
    next += count;
    await payments.pay(orders);
    let refundIds: string[] = [];
    await loadFreshly(database, async () => {
      refundIds = await side.seed(orders);
    });
    const requests = { kind: 'approve' as const, token, refundIds };
    const since = new Date();
    const figures = await measure(
      load,
      { url: server.url, connections: options.connections, seconds, requests },
      { pid: server.pid, database, helpers: [simulator.pid], afterwards: () => settled(side) },
    );
    side.approved += figures.answered;
    side.rps = figures.rps;
    const counted = { since, approved: figures.answered, approvedInAll: side.approved };
    side.waits.push(median(await checkGivenBack(database, side.name, controlUrl, counted)));
    const { items } = await ask<{ items: unknown[] }>('GET', `${controlUrl}/_sim/refunds`);
    if (items.length !== sides.ours.approved + sides.floor.approved)
      throw new Error(`the simulator gave back ${items.length} times`);
    return figures;
  };

  for (const side of [sides.floor, sides.ours]) {
    await phase(side, WARM_UP.refunds, WARM_UP.seconds);
    side.waits = [];
  }
  await rig.profile?.begin([service.pid, simulator.pid], rig.ours);
  const comparison = await compare(options.rounds, (name) => {
    const side = sides[name];
    return phase(side, Math.ceil(side.rps * options.seconds * SPARE) + options.connections, options.seconds);
  });
  await rig.profile?.end(rig.ours);
  return {
    ...comparison,
    toWechat: { floorMs: median(sides.floor.waits), oursMs: median(sides.ours.waits) },
  };
}

/** Until every approved refund is at WeChat. What would be asked about it next is put off until the benchmark is over. */
async function settled({ name, database: { query } }: Side): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const [open, putOff] =
    name === 'ours'
      ? [
          "SELECT FROM refunds WHERE next_check_at IS NOT NULL AND (status = 'APPROVED' OR refund_id IS NULL) LIMIT 1",
          "UPDATE refunds SET next_check_at = now() + interval '1 day' WHERE next_check_at IS NOT NULL",
        ]
      : ["SELECT FROM refunds WHERE status = 'PROCESSING' AND refund_id IS NULL LIMIT 1", 'SELECT'];
  while ((await query(open)).length > 0) {
    if (performance.now() > deadline)
      throw new Error(`WeChat has not got every refund that ${name} approved`);
    await sleep(LOOK_MS);
  }
  await query(putOff);
}
