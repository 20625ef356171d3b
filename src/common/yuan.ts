import type { Fen } from './fen.js';

/** `¥19.90` for people; integers only. The amount is not negative. */
export function yuan(fen: Fen): string {
  return `¥${yuanDigits(fen)}`;
}

/** `19.90`, `-0.05`: yuan with two decimals, by moving digits and never by dividing. */
export function yuanDigits(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
