import { readFileSync } from 'node:fs';

/** The kernel counts CPU time in ticks of 10 ms, whatever its own timer does (USER_HZ). */
const TICK_MICROS = 10_000;

/** CPU time of a process since its start in µs, user and system, all threads; undefined where there is no /proc. */
export function cpuMicros(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The program's name may contain spaces; the numbers begin after its closing bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** CPU time of several processes in µs, by process id; one that has ended meanwhile is left out. */
export function cpuMicrosByPid(pids: readonly number[]): Map<number, number> {
  return new Map(
    pids.flatMap((pid) => {
      const cpu = cpuMicros(pid);
      return cpu === undefined ? [] : [[pid, cpu] as const];
    }),
  );
}

/** Memory a process holds, in MB. */
export function rssMb(pid: number): number | undefined {
  return statusMb(pid, 'VmRSS');
}

function statusMb(pid: number, name: string): number | undefined {
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kb === undefined ? undefined : Number(kb) / 1024;
}

/** The most memory a process has ever held, in MB. */
export function peakRssMb(pid: number): number | undefined {
  return statusMb(pid, 'VmHWM');
}

/** CPU time the whole machine has spent working in µs, including what its host took away (steal). */
export function machineMicros(): number | undefined {
  const line = /^cpu +(.*)$/m.exec(read('/proc/stat') ?? '')?.[1];
  if (line === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MICROS;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
