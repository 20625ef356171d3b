import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import type { DomainEvent, OrderEvent } from '../../jobs/event.js';
import { WxPayService } from '../../wxpay/wxpay.service.js';
import {
  done,
  later,
  refused,
  WECHAT_CALENDAR,
  type EffectKind,
  type EffectResult,
  type PlannedEffect,
} from '../effect/effect-kind.js';
import { Effect } from '../effect/effect.entity.js';

const DELIVER_NOTIFY = 'deliver-notify';

/** The day's quota is used up; "busy" (-1) comes as unknown. Of codes of its own the gateway's papers tell nothing. */
const QUOTA = '45009';

interface ShippedByV1 {
  accountId: string;
  appId: string;
  outTradeNo: string;
  transactionId: string;
  openid: string | null;
  shippedAt: string;
}

/** By what the payment was made with, not by what its account speaks today: WeChat asks about the old ones as well. */
const FIND = statement(
  'find-shipped-by-v1',
  `SELECT p.account_id AS "accountId", p.app_id AS "appId", p.out_trade_no AS "outTradeNo",
          p.transaction_id AS "transactionId", p.receipt->>'OpenId' AS openid, o.shipment->>'shippedAt' AS "shippedAt"
   FROM orders o JOIN payments p ON p.id = o.paid_by_payment_id
   WHERE o.id = $1 AND o.shipment IS NOT NULL AND p.request->>'scheme' = 'v1'`,
);

/**
 * Tells the gateway of 2014 that an order paid over API v1 is on its way (protocol §4.4), which it wants within 24 hours
 * (virtual goods) or 72. What the mini-program's orders have instead is the upload of the shipment (A19).
 */
@Injectable()
export class DeliverNotify implements EffectKind {
  readonly kind = DELIVER_NOTIFY;
  readonly schedule = WECHAT_CALENDAR;
  private readonly logger = new Logger('shipping');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
  ) {}

  concerning(events: readonly DomainEvent[]): readonly DomainEvent[] {
    return events.filter(({ type }) => type === 'order.shipped');
  }

  /** Once for an order: the gateway hears of no parcels, so their correction is no news to it. */
  async plan({ orderId }: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    if ((await find(manager, orderId)) === undefined) return [];
    if (await manager.existsBy(Effect, { orderId, kind: DELIVER_NOTIFY })) return [];
    return [{ target: '', subject: { kind: 'order', id: orderId }, orderId, payload: {} }];
  }

  /** After a lost answer the same is said once more. */
  async run({ id, subjectId: orderId }: Effect): Promise<EffectResult> {
    const found = await find(this.dataSource.manager, orderId);
    if (found === undefined) return refused('NOT_SHIPPED', 'there is nothing to tell');
    const { accountId, openid, shippedAt, ...payment } = found;
    if (openid === null)
      return refused(
        'NO_OPENID',
        'who paid stands only in the notification of the payment, and none has come: replay this when it has',
      );
    const delivery = { ...payment, openid, deliveredAt: new Date(shippedAt) };
    const outcome = await this.wxpay.deliverNotify(accountId, delivery);
    if (outcome.kind === 'accepted') return done('OK');
    if (outcome.kind === 'unknown') return later(outcome.reason, outcome.message);
    const { code, message } = outcome;
    if (code === QUOTA) return later(code, message);
    this.logger.warn(`WeChat refuses a delivery: ${code} ${message}`, { effectId: id, orderId, code });
    return refused(code, message);
  }
}

async function find(manager: EntityManager, orderId: string): Promise<ShippedByV1 | undefined> {
  const [found] = await run<ShippedByV1>(manager, FIND, [orderId]);
  return found;
}
