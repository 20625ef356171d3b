import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { uuidv7 } from '../common/uuid-v7.js';
import type { Customer } from '../buyer/customers.js';
import { Problem } from '../common/http/problem.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { columns, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import { OrderItem } from '../order/order-item.entity.js';
import type { Order } from '../order/order.entity.js';
import type { PrepayRequest, TradeType } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { nextCheckAt, soonAfter } from './check-schedule.js';
import { Payment } from './payment.entity.js';
import { OPEN_STATUSES } from './payment.status.js';
import { productText } from './product-text.js';

const INSERT_PAYMENTS = statement(
  'insert-payments',
  `INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, amount_fen, request,
                         created_at, expires_at, next_check_at, status, checks)
   SELECT p.*, 'CREATED', 0
   FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
               $10::jsonb[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[]) AS p`,
);

const BRING_FORWARD = statement(
  'bring-check-forward',
  'UPDATE payments SET next_check_at = least(next_check_at, $2) WHERE id = $1',
);

/** An attempt to be. */
export interface NewAttempt {
  order: Order;
  items: readonly OrderItem[];
  /** 1 for the first of its order. */
  attempt: number;
  wish: PayWish;
}

/** How a buyer wants to pay, and from where: what decides whether an open attempt can be used again. */
export interface PayWish {
  tradeType: TradeType;
  /** The merchant account that takes the money of the buyer's app. */
  accountId: string;
  /** Which of the account's apps the payment names. */
  appId: string;
  clientIp: string;
  /** Needed for JSAPI: WeChat binds the payment to this user of the app. */
  openid?: string;
}

/** Rows of payment attempts. Every method works inside the caller's transaction, under the order's lock. */
@Injectable()
export class AttemptService {
  constructor(
    private readonly wxpay: WxPayService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Completes what the buyer asked for with what only the server knows. @throws Problem `TRADE_TYPE_NOT_OFFERED` */
  wish({ appId, openid }: Customer, tradeType: TradeType, clientIp: string): PayWish {
    const ip = clientIp.replace(/^::ffff:(?=\d+\.)/, ''); // an IPv4 address on a dual-stack socket
    const account = this.wxpay.accountOfApp(appId);
    this.refuseUnlessOffered(account.id, tradeType);
    const common = { tradeType, accountId: account.id, clientIp: ip };
    if (tradeType === 'APP') return { ...common, appId: account.appAppId };
    if (appId === account.appId || appId === account.official?.appId)
      return { ...common, appId, ...(tradeType === 'JSAPI' && { openid }) };
    // Whoever is logged in to the app has no openid that WeChat would take for a payment inside of it.
    if (tradeType === 'JSAPI')
      throw notOffered(
        tradeType,
        'JSAPI is for who is logged in by the mini-program or the official account',
      );
    return { ...common, appId: account.appId };
  }

  private refuseUnlessOffered(accountId: string, tradeType: TradeType): void {
    const offered = this.wxpay.tradeTypes(accountId);
    if (offered.includes(tradeType)) return;
    throw notOffered(tradeType, `only ${offered.join(', ')} is offered`);
  }

  /** Writes the rows of new attempts, due to be asked for, before WeChat hears of them (DESIGN §2.3). */
  async create(manager: EntityManager, list: readonly NewAttempt[]): Promise<Payment[]> {
    const payments = list.map((each) => this.draft(each));
    const rows = payments.map((payment) => [
      payment.id,
      payment.orderId,
      payment.attempt,
      payment.accountId,
      payment.mchId,
      payment.appId,
      payment.outTradeNo,
      payment.tradeType,
      payment.amountFen,
      JSON.stringify(payment.request),
      payment.createdAt,
      payment.expiresAt,
      payment.nextCheckAt,
    ]);
    if (rows.length > 0) await send(manager, INSERT_PAYMENTS, columns(rows));
    return payments;
  }

  private draft({ order, items, attempt, wish }: NewAttempt): Payment {
    const account = this.wxpay.account(wish.accountId);
    const now = this.clock.now();
    const outTradeNo = `${order.orderNo}-${attempt}`;
    const request: PrepayRequest = {
      outTradeNo,
      scheme: this.wxpay.scheme(account),
      tradeType: wish.tradeType,
      appId: wish.appId,
      description: productText(items),
      ...(order.attach && { attach: order.attach }),
      totalFen: order.payableFen,
      currency: 'CNY',
      clientIp: wish.clientIp,
      ...(wish.openid !== undefined && { openid: wish.openid }),
      productId: (items[0]?.productId ?? '').replaceAll('-', ''),
      startsAt: now.toISOString(),
      expiresAt: order.expiresAt.toISOString(),
      notifyUrl: `${this.settings.http.publicUrl}/notify/wxpay/${account.id}/payment`,
      siteUrl: this.settings.http.publicUrl,
    };
    return {
      id: uuidv7(),
      orderId: order.id,
      attempt,
      accountId: account.id,
      mchId: account.mchId,
      appId: request.appId,
      outTradeNo,
      tradeType: wish.tradeType,
      status: 'CREATED',
      amountFen: order.payableFen,
      request,
      prepaid: null,
      prepaidAt: null,
      transactionId: null,
      paidAt: null,
      receipt: null,
      failure: null,
      createdAt: now,
      expiresAt: order.expiresAt,
      nextCheckAt: nextCheckAt(now, order.expiresAt, now),
      checks: 0,
    };
  }

  /** The order's open attempt, locked; there is at most one. */
  lockOpen(manager: EntityManager, orderId: string): Promise<Payment | null> {
    return manager.findOne(Payment, {
      where: { orderId, status: In(OPEN_STATUSES) },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** WeChat is asked about a locked, open attempt soon, whatever its age. */
  async askSoon(manager: EntityManager, { id }: Payment): Promise<void> {
    await send(manager, BRING_FORWARD, [id, soonAfter(this.clock.now())]);
  }

  lastAttempt(manager: EntityManager, orderId: string): Promise<Payment | null> {
    return manager.findOne(Payment, { where: { orderId }, order: { attempt: 'DESC' } });
  }

  /** Whether the open attempt's stored request says the same as the new wish; WeChat takes only identical repetitions (DESIGN §6.5). */
  serves(open: Payment, wish: PayWish): boolean {
    const account = this.wxpay.account(wish.accountId);
    const { request } = open;
    return (
      open.accountId === wish.accountId &&
      request.scheme === this.wxpay.scheme(account) &&
      open.tradeType === wish.tradeType &&
      request.openid === wish.openid &&
      (wish.tradeType !== 'H5' || request.clientIp === wish.clientIp) &&
      open.appId === wish.appId
    );
  }
}

function notOffered(tradeType: TradeType, words: string): Problem {
  return new Problem('TRADE_TYPE_NOT_OFFERED', `The shop takes no ${tradeType} payments: ${words}.`, {
    errors: [{ field: 'tradeType', message: words }],
  });
}
