import { line } from '../report.js';
import type { CheckoutComparison } from './checkout-bench.js';

/** What a buyer waits for when nobody else is there, and how much of it is ours. */
export function aloneTable({ alone, simulator }: CheckoutComparison): string {
  const { simulatorMs, floorMs, bareMs, oursMs } = alone;
  const sides = [floorMs, bareMs, oursMs];
  return [
    line('one at a time, p50 ms', 'floor', 'on ours', 'ours'),
    row('whole checkout', sides),
    row(
      'of it the simulator',
      sides.map(() => simulatorMs),
    ),
    row(
      'own time added',
      sides.map((ms) => ms - simulatorMs),
    ),
    '  on ours: the floor on our tables',
    '',
    `  the simulator by itself: ${simulator.rps.toFixed(0)} per second, p50 ${simulator.p50.toFixed(1)} ms, ` +
      `${simulator.cpuMicros.toFixed(0)} µs CPU each`,
  ].join('\n');
}

function row(name: string, ms: readonly number[]): string {
  return line(name, ...ms.map((each) => each.toFixed(2)));
}
