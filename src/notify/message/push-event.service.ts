import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SubscriptionService } from '../../buyer/subscription/subscription.service.js';
import { run, statement } from '../../database/sql.js';
import { DueReceipts } from '../../shipping/due-receipts.js';
import { textOf, type PushedMessage } from '../../wechat/push-message.js';
import {
  isSubscriptionEvent,
  readSubscriptionEvent,
  type SubscriptionEvent,
} from '../../wechat/subscription-event.js';
import type { Filing } from '../inbox.service.js';

/** A paid order was shipped, or its money is settled (protocol §3.4). */
const SETTLEMENT = 'trade_manage_order_settlement';
/** What a person has to do something about: a paid order unshipped for two days, shipping management to be adopted. */
const REMINDERS = new Set([
  'trade_manage_remind_shipping',
  'trade_manage_remind_access_api',
  'wxa_trade_controlled',
]);
const ORDER_OF_PAYMENT = statement(
  'order-of-pushed-payment',
  'SELECT order_id AS "orderId" FROM payments WHERE transaction_id = $1',
);

/**
 * What a pushed event means to us. Its body is WeChat's word only in the encrypted modes, so an event about an order
 * decides nothing: it makes us ask (DESIGN §6.14).
 */
@Injectable()
export class PushEventService {
  private readonly logger = new Logger('message-push');

  constructor(
    private readonly receipts: DueReceipts,
    private readonly subscriptions: SubscriptionService,
  ) {}

  async decide(manager: EntityManager, message: PushedMessage, event: string): Promise<Filing> {
    if (event === SETTLEMENT) return this.settlement(manager, message);
    if (REMINDERS.has(event)) return this.reminder(manager, message, event);
    if (isSubscriptionEvent(event)) return this.subscription(manager, message, event);
    return { verdict: 'IGNORED', reason: event };
  }

  /** After the commit: what became due is done at once. */
  committed(): void {
    this.receipts.wake();
  }

  private async settlement(manager: EntityManager, message: PushedMessage): Promise<Filing> {
    const transactionId = textOf(message, 'transaction_id');
    const known = transactionId && (await this.receipts.askSoon(manager, transactionId));
    if (!known) return { verdict: 'IGNORED', reason: `${SETTLEMENT} of no shipped order`, transactionId };
    return { verdict: 'NOTED', reason: SETTLEMENT, transactionId, orderId: known };
  }

  /** Stands in the log, and at its order when it is about one. */
  private async reminder(manager: EntityManager, message: PushedMessage, event: string): Promise<Filing> {
    const transactionId = textOf(message, 'transaction_id');
    const [payment] = await run<{ orderId: string }>(manager, ORDER_OF_PAYMENT, [transactionId ?? null]);
    this.logger.warn(`WeChat reminds: ${event}`, { orderId: payment?.orderId, encrypted: message.encrypted });
    return { verdict: 'NOTED', reason: event, transactionId, orderId: payment?.orderId };
  }

  /** There is nobody to ask what a user allows, so it is remembered, but only when the event is WeChat's for certain. */
  private async subscription(
    manager: EntityManager,
    message: PushedMessage,
    event: SubscriptionEvent,
  ): Promise<Filing> {
    if (!message.encrypted) return { verdict: 'IGNORED', reason: `${event}: a plain body may be anybody's` };
    const buyerId = await this.subscriptions.buyerOf(manager, message.from);
    if (buyerId === undefined) return { verdict: 'IGNORED', reason: `${event} of nobody we know` };
    for (const { templateId, change } of readSubscriptionEvent(message, event)) {
      if (!this.subscriptions.knows(templateId)) continue;
      // The mini-program reports what an acceptance allows; counted here as well it would count twice.
      const accepted = change === 'accepted' || change === 'switchedOn';
      if (change === 'switchedOff' || change === 'notSent')
        await this.subscriptions.exhaust(manager, buyerId, templateId, change === 'switchedOff');
      else await this.subscriptions.answer(manager, buyerId, [{ templateId, accepted, granted: 0 }]);
    }
    return { verdict: 'NOTED', reason: event };
  }
}
