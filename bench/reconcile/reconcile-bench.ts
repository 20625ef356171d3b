import { fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { line } from '../report.js';
import type { Rig } from '../rig.js';
import { seedDay, writeBill } from './day-of-trade.js';

interface Run {
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

/** As `npm start` and the image start the application. */
const AS_DEPLOYED = ['--max-semi-space-size=4'];
const PROGRAM = fileURLToPath(new URL('reconcile-child.js', import.meta.url));

/** One day of so many payments, compared twice. @throws Error when the differences are not those of the bill */
export async function benchReconcile(rig: Rig, rows: number): Promise<ReconcileFigures> {
  const path = join(rig.dir, 'bill.csv');
  await seedDay(rig.ours, rows);
  const altered = await writeBill(path, rows);
  const first = await compare(rig.ours.url, path);
  const again = await compare(rig.ours.url, path);
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

function compare(url: string, path: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [url, path], { execArgv: AS_DEPLOYED });
    child.once('message', (run) => resolve(run as Run));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the comparison ended with ${code}`)));
  });
}
