import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PRELOAD = new URL('../scripts/end-with-parent.js', import.meta.url).href;
/** A child that does not end by then is cut off. */
const STOP_MS = 20_000;

export interface Child {
  /** For the measurement of its CPU time and memory. */
  pid: number;
  /** From the call to the line that says it is ready. */
  startMs: number;
  process: ChildProcess;
  stop(): Promise<void>;
}

export interface ChildOptions {
  env: Record<string, string>;
  cwd: string;
  /** What the program prints when it is ready. */
  readyLine: string;
  args?: string[] | undefined;
  execArgv?: string[] | undefined;
}

/**
 * Starts a program as a process of its own and waits until it is ready; it ends with this process at the latest.
 * @param program path below the compiled root, e.g. `src/main.js`
 * @throws Error with the child's last words when it ends first
 */
export async function startChild(program: string, options: ChildOptions): Promise<Child> {
  const started = performance.now();
  const child = fork(fileURLToPath(new URL(`../${program}`, import.meta.url)), options.args ?? [], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    execArgv: ['--enable-source-maps', '--import', PRELOAD, ...(options.execArgv ?? [])],
    detached: true, // Ctrl-C reaches this process alone, which stops its children one after the other
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await ready(child, program, options.readyLine);
  child.stderr?.on('data', (chunk: Buffer) => {
    if (!stopping) process.stderr.write(chunk);
  });
  if (child.pid === undefined) throw new Error(`${program} has no process id`);
  return {
    pid: child.pid,
    startMs: performance.now() - started,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      stopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function ready(child: ChildProcess, program: string, readyLine: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    const listen = (chunk: Buffer): void => {
      words = (words + chunk.toString()).slice(-4000);
      if (words.includes(readyLine)) resolve();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${words}`)));
    child.once('error', reject);
  });
}
