import { z } from 'zod';

declare const fen: unique symbol;

/** An amount of money: a whole number of fen (1/100 yuan). The brand keeps counts, ids and yuan from being passed as money (DESIGN §2.1). */
export type Fen = number & { readonly [fen]: true };

/** One order may not pass ten million yuan: far above any shop's order, far below where doubles lose a fen. */
export const MAX_ORDER_FEN = 1_000_000_000;

/** @throws RangeError when the number is not a whole, exactly representable number of fen */
export function toFen(value: number): Fen {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of fen: ${value}`);
  return value as Fen;
}

export const ZERO_FEN = toFen(0);

export function sumFen(amounts: Iterable<Fen>): Fen {
  let total = 0;
  for (const amount of amounts) total += amount;
  return toFen(total);
}

/** Price × quantity; refuses to leave the range in which integers are exact. */
export function timesFen(price: Fen, quantity: number): Fen {
  return toFen(price * quantity);
}

/** Reads the amounts WeChat writes as decimal digits ("100"); anything else, "100.0" and "1e2" included, is no amount. */
export function parseFen(text: string): Fen | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? toFen(Number(text)) : undefined;
}

/** For answers and OpenAPI: integer fen. */
export const fenSchema = z.int().min(0).describe('integer fen (1/100 CNY)');
