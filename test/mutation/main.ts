import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Stryker } from '@stryker-mutator/core';
import type { MutantResult } from '@stryker-mutator/api/core';
import globalSetup from '../support/global-setup.js';
import globalTeardown from '../support/global-teardown.js';
import { GROUPS, type Group } from './groups.js';

/**
 * `npm run mutate [-- GROUP…]`: changes the money's code piece by piece and counts the changes that no test notices.
 * Prints the survivors and the score; exit code 1 below 85 %.
 */
const AT_LEAST = 0.85;
const NOTICED = ['Killed', 'Timeout'];
const COUNTED = [...NOTICED, 'Survived', 'NoCoverage'];

/** Not copied for the work: what was emitted suffices. */
const ELSEWHERE = [
  'src',
  'test',
  'migrations',
  'simulator',
  'scripts',
  'bench',
  'console',
  'miniprogram',
  'docs',
  '.demo',
  'jest.config.mjs', // would start a database for each mutant
].map((name) => `/${name}`);

const chosen = process.argv.slice(2);
const table: { group: string; changes: number; noticed: number; score: string }[] = [];
let changes = 0;
let noticed = 0;
const names = GROUPS.map(({ name }) => name);
const unheardOf = chosen.filter((name) => !names.includes(name));
if (unheardOf.length > 0) {
  console.error(`there is no group ${unheardOf.join(', ')}; the groups are:\n${names.join('\n')}`);
  process.exit(2);
}
const groups = GROUPS.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const needsDatabase = groups.some(({ database }) => database);
if (needsDatabase) await globalSetup(); // one server for every mutant; its address is in the environment
for (const group of groups) {
  const results = await mutate(group);
  const counted = results.filter(({ status }) => COUNTED.includes(status));
  const seen = counted.filter(({ status }) => NOTICED.includes(status)).length;
  for (const result of counted) if (!NOTICED.includes(result.status)) console.log(survivor(result));
  table.push({
    group: group.name,
    changes: counted.length,
    noticed: seen,
    score: percent(seen, counted.length),
  });
  changes += counted.length;
  noticed += seen;
}
if (needsDatabase) await globalTeardown();
console.table(table);
console.log(`${noticed} of ${changes} changes were noticed: ${percent(noticed, changes)}`);
process.exit(noticed / changes < AT_LEAST ? 1 : 0); // a worker of the last group may still be listening

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function survivor({ fileName, location, replacement, status }: MutantResult): string {
  return `${status}: ${fileName}:${location.start.line}: ${replacement ?? ''}`;
}

/** A file without what tsc puts before its imports for decorators, which no test of ours is about. */
function ownLines(file: string): string {
  const path = `dist/src/${file}`;
  const lines = readFileSync(path, 'utf8').split('\n');
  return `${path}:${lines.findIndex((line) => line.startsWith('import ')) + 1}-${lines.length}`;
}

/** Works on what tsc emitted: of pure files it is the source without its types, and needs no second compilation. */
async function mutate({ files, tests, database = false }: Group): Promise<MutantResult[]> {
  const stryker = new Stryker({
    testRunner: 'jest',
    jest: {
      projectType: 'custom',
      enableFindRelatedTests: false,
      config: {
        rootDir: 'dist',
        transform: {},
        ...(database && { runtime: '<rootDir>/test/mutation/runtime.js' }),
        testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
        testTimeout: 60_000,
        testMatch: tests.map((test) => `<rootDir>/test/${test}.spec.js`),
      },
    },
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    mutate: database ? files.map(ownLines) : files.map((file) => `dist/src/${file}`),
    ignorePatterns: ELSEWHERE,
    coverageAnalysis: 'perTest',
    reporters: [],
    concurrency: availableParallelism(),
    // Statements and Nest's wiring are made once when a module is loaded: breaking one breaks every test at once.
    ignoreStatic: database,
    timeoutMS: 20_000,
    dryRunTimeoutMinutes: 15,
    tempDirName: '.mutation',
    logLevel: 'error',
    warnings: false,
    disableTypeChecks: false,
  } as never);
  return stryker.runMutationTest();
}
