import { setTimeout as after } from 'node:timers/promises';

/** Waits `ms` of wall time, or until the simulator stops. */
export async function hold(ms: number, stopping: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal: stopping }).catch(() => undefined);
}
