import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toBeijingIso, toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { checkOrdered } from '../checkout/books.js';
import { postponeChecks } from '../checkout/checkout-bench.js';
import { openShop } from '../checkout/shop.js';
import { LoadGenerator } from '../load/load-generator.js';
import { mismatches } from '../mismatches.js';
import { checkNotified, tally } from '../notify/books.js';
import { seedOurOrders } from '../notify/unpaid-orders.js';
import type { Options } from '../options.js';
import { writeBill, type BilledTrade } from '../reconcile/bill.js';
import { compareDay } from '../reconcile/reconcile-bench.js';
import { loadFreshly, type BenchDatabase, type Rig } from '../rig.js';
import { measure, medians, type Figures, type Phase } from '../rounds.js';
import { startOurs, startSimulator, type Server, type Simulator } from '../servers.js';
import { logInStaff } from '../staff.js';
import { growthTable } from './growth-table.js';
import { verifyLedger } from './ledger-verify.js';
import { seedPast } from './past.js';
import type { Size } from './size.js';
import { measureLists } from './staff-lists.js';

const WARM_UP = { orders: 6000, seconds: 4 };
/** More orders than a phase is expected to need. */
const SPARE = 1.4;

/** The same load on ever more orders of the past year: what grows with them should not show. */
export async function benchGrowth(rig: Rig, options: Options): Promise<Size[]> {
  const load = await LoadGenerator.start(rig);
  const sizes: Size[] = [];
  for (const orders of options.orders) {
    const database = await rig.database(`orders_${orders}`);
    const simulator = await startSimulator(rig);
    const size = await measureSize(rig, { load, database, simulator, orders, options });
    // Hours may lie between the first size and the last: what is known is said, beside the report on stdout.
    process.stderr.write(`${growthTable([size])}\n\n`);
    sizes.push(size);
    await simulator.stop();
    await rm(join(rig.dir, 'wechat'), { recursive: true, force: true });
    await database.drop();
  }
  return sizes;
}

interface Given {
  load: LoadGenerator;
  database: BenchDatabase;
  simulator: Simulator;
  orders: number;
  options: Options;
}

async function measureSize(rig: Rig, given: Given): Promise<Size> {
  const { database, simulator, orders } = given;
  const past = await seedPast(database, simulator.merchant, orders);
  process.stderr.write(`${orders} orders are written, in ${past.seconds.toFixed(0)} s\n`);
  const reconcile = await reconcileYesterday(rig, database, simulator.merchant.mchId);
  const service = await startOurs(rig, simulator, database, randomBytes(24).toString('hex'));
  const staff = await measureLists(database, service.url, await logInStaff(database, service.url, 'OWNER'));
  const notify = await benchNotified(given, service);
  const checkout = await benchOrdered(given, service);
  await service.stop();
  return { past, reconcile, notify, checkout, ...staff, verifyMs: await verifyLedger(rig, database) };
}

async function reconcileYesterday(
  rig: Rig,
  database: BenchDatabase,
  mchId: string,
): Promise<Size['reconcile']> {
  const date = toBeijingIso(new Date(Date.now() - 24 * 3600 * 1000)).slice(0, 10);
  const path = join(rig.dir, 'bill.csv');
  const trades = await database.query<BilledTrade & { time: string }>(
    `SELECT to_char(paid_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS time, transaction_id AS "transactionId",
            out_trade_no AS "outTradeNo", amount_fen::float8 AS fen
     FROM payments WHERE status = 'SUCCESS' AND paid_at >= $1::timestamptz AND paid_at < $1::timestamptz + interval '1 day'`,
    [`${date}T00:00:00+08:00`],
  );
  await writeBill(path, mchId, trades);
  const run = await compareDay({ url: database.url, path, date, mchId });
  const wrong = await database.query('SELECT kind, number FROM reconciliation_differences LIMIT 3');
  if (wrong.length > 0) throw new Error(`the bill says the same, but found is ${JSON.stringify(wrong)}`);
  return { ...run, rows: trades.length };
}

/** What was ordered just now is being paid, as in `bench -- notify`. */
async function benchNotified(
  { load, database, simulator: { merchant, pid }, options }: Given,
  service: Server,
): Promise<Figures> {
  const before = await tally(database, 'ours');
  const startedAt = toCompactBeijing(new Date());
  let [next, settled] = [0, 0];
  const phase = async (count: number, seconds: number): Promise<Phase> => {
    const orders = { startedAt, first: next, count };
    await loadFreshly(database, () => seedOurOrders(database, merchant, orders));
    const since = new Date();
    const requests = { kind: 'notify' as const, merchant, orders };
    const plan = { url: service.url, connections: options.connections, seconds, requests };
    const figures = await measure(load, plan, { pid: service.pid, database, helpers: [pid] });
    next += count;
    settled += figures.answered;
    await checkNotified(database, 'ours', { ...orders, count: figures.answered, since });
    return figures;
  };
  const phases: Phase[] = [await phase(WARM_UP.orders, WARM_UP.seconds)];
  while (phases.length <= options.rounds) {
    const rps = phases.at(-1)?.rps ?? 0;
    phases.push(await phase(Math.ceil(rps * options.seconds * SPARE) + options.connections, options.seconds));
  }
  const after = await tally(database, 'ours');
  const wrong = mismatches(after, (name) => (before[name] ?? 0) + (name === 'ledger balance' ? 0 : settled));
  if (wrong.length > 0) throw new Error(`beside the notified orders something changed: ${wrong.join('; ')}`);
  return medians(phases.slice(1));
}

/** Fresh orders, as in `bench -- checkout`. */
async function benchOrdered(
  { load, database, simulator, options }: Given,
  { url, pid }: Server,
): Promise<Figures> {
  const shop = await openShop(database, undefined, url, simulator.controlUrl);
  const requests = { kind: 'checkout' as const, tokens: shop.tokens, productIds: shop.productIds };
  let ordered = 0;
  const phase = async (seconds: number): Promise<Phase> => {
    await loadFreshly(database, () => postponeChecks({ name: 'ours', database }));
    const plan = { url, connections: options.connections, seconds, requests };
    const figures = await measure(load, plan, { pid, database, helpers: [simulator.pid] });
    ordered += figures.answered;
    await checkOrdered(database, 'ours', shop, ordered);
    return figures;
  };
  const phases = [await phase(WARM_UP.seconds)];
  while (phases.length <= options.rounds) phases.push(await phase(options.seconds));
  return medians(phases.slice(1));
}
