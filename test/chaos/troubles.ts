import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from './machine.js';
import type { Random } from './random.js';

/** Everything the simulator can do to a request (CONTRACT §4). */
const FAULTS = [
  'timeout',
  'reset',
  'http500',
  'SYSTEMERROR',
  'garbage',
  'slow',
  'badSignature',
  'processedThenTimeout',
] as const;
const DELIVERY_FAULTS = [
  'dropNotify',
  'duplicateNotify',
  'timeout',
  'slow',
  'reset',
  'badSignature',
  'processedThenTimeout',
] as const;
/** Parts of the paths of both protocols: everything, prepay, questions, closing, refunds. */
const PATHS = ['/', 'transactions', '/pay/', 'query', 'close', 'refund', 'out-trade-no'] as const;

/** One kind of bad day. @returns when it is over */
type Trouble = (machine: Machine, random: Random) => Promise<void>;

const TROUBLES: Record<string, Trouble> = {
  'kill -9': async ({ instances }, random) => {
    const instance = random.pick(instances);
    await instance.kill();
    await sleep(random.between(0, 2000));
    await instance.start();
  },
  'kill -9, both': async ({ instances }) => {
    await Promise.all(instances.map((each) => each.kill()));
    await Promise.all(instances.map((each) => each.start()));
  },
  'rolling restart': async ({ instances }) => {
    for (const instance of instances) {
      await instance.end();
      await instance.start();
    }
  },
  pause: async ({ instances }, random) => random.pick(instances).pause(random.between(500, 8000)),
  'database crash': (machine) => machine.crashDatabase(),
  'database restart': (machine) => machine.restartDatabase(),
  'network to WeChat': ({ control }, random) =>
    trouble(control, random, { path: random.pick(PATHS), fault: random.pick(FAULTS) }),
  notifications: ({ control }, random) =>
    trouble(control, random, { path: 'notify', fault: random.pick(DELIVERY_FAULTS) }),
  'time passes': ({ control }, random) =>
    control.advance(random.chance(0.2) ? random.between(1200, 1800) : random.between(5, 120)),
};

async function trouble(
  control: Machine['control'],
  random: Random,
  fault: { path: string; fault: string },
): Promise<void> {
  await control.fault({ ...fault, rate: random.pick([0.3, 0.6, 1]), ms: random.between(200, 4000) });
  await sleep(random.between(1000, 6000));
  await control.noFaults();
}

/** One trouble after the other until the time is over. @returns how often each kind came */
export async function makeTrouble(
  machine: Machine,
  random: Random,
  isOver: () => boolean,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  while (!isOver()) {
    const name = random.pick(Object.keys(TROUBLES));
    counts[name] = (counts[name] ?? 0) + 1;
    await TROUBLES[name]?.(machine, random);
    await sleep(random.between(200, 1500));
  }
  return counts;
}
