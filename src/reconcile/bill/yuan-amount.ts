import { toFen, type Fen } from '../../common/fen.js';

/**
 * Reads the amounts of bills, yuan with any number of decimals, exactly: digits are moved, nothing is divided.
 * @returns undefined when it is no amount, or more precise than a fen
 */
export function fenOfYuan(text: string): Fen | undefined {
  const value = scaled(text, 2);
  return value === undefined ? undefined : toFen(value);
}

/** Thousandths of a fen: bills write fees with five decimals of a yuan. */
export function milliFenOfYuan(text: string): number | undefined {
  return scaled(text, 5);
}

/** `0.60%` as millionths: 6000. */
export function millionthsOfPercent(text: string): number | undefined {
  return text.endsWith('%') ? scaled(text.slice(0, -1), 4) : undefined;
}

/** `45.0`, as summaries count; undefined when it is no whole number. */
export function countOf(text: string): number | undefined {
  return scaled(text, 0);
}

function scaled(text: string, decimals: number): number | undefined {
  const parts = /^(-?)(\d{1,12})(?:\.(\d{0,12}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  const value = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' && value !== 0 ? -value : value;
}
