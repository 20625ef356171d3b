import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { BuyerService } from '../../buyer/buyer.service.js';
import { SubscriptionService } from '../../buyer/subscription/subscription.service.js';
import type { MessageName } from '../../config/message-template.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import type { DomainEvent, OrderEvent, ReconciliationEvent } from '../../jobs/event.js';
import { rolesWith, type Permission } from '../../operator/permissions.js';
import { WechatApi } from '../../wechat/wechat-api.js';
import type { Rejected } from '../../wxpay/outcome.js';
import {
  done,
  later,
  refused,
  type EffectKind,
  type EffectResult,
  type PlannedEffect,
} from '../effect/effect-kind.js';
import type { Effect } from '../effect/effect.entity.js';
import { messageData, readFacts, readReconciliation } from './message-content.js';

const SUBSCRIBE_MESSAGE = 'message';

/** About an hour: a message that comes later tells nobody anything. */
const SCHEDULE = [15, 30, 60, 180, 600, 1200, 1800];
/** Not granted, or not any more: a normal end. Switched off: the buyer's no (protocol §3.3). */
const NOT_GRANTED = '43101';
const SWITCHED_OFF = new Set(['43107', '43108']);
const QUOTA = '45009';

const MESSAGES_OF: Partial<Record<DomainEvent['type'], readonly MessageName[]>> = {
  'payment.succeeded': ['ORDER_PAID', 'STAFF_NEW_ORDER'],
  'order.shipped': ['ORDER_SHIPPED'],
  'refund.requested': ['STAFF_REFUND_ASKED'],
  'refund.approved': ['REFUND_DECIDED'],
  'refund.rejected': ['REFUND_DECIDED'],
  'refund.succeeded': ['REFUND_RETURNED'],
  'suspense.returned': ['REFUND_RETURNED'],
  'reconciliation.differences': ['STAFF_RECONCILIATION'],
  'reconciliation.failed': ['STAFF_RECONCILIATION'],
};

/** Who of the staff hears of it: those who can do something about it. */
const STAFF: Partial<Record<MessageName, Permission>> = {
  STAFF_NEW_ORDER: 'orders.ship',
  STAFF_REFUND_ASKED: 'refunds.review',
  STAFF_RECONCILIATION: 'reconciliation.resolve',
};

const STAFF_WITH_WECHAT = statement(
  'staff-with-wechat',
  'SELECT buyer_id AS "buyerId" FROM operators WHERE buyer_id IS NOT NULL AND disabled_at IS NULL AND role = ANY ($1::text[])',
);

const payloadSchema = z.object({
  buyerId: z.string(),
  templateId: z.string(),
  page: z.string().optional(),
  data: z.record(z.string(), z.object({ value: z.string() })),
});

/** Subscribe messages to the buyer and to staff (A18, A19). The openid is looked up when it is sent, and kept nowhere else. */
@Injectable()
export class SubscribeMessage implements EffectKind {
  readonly kind = SUBSCRIBE_MESSAGE;
  readonly schedule = SCHEDULE;
  private readonly logger = new Logger('messages');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly api: WechatApi,
    private readonly buyers: BuyerService,
    private readonly subscriptions: SubscriptionService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  concerning(events: readonly DomainEvent[]): readonly DomainEvent[] {
    const { templates } = this.settings.wechat;
    return events.filter(({ type }) => MESSAGES_OF[type]?.some((name) => templates[name] !== undefined));
  }

  async plan(event: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    const { templates, templatePage } = this.settings.wechat;
    const { facts, order } = await readFacts(event, manager);
    const { orderId, refundId } = event;
    const subject: PlannedEffect['subject'] =
      refundId === undefined ? { kind: 'order', id: orderId } : { kind: 'refund', id: refundId };
    const page = templatePage?.replace('{orderId}', orderId);
    const planned: PlannedEffect[] = [];
    for (const name of MESSAGES_OF[event.type] ?? []) {
      const template = templates[name];
      if (template === undefined) continue;
      const permission = STAFF[name];
      const receivers = permission === undefined ? [order.buyerId] : await this.staff(manager, permission);
      for (const buyerId of receivers) {
        const target = permission === undefined ? name : `${name}:${buyerId}`;
        const content = { templateId: template.id, data: messageData(template, facts) };
        // Staff look at the order in the console; the page is the buyer's.
        const payload = { buyerId, ...content, ...(permission === undefined && { page }) };
        planned.push({ target, subject, orderId, payload });
      }
    }
    return planned;
  }

  async planReconciliation(event: ReconciliationEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    const name = 'STAFF_RECONCILIATION';
    const template = this.settings.wechat.templates[name];
    if (template === undefined) return [];
    const data = messageData(template, await readReconciliation(event, manager));
    const receivers = await this.staff(manager, 'reconciliation.resolve');
    return receivers.map((buyerId) => ({
      target: `${name}:${buyerId}`,
      subject: { kind: 'reconciliation', id: event.reconciliationId },
      orderId: null,
      payload: { buyerId, templateId: template.id, data },
    }));
  }

  async run({ id, orderId, payload }: Effect): Promise<EffectResult> {
    const { buyerId, templateId, page, data } = payloadSchema.parse(payload);
    const buyer = await this.buyers.find(buyerId);
    if (buyer?.appId !== this.settings.wechat.appId)
      return refused('NO_OPENID', 'the receiver is no user of the mini-program');
    if (await this.subscriptions.isRefused(buyerId, templateId))
      return refused('NOT_WANTED', 'the receiver has said no to this message');
    const body = { touser: buyer.openid, template_id: templateId, ...(page !== undefined && { page }), data };
    const outcome = await this.api.post('/cgi-bin/message/subscribe/send', body, z.looseObject({}));
    if (outcome.kind === 'unknown') return later(outcome.reason, outcome.message);
    if (outcome.kind === 'rejected') return this.rejected(id, orderId, buyerId, templateId, outcome);
    await this.subscriptions.use(buyerId, templateId);
    return done('OK');
  }

  private async rejected(
    effectId: string,
    orderId: string | null,
    buyerId: string,
    templateId: string,
    { code, message }: Rejected,
  ): Promise<EffectResult> {
    if (code === QUOTA) return later(code, message);
    if (code === NOT_GRANTED || SWITCHED_OFF.has(code)) {
      const { manager } = this.dataSource;
      await this.subscriptions.exhaust(manager, buyerId, templateId, SWITCHED_OFF.has(code));
    } else {
      // Template, page or value: every message of this kind will be refused until somebody mends the setting.
      this.logger.warn(`WeChat refuses a message: ${code} ${message}`, { effectId, orderId, templateId });
    }
    return refused(code, message);
  }

  private async staff(manager: EntityManager, permission: Permission): Promise<string[]> {
    const rows = await run<{ buyerId: string }>(manager, STAFF_WITH_WECHAT, [rolesWith(permission)]);
    return [...new Set(rows.map(({ buyerId }) => buyerId))];
  }
}
