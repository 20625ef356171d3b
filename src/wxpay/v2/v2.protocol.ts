import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { writeXml } from '../../common/xml.js';
import { accepted, rejected, unknown, type Outcome, type Rejected } from '../outcome.js';
import type { BillOutcome, BillRequest } from '../bill.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import {
  payable,
  TRADE_TYPES,
  type CloseResult,
  type NotificationReply,
  type PayParams,
  type PaymentNotification,
  type PrepayRequest,
  type Prepaid,
  type RawNotification,
  type RefundNotification,
  type RefundOutcome,
  type RefundRequest,
  type RefundState,
  type TransactionState,
  type WxPayProtocol,
} from '../protocol.js';
import { V2Bills } from './v2.bills.js';
import { V2Call } from './v2.call.js';
import { readPaymentNotification, readRefundNotification } from './v2.notification.js';
import { v2PayParams } from './v2.pay-params.js';
import { readRefundQuery, refundFields } from './v2.refund.js';
import { refusesSignature, V2SigningKeys } from './v2.signing-keys.js';
import { readTransaction } from './v2.transaction.js';
import { unifiedOrderFields } from './v2.unified-order.js';

/** `trade_state` of orderquery that can still become a payment (protocol §1.6). */
const STILL_PAYABLE = new Set(['NOTPAY', 'USERPAYING', 'PAYERROR', 'ACCEPT']);

/** The refund was not accepted, but the same number may come again: balance, rate limits, an order still in the works (protocol §1.8). */
const REFUND_LATER = new Set(['NOTENOUGH', 'FREQUENCY_LIMITED', 'INVALID_REQ_TOO_MUCH', 'ORDER_NOT_READY']);

/** `return_msg` of a FAIL that is no verdict on the refund: WeChat is busy or out of order for a while, or does not say. */
const FAILS_FOR_NOW =
  /^$|系统|网络|繁忙|频[率繁]|限[频流]|超时|稍[后候]|重试|SYSTEM|BUSY|FREQUEN|LIMIT|TIME.?OUT|RETRY|TRY AGAIN/i;

/** API v2: XML over POST, signed with the API key by MD5 or HMAC-SHA256 (protocol §1). */
@Injectable()
export class V2Protocol implements WxPayProtocol {
  readonly tradeTypes = TRADE_TYPES;
  readonly refunds = true;

  constructor(
    private readonly call: V2Call,
    private readonly bills: V2Bills,
    private readonly keys: V2SigningKeys,
    private readonly clock: Clock,
  ) {}

  async prepay(account: MerchantAccount, request: PrepayRequest): Promise<Outcome<Prepaid>> {
    const answer = await this.call.post(
      account,
      '/pay/unifiedorder',
      request.appId,
      unifiedOrderFields(request),
    );
    if (answer.kind !== 'accepted') return answer;
    const [prepayId, codeUrl, h5Url] = ['prepay_id', 'code_url', 'mweb_url'].map((name) =>
      answer.value.get(name),
    );
    return payable(request.tradeType, {
      ...(prepayId && { prepayId }),
      ...(codeUrl && { codeUrl }),
      ...(h5Url && { h5Url }),
    });
  }

  async query(
    account: MerchantAccount,
    appId: string,
    outTradeNo: string,
  ): Promise<Outcome<TransactionState>> {
    const answer = await this.call.post(account, '/pay/orderquery', appId, { out_trade_no: outTradeNo });
    if (answer.kind === 'rejected' && answer.code === 'ORDERNOTEXIST')
      return accepted({ state: 'NOT_EXIST' });
    if (answer.kind !== 'accepted') return answer;
    const tradeState = answer.value.get('trade_state') ?? '';
    if (STILL_PAYABLE.has(tradeState)) return accepted({ state: 'NOT_PAID' });
    if (tradeState === 'CLOSED' || tradeState === 'REVOKED') return accepted({ state: 'CLOSED' });
    // REFUND means: it was paid, and a refund was asked for at least once (protocol §2.8).
    if (tradeState !== 'SUCCESS' && tradeState !== 'REFUND') {
      return unknown('UNREADABLE', `orderquery reports the unknown trade_state "${tradeState}"`);
    }
    const transaction = readTransaction(account, answer.value);
    if (transaction?.outTradeNo !== outTradeNo) {
      return unknown('UNREADABLE', 'orderquery reports another payment, or one without its mandatory fields');
    }
    return accepted({ state: 'PAID', transaction });
  }

  async close(account: MerchantAccount, appId: string, outTradeNo: string): Promise<Outcome<CloseResult>> {
    const answer = await this.call.post(account, '/pay/closeorder', appId, { out_trade_no: outTradeNo });
    if (answer.kind === 'accepted') return accepted('CLOSED');
    if (answer.kind === 'unknown') return answer;
    if (answer.code === 'ORDERCLOSED' || answer.code === 'ORDERNOTEXIST') return accepted('CLOSED');
    return answer.code === 'ORDERPAID' ? accepted('PAID') : answer;
  }

  async refund(account: MerchantAccount, appId: string, request: RefundRequest): Promise<RefundOutcome> {
    const answer = await this.call.postWithCertificate(
      account,
      '/secapi/pay/refund',
      appId,
      refundFields(request),
    );
    if (answer.kind === 'accepted') return accepted({ refundId: answer.value.get('refund_id') ?? '' });
    if (answer.kind === 'unknown') return answer;
    if (answer.code === 'FAIL') return this.confirmRefusal(account, appId, request, answer);
    return REFUND_LATER.has(answer.code) ? { ...answer, kind: 'later' } : answer;
  }

  async queryRefund(
    account: MerchantAccount,
    appId: string,
    outRefundNo: string,
  ): Promise<Outcome<RefundState>> {
    const answer = await this.call.post(account, '/pay/refundquery', appId, { out_refund_no: outRefundNo });
    if (answer.kind === 'rejected' && answer.code === 'REFUNDNOTEXIST')
      return accepted({ state: 'NOT_EXIST' });
    if (answer.kind !== 'accepted') return answer;
    const state = readRefundQuery(answer.value, outRefundNo);
    return state === undefined
      ? unknown('UNREADABLE', 'refundquery answers without this refund or with an unknown state')
      : accepted(state);
  }

  /** API v2 has no such call; the merchant platform's page does it. */
  applyAbnormalRefund(): Promise<Outcome<{ refundId: string }>> {
    return Promise.resolve(
      rejected(
        'NOT_IN_API_V2',
        'API v2 cannot send an abnormal refund elsewhere: 请在商户平台「交易中心-退款查询」处理异常退款',
      ),
    );
  }

  downloadBill(account: MerchantAccount, request: BillRequest): Promise<BillOutcome> {
    return this.bills.download(account, request);
  }

  payParams(account: MerchantAccount, request: PrepayRequest, prepaid: Prepaid): PayParams {
    return v2PayParams(account, this.keys.of(account), request, prepaid, this.clock.now());
  }

  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return readPaymentNotification(account, raw.body);
  }

  readRefundNotification(account: MerchantAccount, raw: RawNotification): RefundNotification {
    return readRefundNotification(account, raw.body);
  }

  notificationReply(success: boolean, message: string): NotificationReply {
    const fields = new Map([
      ['return_code', success ? 'SUCCESS' : 'FAIL'],
      ['return_msg', message],
    ]);
    return { contentType: 'text/xml; charset=utf-8', body: writeXml(fields) };
  }

  /**
   * A FAIL comes unsigned, so it could be anybody's on the way and decides nothing about money that leaves: WeChat is
   * asked whether it has the refund (DESIGN §6.7). Only its signed word that there is none makes the refusal believable.
   * What fails for now, and a signature that WeChat may take when it has taken over the new key, is sent again later.
   */
  private async confirmRefusal(
    account: MerchantAccount,
    appId: string,
    { outRefundNo }: RefundRequest,
    refused: Rejected,
  ): Promise<RefundOutcome> {
    const answer = await this.queryRefund(account, appId, outRefundNo);
    if (answer.kind !== 'accepted') return unknown('UNVERIFIED', `WeChat Pay says FAIL: ${refused.message}`);
    if (answer.value.state !== 'NOT_EXIST') return accepted({ refundId: answer.value.refundId });
    return FAILS_FOR_NOW.test(refused.message) || refusesSignature(refused)
      ? { ...refused, kind: 'later' }
      : refused;
  }
}
