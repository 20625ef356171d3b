import type { Fen } from './fen.js';

/** `¥19.90` for people; integers only. The amount is not negative. */
export function yuan(fen: Fen): string {
  return `¥${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
