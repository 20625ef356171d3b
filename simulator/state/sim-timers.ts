import type { SimClock } from './sim-clock.js';

/** The longest delay setTimeout takes (2^31-1 ms, 24.8 days); a later task is armed again on the way. */
const LONGEST_DELAY_MS = 2_147_483_647;

interface Task {
  dueAt: number;
  run: () => Promise<void>;
  handle?: NodeJS.Timeout;
}

/** Things to be done at a moment of the simulator's clock: they fire by themselves, and at once after a jump. */
export class SimTimers {
  private readonly tasks = new Map<string, Task>();
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly clock: SimClock,
    private readonly report: (problem: string) => void,
  ) {}

  /** Plans `run` for `dueAt` (ms on the simulator's clock); an earlier plan under the same key is replaced. */
  at(key: string, dueAt: number, run: () => Promise<void>): void {
    this.cancel(key);
    if (this.stopped) return;
    const task: Task = { dueAt, run };
    this.tasks.set(key, task);
    this.arm(key, task);
  }

  cancel(key: string): void {
    clearTimeout(this.tasks.get(key)?.handle);
    this.tasks.delete(key);
  }

  cancelAll(): void {
    for (const key of this.tasks.keys()) this.cancel(key);
  }

  /**
   * After the clock moved: runs what is due, also what that made due (a jump passes every missed attempt in order),
   * and waits for all of it. What is not due yet is armed for its new distance.
   */
  async runDue(): Promise<void> {
    for (;;) {
      const due = [...this.tasks].filter(([, task]) => task.dueAt <= this.clock.now());
      for (const [key, task] of due.sort(([, a], [, b]) => a.dueAt - b.dueAt)) this.fire(key, task);
      if (this.running.size === 0) break;
      await Promise.all(this.running);
    }
    for (const [key, task] of this.tasks) this.arm(key, task);
  }

  stop(): void {
    this.stopped = true;
    this.cancelAll();
  }

  private arm(key: string, task: Task): void {
    clearTimeout(task.handle);
    const delay = Math.min(Math.max(task.dueAt - this.clock.now(), 0), LONGEST_DELAY_MS);
    task.handle = setTimeout(() => {
      if (task.dueAt > this.clock.now()) this.arm(key, task);
      else this.fire(key, task);
    }, delay);
    task.handle.unref();
  }

  private fire(key: string, task: Task): void {
    this.cancel(key);
    const run = task
      .run()
      .catch((error: unknown) => this.report(`${key}: ${String(error)}`))
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }
}
