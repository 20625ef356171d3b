import { Logger } from '@nestjs/common';

const IDLE_MS = 1000;

/**
 * Runs `work` again and again: at once while it reports more to do, otherwise every second or when woken. Never two
 * runs at a time; errors are logged and do not end the loop.
 */
export class DueLoop {
  private readonly logger: Logger;
  private stopping = false;
  private woken = false;
  private wakeUp: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    name: string,
    private readonly work: () => Promise<boolean>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.running = this.loop();
  }

  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  /** Resolves when the current run has ended; nothing starts after it. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      let more = false;
      try {
        more = await this.work();
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
