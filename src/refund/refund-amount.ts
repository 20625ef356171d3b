import { toFen } from '../common/fen.js';
import type { RefundItem } from './refund.entity.js';

/** Why goods cannot come back; `field` is the path in the request. */
export class ImpossibleItems extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
    this.name = 'ImpossibleItems';
  }
}

/**
 * The goods of a refund with what they are worth. A line of Q units was paid with P fen, discount included; the units k…k+q
 * return ⌊P(k+q)/Q⌋ − ⌊Pk/Q⌋, so that all units together return exactly P, whatever the portions (DESIGN §6.12).
 * @param lines of the order, whole
 * @param gone units of each line that live refunds have already taken
 * @param wanted at most one entry per product, as an order has at most one line of it
 * @throws ImpossibleItems for a product that is not in the order, or more units than are left
 */
export function itemsReturned(
  lines: readonly RefundItem[],
  gone: ReadonlyMap<number, number>,
  wanted: readonly { productId: string; quantity: number }[],
): RefundItem[] {
  return wanted.map(({ productId, quantity }, index) => {
    const paid = lines.find((line) => line.productId === productId);
    if (paid === undefined) throw new ImpossibleItems(`items.${index}.productId`, 'is not in the order');
    const before = gone.get(paid.line) ?? 0;
    const left = unitsLeft(paid, gone);
    if (quantity > left) throw new ImpossibleItems(`items.${index}.quantity`, `only ${left} left to return`);
    const [p, q] = [BigInt(paid.payableFen), BigInt(paid.quantity)];
    const payableFen = (p * BigInt(before + quantity)) / q - (p * BigInt(before)) / q;
    const { line, name, unitPriceFen } = paid;
    return { line, productId, name, unitPriceFen, quantity, payableFen: toFen(Number(payableFen)) };
  });
}

/** Units of a line that no refund has taken yet. */
export function unitsLeft(
  { line, quantity }: Pick<RefundItem, 'line' | 'quantity'>,
  gone: ReadonlyMap<number, number>,
): number {
  return quantity - (gone.get(line) ?? 0);
}

/** Units per line that refunds have taken. */
export function unitsGone(
  refunds: readonly { items: readonly Pick<RefundItem, 'line' | 'quantity'>[] | null }[],
): Map<number, number> {
  const gone = new Map<number, number>();
  for (const { line, quantity } of refunds.flatMap(({ items }) => items ?? []))
    gone.set(line, (gone.get(line) ?? 0) + quantity);
  return gone;
}
