import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BREAKAGES, type Breakage, type Edit } from './breakages.js';
import type { Summary } from './main.js';

const COMPILED = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Breaks each rule in a copy of the program and looks for it with the same histories.
 * @param rules numbers of DESIGN §2; none: all of them
 * @returns 0 when every breakage was found
 */
export async function breakRules(rules: readonly string[], histories: number, seed: number): Promise<number> {
  const chosen = BREAKAGES.filter(({ rule }) => rules.length === 0 || rules.includes(String(rule)));
  let missed = 0;
  for (const breakage of chosen) {
    const { find, seconds } = await lookFor(breakage, histories, seed);
    if (find === undefined) missed++;
    const outcome =
      find === undefined
        ? `NOT FOUND in ${histories} histories`
        : `found in history ${find.history} (${find.broken} of its batch): ${find.violations[0] ?? ''}`;
    console.log(`rule ${breakage.rule}: ${breakage.what}\n  ${outcome}; ${seconds.toFixed(0)} s`);
  }
  return missed === 0 ? 0 : 1;
}

async function lookFor(breakage: Breakage, histories: number, seed: number): Promise<Summary> {
  const home = await mkdtemp(join(tmpdir(), 'checkout-broken-'));
  try {
    const dist = join(home, 'dist');
    await cp(COMPILED, dist, { recursive: true });
    await symlink(await realpath(join(COMPILED, '..', 'node_modules')), join(home, 'node_modules'));
    await writeFile(join(home, 'package.json'), '{"type":"module"}');
    for (const edit of breakage.edits) await apply(dist, edit);
    return await simulate(join(dist, 'test/histories/main.js'), histories, seed);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** @throws Error when the text has changed: then the breakage has to follow it */
async function apply(dist: string, { file, from, to }: Edit): Promise<void> {
  const path = join(dist, file);
  const parts = (await readFile(path, 'utf8')).split(from);
  if (parts.length !== 2)
    throw new Error(`${file} has the text to be broken ${parts.length - 1} times: ${from}`);
  await writeFile(path, parts.join(to));
}

async function simulate(program: string, histories: number, seed: number): Promise<Summary> {
  const args = ['--histories', String(histories), '--seed', String(seed), '--json', '--as-found'];
  const child = fork(program, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'exit');
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Summary;
}
