import { Injectable } from '@nestjs/common';

/**
 * The one source of business time (DESIGN §6.1): expiry, schedules, what is written into rows. It normally is the
 * system clock; with `SIM_CLOCK_URL` the clock follower shifts it to the simulator's. Sessions, tokens and leases
 * use wall time instead, because they protect the process and not the business.
 */
@Injectable()
export class Clock {
  private offsetMs = 0;
  private readonly listeners = new Set<() => void>();

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** Called after every jump, so that what waits for a time looks again at once. */
  onJump(listener: () => void): void {
    this.listeners.add(listener);
  }

  jumpTo(offsetMs: number): void {
    if (offsetMs === this.offsetMs) return;
    this.offsetMs = offsetMs;
    for (const listener of this.listeners) listener();
  }
}
