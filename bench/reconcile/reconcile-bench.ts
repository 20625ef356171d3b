import { fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AS_DEPLOYED } from '../as-deployed.js';
import { line } from '../report.js';
import type { Rig } from '../rig.js';
import { writeBill } from './bill.js';
import { alteredOf, BENCH_DATE, BENCH_MCH_ID, billedDay, seedDay } from './day-of-trade.js';

export interface Run {
  ms: number;
  /** Before it begins: Node, TypeORM and the rest. */
  idleRssMb: number;
  /** Highest resident memory of the comparing process. */
  rssMb: number;
}

export interface ReconcileFigures {
  rows: number;
  billMb: number;
  /** Books every fee; the second finds them booked. */
  first: Run;
  again: Run;
  differences: number;
}

const PROGRAM = fileURLToPath(new URL('reconcile-child.js', import.meta.url));

/** One day of so many payments, compared twice. @throws Error when the differences are not those of the bill */
export async function benchReconcile(rig: Rig, rows: number): Promise<ReconcileFigures> {
  const path = join(rig.dir, 'bill.csv');
  await seedDay(rig.ours, rows);
  const altered = alteredOf(rows);
  await writeBill(path, BENCH_MCH_ID, billedDay(rows));
  const day = { url: rig.ours.url, path, date: BENCH_DATE, mchId: BENCH_MCH_ID };
  const first = await compareDay(day);
  const again = await compareDay(day);
  const found = await rig.ours.query<{ kind: string; count: number }>(
    "SELECT kind, count(*)::int AS count FROM reconciliation_differences WHERE status = 'OPEN' GROUP BY kind",
  );
  if (found.length !== 1 || found[0]?.kind !== 'AMOUNT' || found[0].count !== altered)
    throw new Error(`${altered} rows differ, but found is ${JSON.stringify(found)}`);
  return { rows, billMb: (await stat(path)).size / 1e6, first, again, differences: altered };
}

export function reconcileTable({ rows, billMb, first, again, differences }: ReconcileFigures): string {
  return [
    line(`reconcile, ${rows} rows`, `${billMb.toFixed(0)} MB`),
    line('idle', '', `${first.idleRssMb.toFixed(0)} MB`),
    line('first run, every fee booked', `${(first.ms / 1000).toFixed(1)} s`, `${first.rssMb.toFixed(0)} MB`),
    line('again', `${(again.ms / 1000).toFixed(1)} s`, `${again.rssMb.toFixed(0)} MB`),
    line('differences, as many as made', String(differences)),
  ].join('\n');
}

/** Compares a day of a database with the bill at `path`, as the service does every morning. */
export function compareDay(day: { url: string; path: string; date: string; mchId: string }): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [day.url, day.path, day.date, day.mchId], { execArgv: AS_DEPLOYED });
    child.once('message', (run) => resolve(run as Run));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the comparison ended with ${code}`)));
  });
}
