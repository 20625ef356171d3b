import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats `look` until it stops throwing; its last error when the time is over. For what happens on its own time. */
export async function eventually<Result>(look: () => Promise<Result>, withinMs = 15_000): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
