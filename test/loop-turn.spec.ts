import { describe, expect, it } from '@jest/globals';
import { ownTurn } from '../src/common/loop-turn.js';

describe('ownTurn', () => {
  it('gives each caller a turn of the event loop, in the order of the calls', async () => {
    let turn = 0;
    let watching = true;
    const count = (): void => {
      turn++;
      if (watching) setImmediate(count);
    };
    setImmediate(count);
    const seen: { caller: number; turn: number }[] = [];
    await Promise.all([0, 1, 2].map((caller) => ownTurn().then(() => seen.push({ caller, turn }))));
    watching = false;
    expect(seen.map(({ caller }) => caller)).toEqual([0, 1, 2]);
    expect(new Set(seen.map((each) => each.turn)).size).toBe(3);
  });
});
