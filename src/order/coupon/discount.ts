import { toFen, type Fen } from '../../common/fen.js';

export interface DiscountRule {
  amountFen: Fen | null;
  percentOff: number | null;
  maxDiscountFen: Fen | null;
}

/**
 * What a coupon takes off. A percentage is rounded down to whole fen, so that the shop never gives more than it
 * promised, then capped; 1 fen always stays to be paid, because WeChat takes no payment of nothing (DESIGN §6.12).
 * @param totalFen what the goods cost, at least 1 fen
 */
export function discountOf({ amountFen, percentOff, maxDiscountFen }: DiscountRule, totalFen: Fen): Fen {
  const wanted =
    percentOff === null ? (amountFen ?? 0) : Number((BigInt(totalFen) * BigInt(percentOff)) / 100n);
  return toFen(Math.min(wanted, maxDiscountFen ?? wanted, totalFen - 1));
}

/**
 * Shares a discount among the lines of an order in proportion to what they cost, by the largest remainder: each line
 * gets its exact share rounded down, then the fen left over go one each to the lines that lost most by the rounding,
 * the earlier line first among equals. No share passes its line.
 * @param lineTotals what each line costs, in fen
 * @returns the share of each line; their sum is exactly the discount
 * @throws RangeError when the lines cost less than the discount
 */
export function spread(discountFen: Fen, lineTotals: readonly Fen[]): Fen[] {
  const discount = BigInt(discountFen);
  const total = lineTotals.reduce((sum, line) => sum + BigInt(line), 0n);
  if (discount > total) throw new RangeError(`${discount} fen cannot come off ${total} fen`);
  if (discount === 0n) return lineTotals.map(() => toFen(0));
  const exact = lineTotals.map((line) => discount * BigInt(line));
  const shares = exact.map((share) => share / total);
  const left = Number(discount - shares.reduce((sum, share) => sum + share, 0n));
  const byRemainder = exact
    .map((share, line) => ({ line, remainder: share % total }))
    .toSorted((a, b) => (a.remainder === b.remainder ? a.line - b.line : a.remainder > b.remainder ? -1 : 1));
  const luckier = new Set(byRemainder.slice(0, left).map(({ line }) => line));
  return shares.map((share, line) => toFen(Number(share) + (luckier.has(line) ? 1 : 0)));
}
