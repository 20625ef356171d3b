import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JobsModule } from '../jobs/jobs.module.js';
import { EffectAttempt } from './effect/effect-attempt.entity.js';
import { EFFECT_KINDS, type EffectKind } from './effect/effect-kind.js';
import { EffectPlanner } from './effect/effect-planner.js';
import { EffectWorker } from './effect/effect-worker.js';
import { Effect } from './effect/effect.entity.js';
import { EffectService } from './effect/effect.service.js';
import { OperatorModule } from '../operator/operator.module.js';
import { WebhookDelivery } from './webhook/webhook-delivery.js';
import { WebhookEndpoint } from './webhook/webhook-endpoint.entity.js';
import { WebhookEndpointService } from './webhook/webhook-endpoint.service.js';
import { WebhookHttp } from './webhook/webhook.http.js';

/** Every kind of effect there is; a new one is a provider and a place in this list. */
const KINDS: (new (...dependencies: never[]) => EffectKind)[] = [WebhookDelivery];

@Module({
  imports: [TypeOrmModule.forFeature([Effect, EffectAttempt, WebhookEndpoint]), JobsModule, OperatorModule],
  providers: [
    EffectPlanner,
    EffectService,
    EffectWorker,
    WebhookEndpointService,
    WebhookHttp,
    ...KINDS,
    { provide: EFFECT_KINDS, inject: KINDS, useFactory: (...kinds: EffectKind[]) => kinds },
  ],
  exports: [EffectService, EffectWorker, WebhookEndpointService],
})
export class FulfilmentModule {}
