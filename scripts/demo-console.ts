import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file runs from dist/scripts; the demo may be started anywhere. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = join(ROOT, 'console');
const BUILT = join(ROOT, 'dist/console/index.html');

/** Builds the console while database and simulator start, unless it is newer than its sources. */
export async function buildConsole(): Promise<void> {
  if (writtenAt(BUILT) > newest(SOURCES)) return;
  await node('node_modules/vite/bin/vite.js', 'build', 'console', '--logLevel', 'warn');
  await node('dist/scripts/console-compress.js');
}

async function node(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: the console could not be built`);
}

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      writtenAt(join(folder, name)),
    ),
  );
}

/** @returns milliseconds; 0 when it is not there */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
