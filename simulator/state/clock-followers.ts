import type { SimClock } from './sim-clock.js';

/** A follower that has not asked for so long (wall time) is gone. */
const FORGOTTEN_AFTER_MS = 30_000;
/** How long a jump waits for the followers (wall time). */
const WAIT_FOR_FOLLOWERS_MS = 3_000;
/** How long a question is held while nothing changes (wall time). */
const HOLD_QUESTION_MS = 25_000;

interface Follower {
  seenAt: number;
  /** The newest version it said it has. */
  version: number;
}

/**
 * Merchant backends that go by this clock. Each asks again and again with the version it has; asking with the new
 * version is how it says that it has followed.
 */
export class ClockFollowers {
  private readonly followers = new Map<string, Follower>();
  /** Held questions and jumps that wait: all look again when anything moved. */
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly clock: SimClock,
    private readonly stopping: AbortSignal,
  ) {
    stopping.addEventListener('abort', () => this.wakeAll());
  }

  /** A follower asks and says which version it has. Resolves when there is news, or after 25 s, or when `gone` aborts. */
  async ask(id: string, version: number, gone: AbortSignal): Promise<void> {
    this.followers.set(id, { seenAt: Date.now(), version });
    this.wakeAll();
    const until = Date.now() + HOLD_QUESTION_MS;
    const isOver = (): boolean => gone.aborted || this.stopping.aborted || Date.now() >= until;
    while (version === this.clock.version && !isOver()) await this.change(until, gone);
    const follower = this.followers.get(id);
    if (!follower) return;
    if (gone.aborted) this.forget(id);
    else follower.seenAt = Date.now();
  }

  /** After a jump: tells everybody and waits until all have followed, three seconds at most. Returns how many have. */
  async followed(): Promise<number> {
    const { version } = this.clock;
    this.wakeAll();
    const until = Date.now() + WAIT_FOR_FOLLOWERS_MS;
    const isOver = (): boolean => this.stopping.aborted || Date.now() >= until;
    while (this.living().some((each) => each.version < version) && !isOver()) await this.change(until);
    return this.living().filter((each) => each.version >= version).length;
  }

  private forget(id: string): void {
    this.followers.delete(id);
    this.wakeAll();
  }

  private living(): Follower[] {
    for (const [id, { seenAt }] of this.followers) {
      if (Date.now() - seenAt > FORGOTTEN_AFTER_MS) this.followers.delete(id);
    }
    return [...this.followers.values()];
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
  }

  private change(until: number, gone?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        gone?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(until - Date.now(), 0));
      this.waiting.add(done);
      gone?.addEventListener('abort', done);
    });
  }
}
