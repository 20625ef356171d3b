import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
const pool = new Uint8Array(256 * BYTES);
let used = pool.length;

/**
 * A new UUID of version 7: what is made later sorts later, so new rows stay together in an index. Randomness is fetched
 * for 256 at once: asked for each by itself it costs more than reading a notification.
 */
export function uuidv7(): string {
  return v7({ rng: nextBytes });
}

function nextBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += BYTES));
}
