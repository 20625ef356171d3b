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
import { PictureService } from '../refund/picture/picture.service.js';

const HOUR_MS = 3600 * 1000;
const KEYS_KEPT_MS = 7 * 24 * HOUR_MS;
/** Long enough for any question about a message, a print or a delivery. */
const EFFECTS_KEPT_MS = 180 * 24 * HOUR_MS;
/** A dead one waits for a person, who has had as long as the notification that caused it is kept. */
const DEAD_EFFECTS_KEPT_MS = 400 * 24 * HOUR_MS;
const BATCH = 1000;

/**
 * Forgets what has outlived its use, hourly; deleting twice does no harm, so every instance may do it. What is kept how
 * long, and what for ever: docs/retention.md.
 */
@Injectable()
export class Pruning implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('pruning');
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly inbox: InboxService,
    private readonly messages: MessagePushService,
    private readonly effects: EffectService,
    private readonly feed: Feed,
    private readonly pictures: PictureService,
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
    this.stopping = true;
    await this.running;
  }

  /** Once; what fails is logged and left to the next hour. */
  async prune(): Promise<void> {
    try {
      await this.inBatches(() => this.inbox.prune(BATCH));
      await this.messages.prune();
      await this.inBatches(() => this.effects.prune(['DONE', 'REFUSED'], EFFECTS_KEPT_MS, BATCH));
      await this.inBatches(() => this.effects.prune(['DEAD'], DEAD_EFFECTS_KEPT_MS, BATCH));
      await this.inBatches(() => this.pictures.prune(BATCH));
      await this.feed.prune();
      await this.idempotencyKeys.prune(new Date(new Date().getTime() - KEYS_KEPT_MS));
    } catch (error) {
      this.logger.error('pruning failed; the next hour tries again', { cause: error });
    }
  }

  private async inBatches(prune: () => Promise<number>): Promise<void> {
    while (!this.stopping && (await prune()) >= BATCH);
  }
}
