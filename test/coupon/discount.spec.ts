import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toFen, type Fen } from '../../src/common/fen.js';
import { discountOf, spread, type DiscountRule } from '../../src/order/coupon/discount.js';
import { itemsReturned } from '../../src/refund/refund-amount.js';

const fen = (min: number, max = 1_000_000_000) => fc.integer({ min, max }).map(toFen);
const fixed = (amountFen: number): DiscountRule => ({
  amountFen: toFen(amountFen),
  percentOff: null,
  maxDiscountFen: null,
});
const percent = (percentOff: number, cap?: number): DiscountRule => ({
  amountFen: null,
  percentOff,
  maxDiscountFen: cap === undefined ? null : toFen(cap),
});
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

describe('what a coupon takes off', () => {
  it.each<[string, DiscountRule, number, number]>([
    ['a fixed amount', fixed(500), 1990, 500],
    ['a fixed amount, all but the last fen', fixed(2000), 1990, 1989],
    ['nothing off a single fen', fixed(500), 1, 0],
    ['15 % of 1990 fen: 298.5, rounded down', percent(15), 1990, 298],
    ['99 % of a fen: nothing', percent(99), 1, 0],
    ['1 % of 99 fen: nothing', percent(1), 99, 0],
    ['30 % up to the cap', percent(30, 500), 1990, 500],
    ['30 % below the cap', percent(30, 600), 1990, 597],
    ['99 % of the largest order, exactly', percent(99), 1_000_000_000, 990_000_000],
  ])('%s', (_, rule, total, discount) => expect(discountOf(rule, toFen(total))).toBe(discount));

  it('a percentage never gives more than it says, nor a whole fen less', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fen(2), (off, total) => {
        const discount = BigInt(discountOf(percent(off), total));
        const exact = BigInt(total) * BigInt(off);
        return discount * 100n <= exact && (discount + 1n) * 100n > exact;
      }),
    ));

  it('whatever the coupon, 1 fen or more stays to be paid', () => {
    const rules = fc.oneof(
      fc.integer({ min: 1, max: 1_000_000_000 }).map(fixed),
      fc
        .tuple(fc.integer({ min: 1, max: 99 }), fc.option(fc.integer({ min: 1, max: 1_000_000_000 })))
        .map(([off, cap]) => percent(off, cap ?? undefined)),
    );
    fc.assert(
      fc.property(rules, fen(1), (rule, total) => {
        const discount = discountOf(rule, total);
        return discount >= 0 && total - discount >= 1 && discount <= (rule.maxDiscountFen ?? Infinity);
      }),
    );
  });
});

/** Lines of an order and a discount they can bear. */
const orders = fc
  .array(fen(1, 100_000_000), { minLength: 1, maxLength: 10 })
  .chain((lines) => fc.tuple(fc.constant(lines), fen(0, sum(lines))));

describe('the discount’s shares', () => {
  it.each<[number, number[], number[]]>([
    [100, [5000, 3000, 2000], [50, 30, 20]],
    [10, [100, 100, 100], [4, 3, 3]],
    [1, [300, 300, 300], [1, 0, 0]],
    [3, [100, 300, 100, 100, 300], [1, 1, 0, 0, 1]],
    [2, [100, 100, 101], [1, 0, 1]],
    [500, [1990, 1, 1], [500, 0, 0]],
    [0, [7, 9], [0, 0]],
    [999_999_999, [999_999_999, 1], [999_999_998, 1]],
  ])('%d fen over %j', (discount, lines, shares) =>
    expect(spread(toFen(discount), lines.map(toFen))).toEqual(shares),
  );

  it('cannot be more than the lines cost', () =>
    expect(() => spread(toFen(3), [toFen(1), toFen(1)])).toThrow(
      new RangeError('3 fen cannot come off 2 fen'),
    ));

  it('of nothing is nothing, for goods that cost nothing too', () =>
    expect(spread(toFen(0), [toFen(0)])).toEqual([0]));

  it('add up to the discount, none passes its line, and each is within a fen of its exact part', () =>
    fc.assert(
      fc.property(orders, ([lines, discount]) => {
        const shares = spread(discount, lines);
        const total = BigInt(sum(lines));
        expect(sum(shares)).toBe(discount);
        shares.forEach((share, index) => {
          const line = lines[index] ?? 0;
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(line);
          const off = BigInt(share) * total - BigInt(discount) * BigInt(line);
          expect(off > -total && off < total).toBe(true);
        });
      }),
    ));

  it('a line that lost more by the rounding is never passed over for one that lost less', () =>
    fc.assert(
      fc.property(orders, ([lines, discount]) => {
        const total = BigInt(sum(lines));
        const rounded = spread(discount, lines).map((share, index) => {
          const exact = BigInt(discount) * BigInt(lines[index] ?? 0);
          return { up: BigInt(share) > exact / total, remainder: exact % total };
        });
        const up = rounded.filter((line) => line.up).map(({ remainder }) => remainder);
        const down = rounded.filter((line) => !line.up).map(({ remainder }) => remainder);
        return up.every((more) => down.every((less) => more >= less));
      }),
    ));
});

describe('refunds of a discounted order', () => {
  const basket = fc.array(
    fc.record({
      price: fen(1, 100_000),
      portions: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 5 },
  );

  it('whatever the portions, all goods together return exactly what was paid', () =>
    fc.assert(
      fc.property(basket, fc.integer({ min: 1, max: 99 }), (goods, off) => {
        const totals = goods.map(({ price, portions }) => toFen(price * sum(portions)));
        const total = toFen(sum(totals));
        const discount = discountOf(percent(off), total);
        const shares = spread(discount, totals);
        const lines = goods.map(({ portions }, line) => ({
          line,
          productId: `product ${line}`,
          name: `product ${line}`,
          unitPriceFen: toFen(totals[line] ?? 0),
          quantity: sum(portions),
          payableFen: toFen((totals[line] ?? 0) - (shares[line] ?? 0)),
        }));
        const gone = new Map<number, number>();
        const back: Fen[] = [];
        // Round by round: one portion of each line at a time, as returns of several goods come.
        for (let round = 0; round < 5; round++) {
          const items = goods.flatMap(({ portions }, line) => {
            const quantity = portions[round];
            return quantity === undefined ? [] : [{ productId: `product ${line}`, quantity }];
          });
          const returned = itemsReturned(lines, gone, items);
          back.push(...returned.map(({ payableFen }) => payableFen));
          for (const { line, quantity } of returned) gone.set(line, (gone.get(line) ?? 0) + quantity);
        }
        return sum(back) === total - discount;
      }),
    ));
});
