import { describe, expect, it } from '@jest/globals';
import { incomplete } from '../support/complete-run.js';
import { score, SHEET } from './sheet.js';

const every = (status: string) => Object.keys(SHEET).map((id) => ({ fullName: `${id}: it holds`, status }));
const held = (results: { fullName: string; status: string }[]) => score(results).filter((line) => line.held);

describe('the acceptance sheet', () => {
  it('is held where every test of every id passed', () => {
    expect(held(every('passed'))).toHaveLength(54);
  });

  it('M-39: a test that is disabled, or gone, holds nothing', () => {
    expect(held(every('pending'))).toEqual([]);
    expect(held([])).toEqual([]);
    expect(
      held([...every('passed'), { fullName: 'M-05, Q-04: and this too', status: 'failed' }]),
    ).toHaveLength(52);
  });
});

describe('a run of everything', () => {
  const counts = { numTotalTests: 100, numPendingTests: 0, numTodoTests: 0 };

  it.each([
    [counts, undefined],
    [{ ...counts, numPendingTests: 1 }, '1 tests are disabled'],
    [{ ...counts, numTodoTests: 2 }, '2 tests are disabled'],
    [{ ...counts, numTotalTests: 99 }, '99 tests ran, there were 100'],
  ])('M-39: of %j', (given, reason) => {
    expect(incomplete(given, 100)).toBe(reason);
  });
});
