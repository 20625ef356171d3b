import type { LoadGenerator } from './load/load-generator.js';
import type { LoadPlan } from './load/plans.js';
import { databasePids, type BenchDatabase } from './rig.js';
import { cpuMicros, cpuMicrosByPid, machineMicros, rssMb } from './usage.js';

/** Figures of one phase, or the medians of several. Times in ms, CPU in µs per request. */
export interface Figures {
  /** Answered requests per second. */
  rps: number;
  p50: number;
  p99: number;
  p999: number;
  /** CPU of the server's Node process for one request. */
  cpuMicros: number;
  /** CPU of all PostgreSQL processes for one request. */
  databaseCpuMicros: number;
  rssMb: number;
  /** Cores that neither this benchmark's server, database nor load generator used: high = somebody disturbed the run. */
  othersCores: number;
}

export interface Phase extends Figures {
  answered: number;
}

/**
 * One measured load on one server.
 * @param server `helpers`: processes that work for it and are not somebody else's, such as the simulator; `afterwards`:
 *   waits for what the answers began, which then counts as well
 */
export async function measure(
  load: LoadGenerator,
  plan: LoadPlan,
  server: {
    pid: number;
    database: BenchDatabase;
    helpers?: readonly number[];
    afterwards?: () => Promise<void>;
  },
): Promise<Phase> {
  await load.prepare(plan);
  const usage = async () => ({
    server: cpuMicros(server.pid) ?? 0,
    database: cpuMicrosByPid(await databasePids(server.database)),
    load: sum(cpuMicrosByPid([load.pid, ...(server.helpers ?? [])]).values()),
    machine: machineMicros() ?? 0,
  });
  const before = await usage();
  const result = await load.go();
  const answeredAt = performance.now();
  await server.afterwards?.();
  const elapsedMs = result.elapsedMs + performance.now() - answeredAt;
  const after = await usage();
  const serverCpu = after.server - before.server;
  const loadCpu = after.load - before.load;
  // Connections opened meanwhile are processes that began at zero.
  const databaseCpu = sum([...after.database].map(([pid, cpu]) => cpu - (before.database.get(pid) ?? 0)));
  return {
    answered: result.answered,
    rps: (result.answered / elapsedMs) * 1000,
    p50: result.p50,
    p99: result.p99,
    p999: result.p999,
    cpuMicros: serverCpu / result.answered,
    databaseCpuMicros: databaseCpu / result.answered,
    rssMb: rssMb(server.pid) ?? 0,
    othersCores:
      Math.max(0, after.machine - before.machine - serverCpu - databaseCpu - loadCpu) / (elapsedMs * 1000),
  };
}

/** The median of each figure on its own: one disturbed phase moves none of them. */
export function medians(phases: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number => median(phases.map((phase) => phase[name]));
  return {
    rps: of('rps'),
    p50: of('p50'),
    p99: of('p99'),
    p999: of('p999'),
    cpuMicros: of('cpuMicros'),
    databaseCpuMicros: of('databaseCpuMicros'),
    rssMb: of('rssMb'),
    othersCores: of('othersCores'),
  };
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export interface Comparison {
  ratio: number;
  ours: Figures;
  floor: Figures;
  rounds: { floor: Phase; ours: Phase }[];
}

/**
 * Floor and ours in turns, so that what happens to the machine meanwhile happens to both.
 * @param phase runs one side once, its preparation and the check of its books included
 */
export async function compare(
  rounds: number,
  phase: (side: 'floor' | 'ours', round: number) => Promise<Phase>,
): Promise<Comparison> {
  const all: Comparison['rounds'] = [];
  for (let round = 1; round <= rounds; round++) {
    all.push({ floor: await phase('floor', round), ours: await phase('ours', round) });
  }
  const floor = medians(all.map((each) => each.floor));
  const ours = medians(all.map((each) => each.ours));
  return { ratio: ours.rps / floor.rps, ours, floor, rounds: all };
}
