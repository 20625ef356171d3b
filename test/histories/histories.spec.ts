import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { BATCH, campaign } from './campaign.js';
import { addSituations, type Situations } from './coverage.js';
import { makeWeChat } from './world.js';

/** HISTORIES_SEED repeats a run; without it each run is another two thousand histories. */
const SEED = Number(process.env['HISTORIES_SEED'] ?? Date.now() % 2 ** 31);
const HISTORIES = 2000;

let wechat: string;
beforeAll(async () => {
  wechat = await makeWeChat();
});
afterAll(() => rm(wechat, { recursive: true, force: true }));

describe(`random histories, HISTORIES_SEED=${SEED}`, () => {
  const situations: Situations = {};

  it(
    `the money rules hold in ${HISTORIES} of them, and WeChat agrees`,
    async () => {
      const batches = Array.from({ length: HISTORIES / BATCH }, (_, batch) => batch);
      const find = await campaign(wechat, SEED, batches, {
        report: (progress) => addSituations(situations, progress.situations),
      });
      if (find !== undefined)
        throw new Error(`${find.violations.join('\n')}\nshortest history:\n${find.shortest}`);
    },
    15 * 60_000,
  );

  it.each(Object.entries({ 'suspense LATE': 1 }))('they came to "%s" at least %i times', (name, times) => {
    expect(situations[name] ?? 0).toBeGreaterThanOrEqual(times);
  });
});
