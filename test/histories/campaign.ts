import fc from 'fast-check';
import { runBatch, type BatchResult, type Placed } from './batch.js';
import { compareBills } from './bills.js';
import { countSituations, type Situations } from './coverage.js';
import { describeHistory } from './describe.js';
import { crash, history, schedule, type History, type Schedule } from './history.js';
import { hush, World } from './world.js';

/** So many histories live beside each other; more would only make each find slower to repeat. */
export const BATCH = 250;
/** A world's tables and the simulator's memory stay small. */
const BATCHES_OF_WORLD = 4;
/** Shrinking ends here, with what is shortest by then. */
const SHRINK_MS = 90_000;

export interface Find {
  /** Counted from 0: with the seed it says which histories these were. */
  batch: number;
  /** The first that failed, counted from 1 over all batches; how many of its batch did. */
  history: number;
  broken: number;
  violations: string[];
  /** The shortest history found that still breaks a rule, step by step, and what it breaks. */
  shortest: string;
}

export interface Progress {
  histories: number;
  situations: Situations;
}

export interface Options {
  report: (progress: Progress) => void;
  /** Whether a failing history is made shorter before it is shown. */
  shorten?: boolean;
  /** Histories of a batch. */
  size?: number;
}

/** What the n-th batch of a seed is: the same today and tomorrow, in however many processes. */
export function batchOf(
  seed: number,
  batch: number,
  size = BATCH,
): { schedule: Schedule; histories: History[] } {
  const shape = fc.record({
    schedule,
    crash,
    histories: fc.array(history, { minLength: size, maxLength: size }),
  });
  const [generated] = fc.sample(shape, { seed: (seed + batch * 0x9e3779b1) | 0, numRuns: 1 });
  if (generated === undefined) throw new Error('nothing was generated');
  const { schedule: drawn, crash: fatal, histories } = generated;
  // In every second batch the process dies, so that a few batches are enough to see both.
  return { schedule: { ...drawn, crash: batch % 2 === 1 ? fatal : null }, histories };
}

/**
 * Runs these batches of a seed.
 * @returns the first violation, or undefined when every rule held in every history
 */
export async function campaign(
  wechat: string,
  seed: number,
  batches: readonly number[],
  { report, shorten = true, size = BATCH }: Options,
): Promise<Find | undefined> {
  let world: World | undefined;
  const speakAgain = hush();
  try {
    for (const [turn, batch] of batches.entries()) {
      if (turn % BATCHES_OF_WORLD === 0) {
        await world?.stop();
        world = undefined; // what has stopped is not stopped again, should the next one not start
      }
      world ??= await newDay(wechat);
      const { schedule, histories } = batchOf(seed, batch, size);
      const placed = histories.map((history, index) => ({ index, history }));
      const result = await runBatch(world, schedule, placed);
      const find =
        (await firstFind(world, schedule, result, shorten)) ??
        ofBatch(await compareBills(world, result, seed + batch), '(the bills of the whole batch)');
      if (find !== undefined) return { batch, ...find, history: batch * size + find.history };
      report({ histories: placed.length, situations: countSituations(result) });
    }
    return undefined;
  } finally {
    await world?.stop();
    speakAgain();
  }
}

/** A world at half past ten in the morning, China time: yesterday's bills are there, and the day is long. */
async function newDay(wechat: string): Promise<World> {
  const world = await World.start(wechat);
  const now = await world.now();
  const inBeijing = (now.getTime() + 8 * 3600_000) % 86_400_000;
  await world.advance(Math.ceil((86_400_000 + 10.6 * 3600_000 - inBeijing) / 1000));
  return world;
}

type FindInBatch = Omit<Find, 'batch'>;

/** What no single history answers for. */
function ofBatch(violations: string[], shortest: string): FindInBatch | undefined {
  return violations.length === 0 ? undefined : { violations, shortest, history: BATCH, broken: 0 };
}

async function firstFind(
  world: World,
  schedule: Schedule,
  { lanes, violations }: BatchResult,
  shorten: boolean,
): Promise<FindInBatch | undefined> {
  const broken = lanes.filter((lane) => lane.violations.length > 0);
  const [first] = broken;
  if (first === undefined) return ofBatch(violations, '(no single history)');
  const shortest = shorten ? await shrink(world, schedule, first.placed) : undefined;
  return {
    violations: [...first.violations, ...violations],
    history: lanes.indexOf(first) + 1,
    broken: broken.length,
    shortest:
      shortest === undefined
        ? `(as it was in its batch${shorten ? '; alone it does not fail' : ''})\n${describeHistory(schedule, first.placed)}`
        : [describeHistory(shortest.schedule, shortest.placed), ...shortest.violations].join('\n'),
  };
}

interface Failing {
  schedule: Schedule;
  placed: Placed;
  violations: string[];
}

/** The history alone, made shorter as long as it still fails; undefined when alone it does not fail at all. */
async function shrink(
  world: World,
  foundSchedule: Schedule,
  { index, history: foundHistory }: Placed,
): Promise<Failing | undefined> {
  let shortest: Failing | undefined;
  const fails = async (candidate: { schedule: Schedule; history: History }): Promise<boolean> => {
    const placed = { index, history: candidate.history };
    const { lanes, violations: shared } = await runBatch(world, candidate.schedule, [placed]);
    const violations = [...(lanes[0]?.violations ?? []), ...shared];
    if (violations.length > 0) shortest = { schedule: candidate.schedule, placed, violations };
    return violations.length > 0;
  };
  await fc.check(
    fc.asyncProperty(fc.record({ schedule, history }), async (candidate) => {
      // What depends on timing fails in one of two runs often enough.
      return !((await fails(candidate)) || (await fails(candidate)));
    }),
    {
      examples: [[{ schedule: foundSchedule, history: foundHistory }]],
      numRuns: 1,
      interruptAfterTimeLimit: SHRINK_MS,
    },
  );
  return shortest;
}
