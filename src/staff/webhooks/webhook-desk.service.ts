import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { newestPage } from '../../common/http/list-query.js';
import { EffectAttempt } from '../../fulfilment/effect/effect-attempt.entity.js';
import { Effect } from '../../fulfilment/effect/effect.entity.js';
import { WEBHOOK, webhookPayloadSchema } from '../../fulfilment/webhook/webhook-delivery.js';
import { WebhookEndpoint } from '../../fulfilment/webhook/webhook-endpoint.entity.js';
import { view, WebhookEndpointService } from '../../fulfilment/webhook/webhook-endpoint.service.js';
import { EffectDeskService } from '../effects/effect-desk.service.js';
import { effectDetail } from '../effects/effect.view.js';
import type { By } from '../staff-action.service.js';
import type {
  DeliveryListQuery,
  DeliveryPage,
  DeliveryView,
  WebhookListQuery,
  WebhookPage,
} from './webhook.schema.js';

/** Endpoints and their delivery logs as staff see them. */
@Injectable()
export class WebhookDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly endpoints: WebhookEndpointService,
    private readonly effects: EffectDeskService,
  ) {}

  async list(range: WebhookListQuery): Promise<WebhookPage> {
    const query = this.dataSource.createQueryBuilder(WebhookEndpoint, 'w');
    const { rows, nextCursor } = await newestPage(query, 'createdAt', range);
    return { items: rows.map(view), nextCursor };
  }

  /** @throws Problem `WEBHOOK_NOT_FOUND` */
  async deliveries(id: string, { status, ...range }: DeliveryListQuery): Promise<DeliveryPage> {
    await this.endpoints.view(id);
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      const query = manager
        .createQueryBuilder(Effect, 'e')
        .where('e.kind = :kind AND e.target = :id', { kind: WEBHOOK, id });
      if (status !== undefined) query.andWhere('e.status = :status', { status });
      const { rows, nextCursor } = await newestPage(query, 'createdAt', range, (page) => page.getMany());
      const attempts = await manager.find(EffectAttempt, {
        where: { effectId: In(rows.map((row) => row.id)) },
        order: { attempt: 'ASC' },
      });
      const attemptsOf = Map.groupBy(attempts, ({ effectId }) => effectId);
      return { items: rows.map((effect) => delivery(effect, attemptsOf.get(effect.id) ?? [])), nextCursor };
    });
  }

  /** @throws Problem `EFFECT_NOT_FOUND` when it is no delivery to this endpoint */
  async replay(id: string, deliveryId: string, by: By): Promise<DeliveryView> {
    await this.effects.replay(deliveryId, by, { kind: WEBHOOK, target: id });
    const { effect, attempts } = await this.effects.read(deliveryId);
    return delivery(effect, attempts);
  }
}

function delivery(effect: Effect, attempts: readonly EffectAttempt[]): DeliveryView {
  return { ...effectDetail(effect, attempts), ...webhookPayloadSchema.parse(effect.payload) };
}
