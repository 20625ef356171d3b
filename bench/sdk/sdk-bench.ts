import { line } from '../report.js';
import { median } from '../rounds.js';
import { OPERATIONS, type Operation } from './operations.js';

export interface SdkFigure {
  operation: string;
  /** Operations per second, by library. */
  perSecond: Record<string, number>;
  /** Ours to the best of the others. */
  ratio: number;
  wanted: number;
}

const WARM_UP_MS = 300;
/** Short turns: what disturbs the machine for a second disturbs every library alike. */
const TURNS = 10;

/** Each operation by each library in turns, in this process; medians over the turns. */
export async function benchSdk(rounds: number, seconds: number): Promise<SdkFigure[]> {
  const figures: SdkFigure[] = [];
  for (const operation of OPERATIONS) figures.push(await compareLibraries(operation, rounds, seconds));
  return figures;
}

async function compareLibraries(
  { name, by, wanted }: Operation,
  rounds: number,
  seconds: number,
): Promise<SdkFigure> {
  const libraries = Object.entries(by);
  const rates = new Map<string, number[]>(libraries.map(([library]) => [library, []]));
  for (const [, work] of libraries) await rate(work, WARM_UP_MS);
  for (let turn = 0; turn < rounds * TURNS; turn++) {
    // Another one is first each time: the first pays for the garbage of the last.
    const first = turn % libraries.length;
    for (const [library, work] of [...libraries.slice(first), ...libraries.slice(0, first)])
      rates.get(library)?.push(await rate(work, (seconds * 1000) / TURNS));
  }
  const perSecond = Object.fromEntries([...rates].map(([library, all]) => [library, median(all)]));
  const others = libraries.map(([library]) => library).filter((library) => library !== 'ours');
  const best = others.reduce((a, b) => ((perSecond[b] ?? 0) > (perSecond[a] ?? 0) ? b : a));
  const bests = rates.get(best) ?? [];
  // Turn by turn: two that both wait for the same RSA differ by less than the machine does from one turn to the next.
  const ratio = median((rates.get('ours') ?? []).map((ours, turn) => ours / (bests[turn] ?? Number.NaN)));
  return { operation: name, perSecond, ratio, wanted };
}

async function rate(work: () => unknown, forMs: number): Promise<number> {
  const started = performance.now();
  let done = 0;
  do {
    for (let batch = 0; batch < 20; batch++, done++) {
      const answer = work();
      if (answer instanceof Promise) await answer;
    }
  } while (performance.now() - started < forMs);
  return (done / (performance.now() - started)) * 1000;
}

export function sdkTable(figures: readonly SdkFigure[]): string {
  return figures
    .map(({ operation, perSecond, ratio, wanted }) =>
      [
        `  ${operation}`,
        ...Object.entries(perSecond).map(([library, value]) => line(`  ${library}`, value.toFixed(0))),
        line('  ours / best of the others', ratio.toFixed(2), `≥ ${wanted}`),
      ].join('\n'),
    )
    .join('\n\n');
}
