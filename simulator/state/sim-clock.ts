import type { Collection } from './collection.js';

interface ClockRow {
  offsetMs: number;
  version: number;
}

/** WeChat's clock: wall time plus an offset that only grows, until a reset. */
export class SimClock {
  private row: ClockRow;

  constructor(private readonly rows: Collection<ClockRow>) {
    this.row = rows.get('clock') ?? { offsetMs: 0, version: 0 };
    this.move(this.row.offsetMs);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.row.offsetMs;
  }

  get offsetMs(): number {
    return this.row.offsetMs;
  }

  /** Changes with every jump and every start; never repeats, so a follower cannot mistake an old state for the new. */
  get version(): number {
    return this.row.version;
  }

  advance(seconds: number): void {
    this.move(this.row.offsetMs + Math.round(seconds * 1000));
  }

  reset(): void {
    this.move(0);
  }

  private move(offsetMs: number): void {
    this.row = this.rows.set('clock', { offsetMs, version: Math.max(this.row.version + 1, Date.now()) });
  }
}
