import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PRELOAD = new URL('./end-with-parent.js', import.meta.url).href;
/** A child that does not end by then is cut off. */
const STOP_MS = 20_000;

export interface Child {
  /** Resolves when the child has ended, whoever ended it. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * Starts one of our programs as a process of its own and waits for the line that says it is ready.
 * @param program path below the compiled root, e.g. `src/main.js`
 * @throws Error with the child's last words when it ends first
 */
export async function startChild(
  program: string,
  {
    args = [],
    env,
    cwd,
    readyLine,
  }: { args?: string[]; env: Record<string, string>; cwd: string; readyLine: string },
): Promise<Child> {
  const child = fork(fileURLToPath(new URL(`../${program}`, import.meta.url)), args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    execArgv: ['--enable-source-maps', '--import', PRELOAD],
    detached: true, // Ctrl-C in a terminal reaches the whole group; the demo stops its children one after the other
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
  await ready(child, program, readyLine);
  return { ended, stop: () => stop(child, ended) };
}

function ready(child: ChildProcess, program: string, readyLine: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    const listen = (chunk: Buffer): void => {
      words = (words + chunk.toString()).slice(-4000);
      if (words.includes(readyLine)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', (chunk: Buffer) => {
      listen(chunk);
      process.stderr.write(chunk);
    });
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${words}`)));
    child.once('error', reject);
  });
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
