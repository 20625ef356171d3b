import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import { inventMerchant, merchantSettings } from '../merchant.js';
import type { Options } from '../options.js';
import { line } from '../report.js';
import { loadFreshly, type Rig } from '../rig.js';
import { measure } from '../rounds.js';
import { startOurs } from '../servers.js';
import { peakRssMb, rssMb } from '../usage.js';
import { checkPaid } from './books.js';
import { seedOurOrders, seedShop } from './unpaid-orders.js';

/** Orders written and paid before the next ones are; the generator holds as many signed bodies. */
const PORTION = 50_000;
/** A portion takes a minute; it ends when all of it is paid. */
const PORTION_SECONDS = 600;
/** Until the garbage of the start, and of the load, has been collected as far as it will be soon. */
const REST_MS = 3000;

/** Memory of the service in MB. */
export interface MemoryFigures {
  notifications: number;
  perSecond: number;
  idleMb: number;
  /** After each tenth. */
  underLoadMb: number[];
  /** The most it ever was. */
  peakMb: number;
  /** When all is quiet again. */
  afterMb: number;
  peakByIdle: number;
}

/** One service, as many notifications as asked for, each for an order of its own; the books are checked all the way. */
export async function benchMemory(
  rig: Rig,
  { notifications, connections }: Pick<Options, 'notifications' | 'connections'>,
): Promise<MemoryFigures> {
  const merchant = inventMerchant();
  const startedAt = toCompactBeijing(new Date());
  const load = await LoadGenerator.start(rig);
  await seedShop(rig.ours, merchant);
  const settings = merchantSettings(merchant);
  const { url, pid } = await startOurs(rig, { settings }, rig.ours, randomBytes(24).toString('hex'));
  await sleep(REST_MS);
  const idleMb = rssMb(pid) ?? 0;
  const after: { paid: number; mb: number; seconds: number }[] = [];
  for (let first = 0; first < notifications; first += PORTION) {
    const orders = { startedAt, first, count: Math.min(PORTION, notifications - first) };
    await loadFreshly(rig.ours, () => seedOurOrders(rig.ours, merchant, orders));
    const requests = { kind: 'notify' as const, merchant, orders };
    const plan = { url, connections, seconds: PORTION_SECONDS, requests };
    const since = new Date();
    const { answered, rps } = await measure(load, plan, { pid, database: rig.ours });
    if (answered !== orders.count) throw new Error(`${answered} of ${orders.count} were answered`);
    await checkPaid(rig.ours, 'ours', { ...orders, since }, first + answered);
    after.push({ paid: first + answered, mb: rssMb(pid) ?? 0, seconds: answered / rps });
  }
  const peakMb = peakRssMb(pid) ?? 0;
  await sleep(REST_MS);
  return {
    notifications,
    perSecond: notifications / after.reduce((sum, { seconds }) => sum + seconds, 0),
    idleMb,
    underLoadMb: Array.from({ length: 10 }, (_, tenth) => {
      const reached = after.find(({ paid }) => paid >= ((tenth + 1) * notifications) / 10);
      return reached?.mb ?? 0;
    }),
    peakMb,
    afterMb: rssMb(pid) ?? 0,
    peakByIdle: peakMb / idleMb,
  };
}

const mb = (value: number): string => `${value.toFixed(0)} MB`;

export function memoryTable(figures: MemoryFigures): string {
  return [
    line('notifications', String(figures.notifications)),
    line('per second', figures.perSecond.toFixed(0)),
    line('memory idle', mb(figures.idleMb)),
    line('at most', mb(figures.peakMb)),
    line('at most / idle', figures.peakByIdle.toFixed(2)),
    line('when all is quiet again', mb(figures.afterMb)),
    `  after each tenth: ${figures.underLoadMb.map((each) => each.toFixed(0)).join(', ')} MB`,
  ].join('\n');
}
