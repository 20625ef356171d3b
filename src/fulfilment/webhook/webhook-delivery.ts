import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { SEALED_COLUMNS } from '../../common/sealed-columns.js';
import { Sealing } from '../../common/sealed.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import {
  EVENT_TYPES,
  type DomainEvent,
  type OrderEvent,
  type ReconciliationEvent,
} from '../../jobs/event.js';
import type { Effect } from '../effect/effect.entity.js';
import {
  done,
  later,
  refused,
  WECHAT_CALENDAR,
  type EffectKind,
  type EffectResult,
  type PlannedEffect,
} from '../effect/effect-kind.js';
import { AddressRefused } from './address-guard.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookHttp, type WebhookAnswer } from './webhook.http.js';
import { reconciliationMessage, webhookMessage } from './webhook-message.js';
import { secretsOf, signedHeaders } from './webhook-secrets.js';

export const WEBHOOK = 'webhook';

/** What a delivery carries. The body is a string: JSON columns reorder keys, and signatures are over bytes. */
export const webhookPayloadSchema = z.object({
  messageId: z.string(),
  type: z.enum(EVENT_TYPES),
  body: z.string(),
});

/** An endpoint hears of what happens from its creation on, however late an event is planned. */
const SUBSCRIBED = statement(
  'webhook-endpoints-of-event',
  'SELECT id FROM webhook_endpoints WHERE enabled AND $1 = ANY (event_types) AND created_at <= $2 ORDER BY id',
);

const WANTED = statement(
  'event-types-with-webhook',
  'SELECT DISTINCT unnest(event_types) AS type FROM webhook_endpoints WHERE enabled',
);

/** Tells the shop's other systems of events (A13): one effect for each endpoint that wants the type. */
@Injectable()
export class WebhookDelivery implements EffectKind {
  readonly kind = WEBHOOK;
  readonly schedule = WECHAT_CALENDAR;
  private readonly sealing: Sealing;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly http: WebhookHttp,
    @Inject(SETTINGS) { data }: Settings,
  ) {
    this.sealing = new Sealing(data.encryptionKeys, SEALED_COLUMNS.webhookSecret.purpose);
  }

  async concerning(events: readonly DomainEvent[], manager: EntityManager): Promise<readonly DomainEvent[]> {
    const wanted = new Set((await run<{ type: string }>(manager, WANTED, [])).map(({ type }) => type));
    return events.filter(({ type }) => wanted.has(type));
  }

  async plan(event: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    const { orderId, refundId, paymentId } = event;
    const subject: PlannedEffect['subject'] =
      refundId !== undefined
        ? { kind: 'refund', id: refundId }
        : paymentId !== undefined
          ? { kind: 'payment', id: paymentId }
          : { kind: 'order', id: orderId };
    const body = () => webhookMessage(event, manager);
    return this.deliveries(event, manager, { subject, orderId }, body);
  }

  async planReconciliation(event: ReconciliationEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    const subject = { kind: 'reconciliation', id: event.reconciliationId } as const;
    const body = () => reconciliationMessage(event, manager);
    return this.deliveries(event, manager, { subject, orderId: null }, body);
  }

  private async deliveries(
    { id: messageId, type, at }: DomainEvent,
    manager: EntityManager,
    about: Pick<PlannedEffect, 'subject' | 'orderId'>,
    makeBody: () => Promise<string>,
  ): Promise<PlannedEffect[]> {
    const endpoints = await run<{ id: string }>(manager, SUBSCRIBED, [type, at]);
    if (endpoints.length === 0) return [];
    const payload = { messageId, type, body: await makeBody() };
    return endpoints.map(({ id }) => ({ target: id, ...about, payload }));
  }

  async run({ target, payload }: Effect): Promise<EffectResult> {
    const endpoint = await this.dataSource.manager.findOneBy(WebhookEndpoint, { id: target });
    if (endpoint === null) return refused('ENDPOINT_DELETED', 'the endpoint was deleted');
    if (!endpoint.enabled) return refused('ENDPOINT_DISABLED', 'the endpoint is switched off');
    const { messageId, body } = webhookPayloadSchema.parse(payload);
    // Receivers compare with their own clock: wall time, of this try.
    const now = new Date();
    const headers = signedHeaders(messageId, now, body, secretsOf(this.sealing, endpoint, now));
    try {
      return resultOf(await this.http.post(endpoint.url, headers, body));
    } catch (error) {
      return unanswered(error);
    }
  }
}

/** Any 2xx is yes; anything else may be mended on the other side, redirects included. */
function resultOf({ status, body }: WebhookAnswer): EffectResult {
  const code = `HTTP_${status}`;
  return status >= 200 && status < 300 ? done(code, body) : later(code, body);
}

function unanswered(error: unknown): EffectResult {
  if (error instanceof AddressRefused) return later('ADDRESS_REFUSED', error.message);
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  if (name === 'TimeoutError') return later('TIMEOUT', 'no answer in time');
  return later(typeof code === 'string' ? code : 'UNREACHABLE', String(message));
}
