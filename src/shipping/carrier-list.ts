import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../common/time/clock.js';
import { WechatApi } from '../wechat/wechat-api.js';
import type { Unknown } from '../wxpay/outcome.js';

export interface Carrier {
  code: string;
  name: string;
}

const KEPT_MS = 24 * 3600 * 1000;
/** When WeChat cannot be asked, nobody waits for it at every parcel. */
const PAUSE_MS = 60_000;

const answerSchema = z.object({
  delivery_list: z.array(z.object({ delivery_id: z.string(), delivery_name: z.string() })),
});

/** The carriers WeChat knows, asked for once a day and instance. */
@Injectable()
export class CarrierList {
  private readonly logger = new Logger('shipping');
  private carriers: readonly Carrier[] | undefined;
  private nextAt = 0;
  private asking: Promise<void> | undefined;

  constructor(
    private readonly api: WechatApi,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined while WeChat has never answered; an old list is better than none */
  async all(): Promise<readonly Carrier[] | undefined> {
    if (this.clock.now().getTime() >= this.nextAt) {
      this.asking ??= this.ask().finally(() => {
        this.asking = undefined;
      });
      await this.asking;
    }
    return this.carriers;
  }

  private async ask(): Promise<void> {
    const path = '/cgi-bin/express/delivery/open_msg/get_delivery_list';
    const outcome = await this.api.post(path, {}, answerSchema);
    const now = this.clock.now().getTime();
    if (outcome.kind !== 'accepted') {
      this.nextAt = now + PAUSE_MS;
      this.logger.warn(`WeChat does not tell its carriers: ${outcome.message}`, reasonOf(outcome));
      return;
    }
    this.nextAt = now + KEPT_MS;
    this.carriers = outcome.value.delivery_list.map(({ delivery_id, delivery_name }) => ({
      code: delivery_id,
      name: delivery_name,
    }));
  }
}

function reasonOf(outcome: { kind: 'rejected'; code: string } | Unknown): Record<string, string> {
  return outcome.kind === 'rejected' ? { errcode: outcome.code } : { reason: outcome.reason };
}
