import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { IdempotencyKeys } from '../common/idempotency/idempotency-keys.js';
import { EffectService } from '../fulfilment/effect/effect.service.js';
import { Feed } from '../jobs/feed.js';
import { InboxService } from '../notify/inbox.service.js';
import { MessagePushService } from '../notify/message/message-push.service.js';

const HOUR_MS = 3600 * 1000;
const KEYS_KEPT_MS = 7 * 24 * HOUR_MS;
const EFFECTS_KEPT_MS = 180 * 24 * HOUR_MS;

/** Forgets what has outlived its use, hourly; deleting twice does no harm, so every instance may do it. */
@Injectable()
export class Pruning implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('pruning');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly inbox: InboxService,
    private readonly messages: MessagePushService,
    private readonly effects: EffectService,
    private readonly feed: Feed,
    private readonly idempotencyKeys: IdempotencyKeys,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.prune();
    }, HOUR_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async prune(): Promise<void> {
    try {
      await this.inbox.prune();
      await this.messages.prune();
      await this.effects.prune(EFFECTS_KEPT_MS);
      await this.feed.prune();
      await this.idempotencyKeys.prune(new Date(new Date().getTime() - KEYS_KEPT_MS));
    } catch (error) {
      this.logger.error('pruning failed; the next hour tries again', { cause: error });
    }
  }
}
