import { createRequire } from 'node:module';
import type { Test } from '@jest/test-result';

const require = createRequire(import.meta.url);
const { default: Sequencer } = require('@jest/test-sequencer') as typeof import('@jest/test-sequencer');

/** Half a minute and more. Begun last, one of them would keep a single process busy while the others have nothing left. */
const LONG = [
  'histories/histories',
  'browser/console',
  'crash/crash-points',
  'refund/refund-crash',
  'shutdown',
  'protocols/refund-faults',
  'several-instances',
  'v1',
];

/** Jest knows how long a file takes once it has run it; a clean clone knows nothing. */
export default class LongestFirst extends Sequencer {
  override async sort(tests: Test[]): Promise<Test[]> {
    const sorted = await super.sort(tests);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ path }: Test): number {
  const found = LONG.findIndex((name) => path.includes(`/test/${name}.`));
  return found === -1 ? LONG.length : found;
}
