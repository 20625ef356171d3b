import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import type { DomainEvent, OrderEvent } from '../../jobs/event.js';
import { Order } from '../../order/order.entity.js';
import { findShipped } from '../../shipping/shipped-order.js';
import { WechatApi } from '../../wechat/wechat-api.js';
import { MerchantAccounts } from '../../wxpay/merchant-accounts.js';
import {
  done,
  later,
  refused,
  WECHAT_CALENDAR,
  type EffectKind,
  type EffectResult,
  type PlannedEffect,
} from '../effect/effect-kind.js';
import type { Effect } from '../effect/effect.entity.js';
import { shippingInfo } from './shipping-info.js';

const SHIPPING_UPLOAD = 'shipping-upload';

/** Protocol §3.4. Nothing new to WeChat, or shipped in WeChat's own console: what we want is so. */
const ALREADY_SO = new Set(['10060002', '10060023']);
/** Not ingested yet right after the payment; busy; over the quota. */
const TRANSIENT = new Set(['10060001', '10060012', '10060019', '45009']);

const payloadSchema = z.object({ revision: z.int() });

/** Tells WeChat how the goods of a mini-program's order travel (A19); without that its money is not settled. */
@Injectable()
export class ShippingUpload implements EffectKind {
  readonly kind = SHIPPING_UPLOAD;
  readonly schedule = WECHAT_CALENDAR;
  private readonly logger = new Logger('shipping');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly api: WechatApi,
    private readonly accounts: MerchantAccounts,
  ) {}

  concerning(events: readonly DomainEvent[]): readonly DomainEvent[] {
    return events.filter(({ type }) => type === 'order.shipped');
  }

  async plan({ orderId }: OrderEvent, manager: EntityManager): Promise<PlannedEffect[]> {
    if ((await findShipped(manager, this.accounts, orderId)) === undefined) return [];
    const { shipment } = await manager.findOneByOrFail(Order, { id: orderId });
    const payload = { revision: shipment?.revision };
    return [{ target: '', subject: { kind: 'order', id: orderId }, orderId, payload }];
  }

  async run({ id, subjectId: orderId, payload }: Effect): Promise<EffectResult> {
    const { manager } = this.dataSource;
    const { revision } = payloadSchema.parse(payload);
    const found = await findShipped(manager, this.accounts, orderId);
    const { shipment, address } = await manager.findOneByOrFail(Order, { id: orderId });
    if (found === undefined || shipment === null) return refused('NOT_SHIPPED', 'there is nothing to tell');
    // The later one may be there already, and WeChat takes no upload that goes back in time.
    if (shipment.revision > revision)
      return done('CORRECTED', 'a correction of this shipment tells WeChat instead');
    const body = shippingInfo(found, shipment, address?.phone);
    const outcome = await this.api.post(
      '/wxa/sec/order/upload_shipping_info',
      body,
      z.looseObject({}),
      found.app,
    );
    if (outcome.kind === 'accepted') return done('OK');
    if (outcome.kind === 'unknown') return later(outcome.reason, outcome.message);
    const { code, message } = outcome;
    if (ALREADY_SO.has(code)) return done(code, message);
    if (TRANSIENT.has(code)) return later(code, message);
    this.logger.warn(`WeChat refuses a shipment: ${code} ${message}`, {
      effectId: id,
      orderId,
      errcode: code,
    });
    return refused(code, message);
  }
}
