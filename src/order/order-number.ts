import { randomInt } from 'node:crypto';
import { toCompactBeijing } from '../common/time/beijing-time.js';

/** 24 digits: `yyyyMMddHHmmss` in UTC+8 and ten random ones, so that even a thousand orders a second do not meet. Sorts by time, gives no sales figures away, and leaves room for an attempt's suffix within WeChat's 32 characters. */
export function newOrderNo(now: Date): string {
  return toCompactBeijing(now) + String(randomInt(10_000_000_000)).padStart(10, '0');
}
