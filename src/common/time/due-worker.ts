import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from './clock.js';

const IDLE_MS = 1000;

/**
 * Does what is due, for as long as the application runs: at once while there is more to do, otherwise every second, when
 * the clock jumps or when woken. Never two runs at a time; an error is logged and the next run follows.
 */
export abstract class DueWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  protected readonly logger: Logger;
  private stopping = false;
  private woken = false;
  private wakeUp: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    protected readonly clock: Clock,
  ) {
    this.logger = new Logger(name);
  }

  /** @returns whether there may be more to do at once */
  protected abstract runOnce(): Promise<boolean>;

  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  onApplicationBootstrap(): void {
    this.clock.onJump(() => this.wake());
    this.running = this.loop();
  }

  /** The current run ends; nothing starts after it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      let more = false;
      try {
        more = await this.runOnce();
      } catch (error) {
        this.logger.error('a run failed; the next one follows', { cause: error });
      }
      if (!more && !this.woken && !this.stopping) await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
