import type { Config } from '@jest/types';
import type { AggregatedResult } from '@jest/test-result';

/** The suite has never been smaller; raise it when tests are added. */
const TESTS_AT_LEAST = 2745;

/**
 * M-39: a run of everything fails when a test is disabled or tests have vanished. Runs of chosen files or names are left
 * alone.
 */
export default class CompleteRun {
  private error: Error | undefined;

  constructor(private readonly config: Config.GlobalConfig) {}

  onRunComplete(_: unknown, results: AggregatedResult): void {
    const { testNamePattern, testPathPatterns } = this.config;
    const chosen = Boolean(testNamePattern) || testPathPatterns.isSet();
    const reason = chosen ? undefined : incomplete(results, TESTS_AT_LEAST);
    if (reason !== undefined) this.error = new Error(reason);
  }

  getLastError(): Error | undefined {
    return this.error;
  }
}

type Counts = Pick<AggregatedResult, 'numTotalTests' | 'numPendingTests' | 'numTodoTests'>;

/** Why a run of everything is not one; undefined when it is. */
export function incomplete(counts: Counts, atLeast: number): string | undefined {
  const disabled = counts.numPendingTests + counts.numTodoTests;
  if (disabled > 0) return `${disabled} tests are disabled`;
  if (counts.numTotalTests < atLeast) return `${counts.numTotalTests} tests ran, there were ${atLeast}`;
  return undefined;
}
