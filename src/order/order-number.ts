import { randomInt } from 'node:crypto';
import { toCompactBeijing } from '../common/beijing-time.js';

/** 22 digits: `yyyyMMddHHmmss` in UTC+8 and eight random ones. Sorts by time, gives no sales figures away, and leaves room for an attempt's suffix within WeChat's 32 characters. */
export function newOrderNo(now: Date): string {
  return toCompactBeijing(now) + String(randomInt(100_000_000)).padStart(8, '0');
}
