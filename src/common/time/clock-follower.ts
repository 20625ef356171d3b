import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { v4 as uuid } from 'uuid';
import { z } from 'zod';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { Clock } from './clock.js';

const answerSchema = z.object({ offsetMs: z.number(), version: z.union([z.string(), z.number()]) });

/** Keeps the business clock on the simulator's (SIM_CLOCK_URL; refused in production). Asking again with the new version tells the simulator that this instance has followed. */
@Injectable()
export class ClockFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('clock');
  private readonly stop = new AbortController();
  private following: Promise<void> = Promise.resolve();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { simUrl } = this.settings.clock;
    if (simUrl === undefined) return;
    const url = new URL(simUrl);
    url.searchParams.set('follower', uuid());
    const version = await this.ask(url, undefined).catch(() => undefined);
    this.following = this.follow(url, version);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.following;
  }

  private async follow(url: URL, version: string | undefined): Promise<void> {
    let known = version;
    while (!this.stop.signal.aborted) {
      try {
        known = await this.ask(url, known);
      } catch (error) {
        if (this.stop.signal.aborted) return;
        this.logger.warn('the simulator does not tell the time; trying again', { cause: error });
        await sleep(500, undefined, { signal: this.stop.signal }).catch(() => undefined);
      }
    }
  }

  private async ask(url: URL, version: string | undefined): Promise<string> {
    if (version !== undefined) url.searchParams.set('version', version);
    const answer = await fetch(url, { signal: this.stop.signal });
    const { offsetMs, version: next } = answerSchema.parse(await answer.json());
    this.clock.jumpTo(offsetMs);
    return String(next);
  }
}
