import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toFen } from '../../src/common/fen.js';
import { ImpossibleItems, itemsReturned, unitsGone } from '../../src/refund/refund-amount.js';

function refusalOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

const APPLES = '01890000-0000-7000-8000-00000000000a';

/** An order of apples alone. */
function apples(quantity: number, payableFen: number) {
  return [
    {
      line: 0,
      productId: APPLES,
      name: '苹果',
      unitPriceFen: toFen(payableFen),
      quantity,
      payableFen: toFen(payableFen),
    },
  ];
}

const worth = (lines: ReturnType<typeof apples>, gone: number, quantity: number): number | undefined =>
  itemsReturned(lines, new Map([[0, gone]]), [{ productId: APPLES, quantity }])[0]?.payableFen;

describe('what returned goods are worth', () => {
  it('whatever the portions, all units together return exactly what the line cost', () => {
    const portions = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(portions, fc.integer({ min: 0, max: 1_000_000_000 }), (quantities, payable) => {
        const lines = apples(
          quantities.reduce((sum, quantity) => sum + quantity),
          payable,
        );
        let gone = 0;
        let returned = 0;
        for (const quantity of quantities) {
          returned += worth(lines, gone, quantity) ?? NaN;
          gone += quantity;
        }
        return returned === payable;
      }),
    );
  });

  it('three for ten fen: 3, 3 and 4', () => {
    const lines = apples(3, 10);
    expect([0, 1, 2].map((gone) => worth(lines, gone, 1))).toEqual([3, 3, 4]);
  });

  it('are named as in the order', () => {
    expect(itemsReturned(apples(3, 10), new Map(), [{ productId: APPLES, quantity: 2 }])).toEqual([
      { line: 0, productId: APPLES, name: '苹果', unitPriceFen: 10, quantity: 2, payableFen: 6 },
    ]);
  });

  it('refuses products that are not in the order and more units than are left', () => {
    const wanted = [1, 2].map((quantity) => ({ productId: APPLES, quantity }));
    const lines = apples(2, 10);
    const refusal = refusalOf(() => itemsReturned(lines, new Map([[0, 1]]), wanted));
    expect(refusal).toMatchObject({ field: 'items.1.quantity', message: 'only 1 left to return' });
    const stranger = refusalOf(() => itemsReturned(lines, new Map(), [{ productId: 'pears', quantity: 1 }]));
    expect(stranger).toBeInstanceOf(ImpossibleItems);
    expect(stranger).toMatchObject({ field: 'items.0.productId', message: 'is not in the order' });
  });

  it('counts the units that refunds have taken', () => {
    expect(
      unitsGone([
        { items: [{ line: 0, quantity: 1 }] },
        { items: null },
        { items: [{ line: 0, quantity: 2 }] },
      ]),
    ).toEqual(new Map([[0, 3]]));
  });
});
