import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toFen } from '../../src/common/fen.js';
import { ImpossibleItems, itemsAmount, unitsGone } from '../../src/refund/refund-amount.js';

function refusalOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

describe('what returned goods are worth', () => {
  it('whatever the portions, all units together return exactly what the line cost', () => {
    const portions = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(portions, fc.integer({ min: 0, max: 1_000_000_000 }), (quantities, payable) => {
        const lines = [
          {
            line: 0,
            quantity: quantities.reduce((sum, quantity) => sum + quantity),
            payableFen: toFen(payable),
          },
        ];
        let gone = 0;
        let returned = 0;
        for (const quantity of quantities) {
          returned += itemsAmount(lines, new Map([[0, gone]]), [{ line: 0, quantity }]);
          gone += quantity;
        }
        return returned === payable;
      }),
    );
  });

  it('three for ten fen: 3, 3 and 4', () => {
    const lines = [{ line: 0, quantity: 3, payableFen: toFen(10) }];
    const one = (gone: number): number =>
      itemsAmount(lines, new Map([[0, gone]]), [{ line: 0, quantity: 1 }]);
    expect([one(0), one(1), one(2)]).toEqual([3, 3, 4]);
  });

  it('refuses lines that are not in the order and more units than are left', () => {
    const lines = [{ line: 0, quantity: 2, payableFen: toFen(10) }];
    const [fits, tooMany] = [
      { line: 0, quantity: 1 },
      { line: 0, quantity: 2 },
    ];
    const refusal = refusalOf(() => itemsAmount(lines, new Map([[0, 1]]), [fits, tooMany]));
    expect(refusal).toMatchObject({ field: 'items.1.quantity', message: 'only 1 left to return' });
    const stranger = refusalOf(() => itemsAmount(lines, new Map(), [{ line: 1, quantity: 1 }]));
    expect(stranger).toBeInstanceOf(ImpossibleItems);
    expect(stranger).toMatchObject({ field: 'items.0', message: 'is not in the order' });
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
