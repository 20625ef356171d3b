import { setTimeout as sleep } from 'node:timers/promises';
import { AppProcess } from '../support/app-process.js';

const TRIES = 60;
const LAST_WORDS = 1500;

/** One place where the application runs, and is started again whenever it has ended. */
export class Instance {
  private app: AppProcess | undefined;

  constructor(private readonly env: Record<string, string>) {}

  /** A start fails while the database is away; an orchestrator tries again, and so does this. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        this.app = await AppProcess.start(this.env);
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        await sleep(500);
      }
    }
  }

  async kill(): Promise<void> {
    await this.app?.crash();
  }

  /** Asked to; one that is cut off instead loses nothing either, but somebody should know why. */
  async end(): Promise<void> {
    this.app?.signal('SIGTERM');
    const code = await this.app?.ended();
    if (code !== 0)
      process.stderr.write(`an instance ended with ${code}: ${this.app?.output.text.slice(-LAST_WORDS)}\n`);
  }

  /** As a machine that swaps, or a virtual one that is moved: leases run out while it believes to hold them. */
  async pause(ms: number): Promise<void> {
    this.app?.signal('SIGSTOP');
    await sleep(ms);
    this.app?.signal('SIGCONT');
  }
}
