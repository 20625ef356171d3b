import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toBeijingIso, toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Options } from '../options.js';
import { writeBill, type BilledTrade } from '../reconcile/bill.js';
import { compareDay } from '../reconcile/reconcile-bench.js';
import type { BenchDatabase, Rig } from '../rig.js';
import { startOurs, startSimulator } from '../servers.js';
import { logInStaff } from '../staff.js';
import { inTurns } from '../turns.js';
import { CheckoutLoad } from './checkout-load.js';
import { verifyLedger } from './ledger-verify.js';
import { GrownNotifyLoad } from './grown-notify-load.js';
import { seedPast } from './past.js';
import type { LoadedShop, Size } from './size.js';
import { measureLists } from './staff-lists.js';

interface GrownShop {
  database: BenchDatabase;
  notify: GrownNotifyLoad;
  checkout: CheckoutLoad;
  /** What is measured before the loads. */
  quiet: Pick<Size, 'past' | 'reconcile' | 'lists' | 'sequentialRows'>;
  stop(): Promise<void>;
}

/**
 * The same load on ever more orders of the past year: what grows with them should not show. Each size has a database and
 * a service of its own, and all of them stand at the same time, so that they can be loaded in turns.
 */
export async function benchGrowth(rig: Rig, options: Options): Promise<Size[]> {
  const all = { load: await LoadGenerator.start(rig), simulator: await startSimulator(rig), options };
  const shops: GrownShop[] = [];
  for (const orders of options.orders)
    shops.push(await growShop(rig, all, `size_${shops.length + 1}`, orders));
  const notified = shops.map(({ notify }) => notify);
  await inTurns(options.rounds, notified);
  for (const notify of notified) await notify.checkRest();
  await inTurns(
    options.rounds,
    shops.map(({ checkout }) => checkout),
  );
  for (const shop of shops) await shop.stop();
  const sizes: Size[] = [];
  for (const { database, notify, checkout, quiet } of shops) {
    const verifyMs = await verifyLedger(rig, database);
    sizes.push({ ...quiet, notify: notify.turns, checkout: checkout.turns, verifyMs });
  }
  return sizes;
}

async function growShop(
  rig: Rig,
  all: Pick<LoadedShop, 'load' | 'simulator' | 'options'>,
  name: string,
  orders: number,
): Promise<GrownShop> {
  const { simulator } = all;
  const database = await rig.database(name);
  const past = await seedPast(database, simulator.merchant, orders);
  // The largest takes half an hour: who waits wants to see that it goes on.
  process.stderr.write(`${orders} orders are written, in ${past.seconds.toFixed(0)} s\n`);
  const reconcile = await reconcileYesterday(rig, database, simulator.merchant.mchId);
  const service = await startOurs(rig, simulator, database, randomBytes(24).toString('hex'));
  const staff = await measureLists(database, service.url, await logInStaff(database, service.url, 'OWNER'));
  const shop = { ...all, database, service };
  return {
    database,
    notify: new GrownNotifyLoad({
      ...shop,
      server: service,
      merchant: simulator.merchant,
      startedAt: toCompactBeijing(new Date()),
      tables: 'ours',
      helpers: [simulator.pid],
    }),
    checkout: new CheckoutLoad(shop),
    quiet: { past, reconcile, ...staff },
    stop: () => service.stop(),
  };
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
