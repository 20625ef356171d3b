import { line } from '../report.js';
import type { CheckoutComparison } from './checkout-bench.js';

/** What a buyer waits for when nobody else is there, and how much of it is ours. */
export function aloneTable({ alone, simulator }: CheckoutComparison): string {
  return [
    line('one at a time, p50 ms', 'floor', 'ours'),
    line('whole checkout', alone.floorMs.toFixed(2), alone.oursMs.toFixed(2)),
    line('of it the simulator', alone.simulatorMs.toFixed(2), alone.simulatorMs.toFixed(2)),
    line('own time added', alone.addedByFloorMs.toFixed(2), alone.addedByOursMs.toFixed(2)),
    '',
    `  the simulator by itself: ${simulator.rps.toFixed(0)} per second, p50 ${simulator.p50.toFixed(1)} ms, ` +
      `${simulator.cpuMicros.toFixed(0)} µs CPU each`,
  ].join('\n');
}
