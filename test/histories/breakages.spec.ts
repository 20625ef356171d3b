import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { BREAKAGES } from './breakages.js';

/** Whether each rule is found broken takes minutes (`npm run simulate -- --breakages`); that it can be broken is said here. */
it.each(BREAKAGES)('rule $rule can still be broken: $what', async ({ edits }) => {
  for (const { file, from } of edits) {
    const compiled = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect({ file, times: compiled.split(from).length - 1 }).toEqual({ file, times: 1 });
  }
});

it('no rule of the twelve is left out', () => {
  expect(BREAKAGES.map(({ rule }) => rule)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});
