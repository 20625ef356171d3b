import { line } from '../report.js';
import type { Size } from './size.js';

/** One column for each size; the ratio is to the first. */
export function growthTable(sizes: readonly Size[]): string {
  const row = (name: string, show: (size: Size) => string): string => line(name, ...sizes.map(show));
  const [first] = sizes;
  const ratio = (of: 'notify' | 'checkout') => (size: Size) =>
    (size[of].rps / (first?.[of].rps ?? Number.NaN)).toFixed(2);
  const rounds = (of: 'notify' | 'checkout'): string[] =>
    (first?.[of].rpsEach ?? []).map((rps, round) =>
      row(`  in round ${round + 1}`, (size) => ((size[of].rpsEach[round] ?? Number.NaN) / rps).toFixed(2)),
    );
  const each = (of: 'notify' | 'checkout'): string[] => [
    row(`${of}, per second`, (size) => size[of].rps.toFixed(0)),
    row(`${of}, to the first`, ratio(of)),
    ...rounds(of),
    row('  p50 ms', (size) => size[of].p50.toFixed(1)),
    row('  p99 ms', (size) => size[of].p99.toFixed(1)),
    row('  CPU in Node, µs each', (size) => size[of].cpuMicros.toFixed(0)),
    row('  CPU in PostgreSQL, µs each', (size) => size[of].databaseCpuMicros.toFixed(0)),
    row('  cores used by others', (size) => size[of].othersCores.toFixed(2)),
  ];
  return [
    row('paid orders of the past year', ({ past }) => String(past.orders)),
    row('seeded in, s', ({ past }) => past.seconds.toFixed(0)),
    row('the database, MB', ({ past }) => past.megabytes.toFixed(0)),
    ...each('notify'),
    ...each('checkout'),
    row('yesterday against its bill, s', ({ reconcile }) => (reconcile.ms / 1000).toFixed(1)),
    row('  payments of that day', ({ reconcile }) => String(reconcile.rows)),
    row('ledger:verify, s', ({ verifyMs }) => (verifyMs / 1000).toFixed(1)),
    '',
    line('staff, ms: p50 · max'),
    ...Object.keys(first?.lists ?? {}).map((name) =>
      row(name, ({ lists }) => `${lists[name]?.p50.toFixed(1)} · ${lists[name]?.max.toFixed(0)}`),
    ),
    '',
    ...sizes.map(({ past, sequentialRows }) => {
      const read = Object.entries(sequentialRows).map(([table, rows]) => `${table} ${rows}`);
      return `  ${past.orders} orders, rows read by sequential scans meanwhile: ${read.join(', ') || 'none'}`;
    }),
  ].join('\n');
}
