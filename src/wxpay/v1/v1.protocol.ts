import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../common/time/clock.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { BillOutcome } from '../bill.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, rejected, unknown, type Outcome, type Rejected } from '../outcome.js';
import {
  NotificationRefused,
  type CloseResult,
  type NotificationReply,
  type PayParams,
  type PaymentNotification,
  type Prepaid,
  type PrepayRequest,
  type RawNotification,
  type RefundNotification,
  type RefundOutcome,
  type RefundState,
  type TransactionState,
  type WxPayProtocol,
} from '../protocol.js';
import { AppApi } from './app-api.js';
import { appOf, credentialsOf } from './v1.credentials.js';
import { deliverNotifyBody, type Delivery } from './v1.deliver-notify.js';
import { genprepayBody } from './v1.genprepay.js';
import { readPaymentNotification } from './v1.notification.js';
import { orderQueryBody, orderQuerySchema, readOrderQuery } from './v1.order-query.js';
import { v1PayParams } from './v1.pay-params.js';

const okSchema = z.looseObject({});
const prepaidSchema = z.looseObject({ prepayid: z.string().min(1).max(128) });

/** A payment begun in the last second before `time_expire` is on WeChat's books a little later. */
const EXPIRY_GRACE_MS = 60_000;

/**
 * API v1, the app gateway of 2014, for merchants who signed before October of that year (protocol §4). It takes APP
 * payments, tells of them and answers questions; it closes nothing, and refunds are not part of it here.
 */
@Injectable()
export class V1Protocol implements WxPayProtocol {
  readonly tradeTypes = ['APP'] as const;
  readonly refunds = false;

  constructor(
    private readonly api: AppApi,
    private readonly clock: Clock,
  ) {}

  async prepay(account: MerchantAccount, request: PrepayRequest): Promise<Outcome<Prepaid>> {
    const body = genprepayBody(credentialsOf(account), request, this.clock.now());
    const answer = await this.api.post('/pay/genprepay', body, prepaidSchema, appOf(account));
    return answer.kind === 'accepted' ? accepted({ prepayId: answer.value.prepayid }) : answer;
  }

  async query(
    account: MerchantAccount,
    appId: string,
    outTradeNo: string,
  ): Promise<Outcome<TransactionState>> {
    const body = orderQueryBody(credentialsOf(account), appId, outTradeNo, this.clock.now());
    const answer = await this.api.post('/pay/orderquery', body, orderQuerySchema, appOf(account));
    return answer.kind === 'accepted' ? readOrderQuery(account, appId, outTradeNo, answer.value) : answer;
  }

  /**
   * The gateway has no such call: the number can be paid until its `time_expire`, whatever is said here. So nothing is
   * called closed before that moment; callers ask what became of it first, and again until then.
   */
  close(
    _account: MerchantAccount,
    _appId: string,
    _outTradeNo: string,
    payableUntil: Date,
  ): Promise<Outcome<CloseResult>> {
    const over = this.clock.now().getTime() >= payableUntil.getTime() + EXPIRY_GRACE_MS;
    return Promise.resolve(
      over
        ? accepted('CLOSED')
        : unknown(
            'STILL_PAYABLE',
            `API v1 cannot close an order; it can be paid until ${toBeijingIso(payableUntil)}`,
          ),
    );
  }

  /** Final, and nothing was sent: the refund FAILED with these words, and may be retried once the account speaks v2 or v3. */
  refund(): Promise<RefundOutcome> {
    return Promise.resolve(noRefunds());
  }

  queryRefund(): Promise<Outcome<RefundState>> {
    return Promise.resolve(noRefunds());
  }

  applyAbnormalRefund(): Promise<Outcome<{ refundId: string }>> {
    return Promise.resolve(noRefunds());
  }

  downloadBill(): Promise<BillOutcome> {
    return Promise.resolve(
      rejected('NOT_IN_API_V1', 'API v1 has no bills here: 请在旧版商户平台（mch.tenpay.com）下载对账单'),
    );
  }

  /**
   * Tells the gateway that goods are on their way. No other protocol has it.
   * @returns rejected, and nothing was sent, when the account has given up its keys of API v1
   */
  async deliverNotify(account: MerchantAccount, delivery: Delivery): Promise<Outcome<void>> {
    if (account.v1 === undefined || account.appAppSecret === undefined)
      return rejected(
        'NO_V1_KEYS',
        `account ${account.id} has no keys of API v1, or no secret of its app, any more`,
      );
    const body = deliverNotifyBody(account.v1, delivery);
    const answer = await this.api.post('/pay/delivernotify', body, okSchema, appOf(account));
    return answer.kind === 'accepted' ? accepted(undefined) : answer;
  }

  payParams(account: MerchantAccount, request: PrepayRequest, prepaid: Prepaid): PayParams {
    return v1PayParams(credentialsOf(account), request, prepaid, this.clock.now());
  }

  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return readPaymentNotification(account, raw);
  }

  readRefundNotification(): RefundNotification {
    throw new NotificationRefused(400, 'MALFORMED', 'API v1 has no refund notifications');
  }

  /** One word is all it takes; anything else is sent again, up to eight times in half an hour (protocol §4.3). */
  notificationReply(success: boolean): NotificationReply {
    return { contentType: 'text/plain; charset=utf-8', body: success ? 'success' : 'fail' };
  }
}

function noRefunds(): Rejected {
  return rejected(
    'NOT_IN_API_V1',
    'API v1 cannot refund: set the account to API v2 or v3 and retry, or refund in the old merchant platform. v1接口不支持退款：请将商户号升级到v2或v3接口后重试，或在旧版商户平台（mch.tenpay.com）退款',
  );
}
