import { toFen, type Fen } from '../common/fen.js';
import type { RefundItem } from './refund.entity.js';

interface PaidLine {
  line: number;
  quantity: number;
  payableFen: Fen;
}

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
 * What the goods of a refund are worth. A line of Q units was paid with P fen, discount included; the units k…k+q return
 * ⌊P(k+q)/Q⌋ − ⌊Pk/Q⌋, so that all units together return exactly P, whatever the portions (DESIGN §6.12).
 * @param gone units of each line that live refunds have already taken
 * @throws ImpossibleItems for a line that is not in the order, or more units than are left
 */
export function itemsAmount(
  lines: readonly PaidLine[],
  gone: ReadonlyMap<number, number>,
  items: readonly RefundItem[],
): Fen {
  let amount = 0n;
  items.forEach(({ line, quantity }, index) => {
    const paid = lines.find((candidate) => candidate.line === line);
    if (paid === undefined) throw new ImpossibleItems(`items.${index}`, 'is not in the order');
    const before = gone.get(line) ?? 0;
    if (before + quantity > paid.quantity)
      throw new ImpossibleItems(`items.${index}.quantity`, `only ${paid.quantity - before} left to return`);
    const [p, q] = [BigInt(paid.payableFen), BigInt(paid.quantity)];
    amount += (p * BigInt(before + quantity)) / q - (p * BigInt(before)) / q;
  });
  return toFen(Number(amount));
}

/** Units per line that refunds have taken. */
export function unitsGone(refunds: readonly { items: readonly RefundItem[] | null }[]): Map<number, number> {
  const gone = new Map<number, number>();
  for (const { line, quantity } of refunds.flatMap(({ items }) => items ?? []))
    gone.set(line, (gone.get(line) ?? 0) + quantity);
  return gone;
}
