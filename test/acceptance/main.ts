import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { score, SHEET, type TestResult } from './sheet.js';

/** `npm run acceptance`: runs every test that carries an id of the sheet and prints the score; exit code 1 below 100 %. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const home = await mkdtemp(join(tmpdir(), 'acceptance-'));
try {
  const lines = score(await run(join(home, 'results.json')));
  for (const { id, asserts, tests, failed, held } of lines) {
    console.log(`${held ? '✓' : '✗'} ${id}  ${String(tests).padStart(3)} tests  ${asserts}`);
    for (const name of failed) console.log(`        did not pass: ${name}`);
  }
  const held = lines.filter((line) => line.held).length;
  console.log(`\n${held} of ${lines.length} held: ${Math.floor((100 * held) / lines.length)} %`);
  if (held < lines.length) process.exitCode = 1;
} finally {
  await rm(home, { recursive: true, force: true });
}

/** @returns every test whose name carries an id; those that Jest left out by name are not among them */
async function run(file: string): Promise<TestResult[]> {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const ids = Object.keys(SHEET).join('|');
  const child = spawn(process.execPath, [jest, '-t', `\\b(${ids})\\b`, '--json', '--outputFile', file], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'exit');
  const report = JSON.parse(await readFile(file, 'utf8')) as {
    testResults: { assertionResults: TestResult[] }[];
  };
  return report.testResults.flatMap(({ assertionResults }) => assertionResults);
}
