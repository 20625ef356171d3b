import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { Clock } from '../common/time/clock.js';
import { DueWorker } from '../common/time/due-worker.js';
import { run, statement } from '../database/sql.js';
import { WechatApi } from '../wechat/wechat-api.js';
import { MerchantAccounts } from '../wxpay/merchant-accounts.js';
import { ShipmentService } from './shipment.service.js';
import { findShipped } from './shipped-order.js';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const LEASE_MS = 60_000;
const BATCH = 16;
/** WeChat confirms by itself after ten days at most; an order it still does not know then is not in its management. */
const ASKED_FOR_MS = 60 * DAY_MS;

/** `order_state` of get_order: confirmed, completed, awaiting settlement (protocol §3.4). */
const ARRIVED = new Set([3, 4, 6]);

const answerSchema = z.object({ order: z.object({ order_state: z.int() }) });

const CLAIM = statement(
  'claim-due-receipts',
  `UPDATE orders SET receipt_check_at = $2
   WHERE id IN (SELECT id FROM orders WHERE receipt_check_at <= $1 ORDER BY receipt_check_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
   RETURNING id, shipment->>'shippedAt' AS "shippedAt"`,
);
const RESCHEDULE = statement(
  'reschedule-receipt',
  'UPDATE orders SET receipt_check_at = $2 WHERE id = $1 AND receipt_check_at IS NOT NULL',
);
const ASK_SOON = statement(
  'ask-receipt-soon',
  `UPDATE orders o SET receipt_check_at = $2 FROM payments p
   WHERE p.transaction_id = $1 AND o.paid_by_payment_id = p.id AND o.status = 'SHIPPED'
   RETURNING o.id`,
);

/** Asks WeChat whether shipped goods have arrived: daily, and as soon as WeChat pushes that an order is settled. */
@Injectable()
export class DueReceipts extends DueWorker {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly api: WechatApi,
    private readonly shipments: ShipmentService,
    clock: Clock,
    private readonly accounts: MerchantAccounts,
  ) {
    super('due-receipts', clock);
  }

  /**
   * Makes a shipped order due now, in the caller's transaction; `wake` after the commit.
   * @returns the order's id, or undefined when no shipped order has this payment
   */
  async askSoon(manager: EntityManager, transactionId: string): Promise<string | undefined> {
    const [order] = await run<{ id: string }>(manager, ASK_SOON, [transactionId, this.clock.now()]);
    return order?.id;
  }

  protected async runOnce(): Promise<boolean> {
    const now = this.clock.now();
    const values = [now, new Date(now.getTime() + LEASE_MS)];
    const claimed = await run<{ id: string; shippedAt: string }>(this.dataSource.manager, CLAIM, values);
    await Promise.all(claimed.map(({ id, shippedAt }) => this.check(id, new Date(shippedAt))));
    return claimed.length === BATCH;
  }

  private async check(orderId: string, shippedAt: Date): Promise<void> {
    try {
      const next = await this.ask(orderId);
      if (next === 'arrived') return await this.shipments.receive(orderId, 'WECHAT');
      const now = this.clock.now();
      const over = now.getTime() - shippedAt.getTime() > ASKED_FOR_MS;
      await run(this.dataSource.manager, RESCHEDULE, [
        orderId,
        over || next === 'never' ? null : new Date(now.getTime() + (next === 'soon' ? HOUR_MS : DAY_MS)),
      ]);
    } catch (error) {
      this.logger.error('a receipt could not be checked; its lease brings it back', {
        orderId,
        cause: error,
      });
    }
  }

  private async ask(orderId: string): Promise<'arrived' | 'soon' | 'later' | 'never'> {
    const order = await findShipped(this.dataSource.manager, this.accounts, orderId);
    if (order === undefined) return 'never';
    const question = { transaction_id: order.transactionId };
    const outcome = await this.api.post('/wxa/sec/order/get_order', question, answerSchema, order.app);
    if (outcome.kind === 'accepted')
      return ARRIVED.has(outcome.value.order.order_state) ? 'arrived' : 'later';
    this.logger.warn(`WeChat, asked about a shipped order: ${outcome.message}`, { orderId });
    return outcome.kind === 'unknown' ? 'soon' : 'later';
  }
}
