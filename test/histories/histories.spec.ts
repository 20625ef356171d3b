import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { BATCH, campaign } from './campaign.js';
import { addSituations, type Situations } from './coverage.js';
import { makeWeChat } from './world.js';

/** HISTORIES_SEED repeats a run; without it each run is another two thousand histories. */
const SEED = Number(process.env['HISTORIES_SEED'] ?? Date.now() % 2 ** 31);
const HISTORIES = 2000;

/** Situations in which rules could break, about a quarter as often as they come up: the generator shall not lose them unseen. */
const REACHED: Situations = {
  crashes: 4,
  'suspense LATE': 20,
  'suspense DOUBLE': 3,
  'suspense WRONG_AMOUNT': 30,
  'suspense ACCEPTED': 1,
  'return SUCCESS': 20,
  'refund SUCCESS': 80,
  'refund ABNORMAL': 3,
  'refund CLOSED': 3,
  'refund REJECTED': 10,
  'refund sent again': 10,
  'goods taken back': 10,
  'coupon RELEASED': 50,
  'coupon USED': 50,
  'histories with several attempts': 40,
  'notification UNCONFIRMED': 2,
  'step forge': 30,
  'step ownPrice': 30,
  'trouble processedThenTimeout on prepay': 5,
  'trouble processedThenTimeout on refund': 3,
  'trouble timeout on refund': 3,
  'trouble duplicateNotify on notify': 5,
};

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
    45 * 60_000, // a machine that has other work takes its time
  );

  it.each(Object.entries(REACHED))('they came to "%s" at least %i times', (name, times) => {
    expect(situations[name] ?? 0).toBeGreaterThanOrEqual(times);
  });
});
