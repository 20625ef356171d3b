import { fork, type ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import globalSetup from '../support/global-setup.js';
import globalTeardown from '../support/global-teardown.js';
import { breakRules } from './break-rules.js';
import { BATCH, type Find, type Progress } from './campaign.js';
import { addSituations, type Situations } from './coverage.js';
import { makeWeChat } from './world.js';

/** `npm run simulate`: histories by the thousand, on as many processes as there are cores (docs/proof.md). */

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    workers: { type: 'string' },
    breakages: { type: 'boolean', default: false },
    break: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    'as-found': { type: 'boolean', default: false },
  },
});

export interface Work {
  wechat: string;
  seed: number;
  batches: number[];
  /** Whether a failing history is made shorter. */
  shorten: boolean;
}
export type WorkerMessage = { progress: Progress } | { find: Find } | { done: true };

export interface Summary {
  seed: number;
  histories: number;
  seconds: number;
  situations: Situations;
  find?: Find;
}

async function main(): Promise<number> {
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const histories = Number(values.histories);
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(histories) || histories < 1)
    throw new Error('--seed and --histories take whole numbers');
  if (values.breakages || values.break.length > 0) return breakRules(values.break, histories, seed);
  await globalSetup();
  try {
    const summary = await simulate(histories, seed, Number(values.workers ?? availableParallelism()));
    if (values.json) console.log(JSON.stringify(summary));
    else print(summary);
    return summary.find === undefined ? 0 : 1;
  } finally {
    await globalTeardown();
  }
}

async function simulate(histories: number, seed: number, workers: number): Promise<Summary> {
  const wechat = await makeWeChat();
  const batches = Array.from({ length: Math.ceil(histories / BATCH) }, (_, batch) => batch);
  const summary: Summary = { seed, histories: 0, seconds: 0, situations: {} };
  const started = performance.now();
  const children: ChildProcess[] = [];
  await Promise.all(
    Array.from({ length: Math.min(workers, batches.length) }, (_, worker) => {
      const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [], {
        execArgv: ['--enable-source-maps', '--disable-warning=ExperimentalWarning'],
      });
      children.push(child);
      const work: Work = {
        wechat,
        seed,
        batches: batches.filter((batch) => batch % workers === worker),
        shorten: !values['as-found'],
      };
      child.send(work);
      return followed(child, (message) => {
        if ('find' in message) {
          summary.find ??= message.find;
          for (const each of children) each.kill('SIGTERM');
        } else if ('progress' in message) {
          summary.histories += message.progress.histories;
          addSituations(summary.situations, message.progress.situations);
          summary.seconds = (performance.now() - started) / 1000;
          if (!values.json) progressLine(summary, histories);
        }
      });
    }),
  );
  summary.seconds = (performance.now() - started) / 1000;
  await rm(wechat, { recursive: true, force: true });
  return summary;
}

function followed(child: ChildProcess, listen: (message: WorkerMessage) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isDone = false;
    child.on('message', (message: WorkerMessage) => {
      isDone ||= 'done' in message || 'find' in message;
      listen(message);
    });
    child.once('exit', (code, signal) => {
      if (isDone || signal === 'SIGTERM') resolve();
      else reject(new Error(`a worker ended with ${code ?? signal}`));
    });
  });
}

function progressLine({ histories, seconds }: Summary, wanted: number): void {
  const perSecond = histories / seconds;
  console.log(`${histories} of ${wanted} histories, ${perSecond.toFixed(0)}/s, 0 violations`);
}

function print({ seed, histories, seconds, situations, find }: Summary): void {
  for (const [name, times] of Object.entries(situations).toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`${String(times).padStart(9)}  ${name}`);
  console.log(
    `${histories} histories, seed ${seed}, ${seconds.toFixed(0)} s: ${find === undefined ? 'no violation' : 'VIOLATION'}`,
  );
  if (find === undefined) return;
  console.log(`in batch ${find.batch}:\n${find.violations.map((each) => `  ${each}`).join('\n')}`);
  console.log(`shortest history:\n${find.shortest}`);
  console.log(`again: npm run simulate -- --seed ${seed} --histories ${(find.batch + 1) * BATCH}`);
}

process.exitCode = await main();
