import { line } from '../report.js';
import type { RefundComparison } from './refund-bench.js';

/** What the answer to an approval does not say: when the refund is at WeChat. */
export function acceptedTable({ toWechat: { floorMs, oursMs } }: RefundComparison): string {
  return [
    line('approved until WeChat has it, p50 ms', floorMs.toFixed(1), oursMs.toFixed(1)),
    '  per second counts a refund when WeChat has it; p50 and p99 above are of the answer to the approval',
  ].join('\n');
}
