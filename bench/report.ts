import type { Comparison, Figures } from './rounds.js';

/** `{name, ratio, ours, floor, …}`: the form other programs read (CONTRACT §1). Figures rounded for reading. */
export function comparisonJson(name: string, comparison: Comparison): object {
  return rounded({ name, ...comparison });
}

/** The table for people. */
export function comparisonTable(title: string, { ratio, ours, floor, rounds }: Comparison): string {
  const rows: [string, (figures: Figures) => string][] = [
    ['requests per second', ({ rps }) => rps.toFixed(0)],
    ['p50 ms', ({ p50 }) => p50.toFixed(1)],
    ['p99 ms', ({ p99 }) => p99.toFixed(1)],
    ['p99.9 ms', ({ p999 }) => p999.toFixed(1)],
    ['CPU in Node, µs each', ({ cpuMicros }) => cpuMicros.toFixed(0)],
    ['CPU in PostgreSQL, µs each', ({ databaseCpuMicros }) => databaseCpuMicros.toFixed(0)],
    ['memory, MB', ({ rssMb }) => rssMb.toFixed(0)],
    ['cores used by others', ({ othersCores }) => othersCores.toFixed(2)],
  ];
  const each = rounds.map((round) => (round.ours.rps / round.floor.rps).toFixed(2));
  return [
    line(title, 'floor', 'ours'),
    ...rows.map(([name, show]) => line(name, show(floor), show(ours))),
    line('ours / floor', '1.00', ratio.toFixed(2)),
    `  medians of ${rounds.length} alternating rounds; ours / floor in each: ${each.join(', ')}`,
  ].join('\n');
}

export function line(name: string, ...values: string[]): string {
  return `  ${name.padEnd(34)}${values.map((value) => ` ${value.padStart(9)}`).join('')}`;
}

/** Three decimals are more than any of this is worth. */
export function rounded<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'number' ? Math.round(each * 1000) / 1000 : each,
    ),
  ) as Value;
}
