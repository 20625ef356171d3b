import { parseArgs } from 'node:util';

export const BENCHES = [
  'notify',
  'ceiling',
  'checkout',
  'read',
  'sdk',
  'startup',
  'reconcile',
  'refund',
  'growth',
  'memory',
] as const;
export type BenchName = (typeof BENCHES)[number];

export interface Options {
  bench: BenchName;
  /** One JSON object on the last line instead of a table. */
  json: boolean;
  /** Length of one measured phase. */
  seconds: number;
  /** How often floor and ours take turns (startup: how often it is started). */
  rounds: number;
  /** Requests under way at the same time, each on a kept-alive connection of its own. */
  connections: number;
  /** Rows of the bill (reconcile). */
  rows: number;
  /** Paid orders of the past, a database for each (growth). */
  orders: number[];
  /** One after the other, until the memory is looked at for the last time (memory). */
  notifications: number;
  /** Folder for CPU profiles of our processes; none are taken without it, because profiling costs. */
  profile: string | undefined;
}

export const USAGE =
  'npm run bench -- notify|ceiling|checkout|read|refund|growth|sdk|startup|reconcile|memory [--json] [--seconds N] [--rounds N] [--connections N] [--rows N] [--orders N,N] [--notifications N] [--profile DIR]';

const DEFAULTS: Readonly<Record<BenchName, { seconds: number; rounds: number; connections: number }>> = {
  notify: { seconds: 6, rounds: 3, connections: 32 },
  ceiling: { seconds: 6, rounds: 3, connections: 32 },
  checkout: { seconds: 6, rounds: 3, connections: 32 },
  read: { seconds: 6, rounds: 3, connections: 32 },
  sdk: { seconds: 1, rounds: 3, connections: 0 },
  startup: { seconds: 0, rounds: 5, connections: 0 },
  reconcile: { seconds: 0, rounds: 1, connections: 0 },
  refund: { seconds: 4, rounds: 3, connections: 32 },
  growth: { seconds: 6, rounds: 3, connections: 32 },
  memory: { seconds: 0, rounds: 1, connections: 32 },
};

/** @throws Error in words for the person who typed the command */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      rows: { type: 'string' },
      orders: { type: 'string', default: '10000,1000000,10000000' },
      notifications: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const bench = BENCHES.find((name) => name === positionals[0]);
  if (bench === undefined || positionals.length > 1)
    throw new Error(`say which benchmark: ${BENCHES.join(', ')}`);
  const standard = DEFAULTS[bench];
  return {
    bench,
    json: values.json,
    seconds: readNumber('--seconds', values.seconds, standard.seconds, 120),
    rounds: readNumber('--rounds', values.rounds, standard.rounds, 20),
    connections: readNumber('--connections', values.connections, standard.connections, 256),
    rows: readNumber('--rows', values.rows, 1_000_000, 9_999_999),
    orders: values.orders.split(',').map((each) => readNumber('--orders', each, 0, 20_000_000)),
    notifications: readNumber('--notifications', values.notifications, 1_000_000, 10_000_000),
    profile: values.profile,
  };
}

function readNumber(name: string, text: string | undefined, standard: number, max: number): number {
  if (text === undefined) return standard;
  if (!/^\d{1,8}$/.test(text) || Number(text) < 1 || Number(text) > max)
    throw new Error(`${name} must be a number from 1 to ${max}`);
  return Number(text);
}
