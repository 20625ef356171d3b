import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../common/time/clock.js';
import type { BillOutcome, BillRequest } from '../bill.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, rejected, unknown, type Outcome } from '../outcome.js';
import {
  payable,
  TRADE_TYPES,
  type AbnormalRefundRequest,
  type CloseResult,
  type NotificationReply,
  type PayParams,
  type PaymentNotification,
  type Prepaid,
  type PrepayRequest,
  type RawNotification,
  type RefundNotification,
  type RefundOutcome,
  type RefundRequest,
  type RefundState,
  type TransactionState,
  type WxPayProtocol,
} from '../protocol.js';
import { V3Bills } from './v3.bills.js';
import { V3Call, type V3Rejected } from './v3.call.js';
import { encryptField } from './v3.cipher.js';
import { V3Credentials } from './v3.credentials.js';
import { V3Keys } from './v3.keys.js';
import { readPaymentNotification, readRefundNotification } from './v3.notification.js';
import { v3PayParams } from './v3.pay-params.js';
import { PREPAY_PATH, prepayBody } from './v3.prepay.js';
import { readRefund, refundBody, refundSchema } from './v3.refund.js';
import { readTransaction, transactionSchema } from './v3.transaction.js';

const prepaidSchema = z.object({
  prepay_id: z.string().optional(),
  code_url: z.string().optional(),
  h5_url: z.string().optional(),
});

/** What both versions mean, in v2's words, which the rest of the backend speaks (protocol §2.12). */
const SAME_AS: Readonly<Record<string, string>> = {
  ORDER_CLOSED: 'ORDERCLOSED',
  ORDER_PAID: 'ORDERPAID',
};
/** The refund was not accepted, but the same number may come again: balance, rate limits (protocol §2.9). */
const REFUND_LATER = new Set(['NOT_ENOUGH', 'NOTENOUGH', 'FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED']);
const STILL_PAYABLE = new Set(['NOTPAY', 'USERPAYING', 'PAYERROR', 'ACCEPT']);

/** API v3: JSON, signed with RSA in both directions (protocol §2). */
@Injectable()
export class V3Protocol implements WxPayProtocol {
  readonly tradeTypes = TRADE_TYPES;
  readonly refunds = true;

  constructor(
    private readonly call: V3Call,
    private readonly bills: V3Bills,
    private readonly credentials: V3Credentials,
    private readonly keys: V3Keys,
    private readonly clock: Clock,
  ) {}

  async prepay(account: MerchantAccount, request: PrepayRequest): Promise<Outcome<Prepaid>> {
    const answer = await this.call.send(
      account,
      { method: 'POST', url: PREPAY_PATH[request.tradeType], body: prepayBody(account, request) },
      prepaidSchema,
    );
    if (answer.kind === 'rejected') return rejected(meaning(answer), answer.message);
    if (answer.kind === 'unknown') return answer;
    const { prepay_id: prepayId, code_url: codeUrl, h5_url: h5Url } = answer.value;
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
    const url = `${transactionPath(outTradeNo)}?mchid=${account.mchId}`;
    const answer = await this.call.send(account, { method: 'GET', url }, transactionSchema);
    if (answer.kind === 'rejected' && answer.status === 404) return accepted({ state: 'NOT_EXIST' });
    if (answer.kind !== 'accepted') return answer;
    const { out_trade_no: number, trade_state: state, mchid, appid } = answer.value;
    if (number !== outTradeNo || mchid !== account.mchId || (appid !== undefined && appid !== appId))
      return unknown('UNVERIFIED', "WeChat Pay's answer is about another order, merchant or app");
    if (STILL_PAYABLE.has(state)) return accepted({ state: 'NOT_PAID' });
    if (state === 'CLOSED' || state === 'REVOKED') return accepted({ state: 'CLOSED' });
    // REFUND means: it was paid, and a refund was asked for at least once (protocol §2.8).
    const transaction =
      state === 'SUCCESS' || state === 'REFUND' ? readTransaction(account, answer.value) : undefined;
    return transaction === undefined
      ? unknown('UNREADABLE', `the query reports "${state}" without what a payment must have`)
      : accepted({ state: 'PAID', transaction });
  }

  async close(account: MerchantAccount, _appId: string, outTradeNo: string): Promise<Outcome<CloseResult>> {
    const url = `${transactionPath(outTradeNo)}/close`;
    const answer = await this.call.send(
      account,
      { method: 'POST', url, body: { mchid: account.mchId } },
      z.unknown(),
    );
    if (answer.kind === 'accepted') return accepted('CLOSED');
    if (answer.kind === 'unknown') return answer;
    const code = meaning(answer);
    if (code === 'ORDERCLOSED' || answer.status === 404) return accepted('CLOSED');
    return code === 'ORDERPAID' ? accepted('PAID') : answer;
  }

  async refund(account: MerchantAccount, appId: string, request: RefundRequest): Promise<RefundOutcome> {
    const answer = await this.call.send(
      account,
      { method: 'POST', url: '/v3/refund/domestic/refunds', body: refundBody(request) },
      refundSchema,
    );
    switch (answer.kind) {
      case 'accepted':
        return accepted({ refundId: answer.value.refund_id });
      case 'unknown':
        // A limit refuses before anything happens; the number may come again (protocol §2.9: not accepted).
        return answer.reason === 'RATE_LIMITED'
          ? { kind: 'later', code: 'FREQUENCY_LIMITED', message: answer.message }
          : answer;
      case 'rejected':
        if (REFUND_LATER.has(answer.code))
          return { kind: 'later', code: laterCode(answer.code), message: answer.message };
        return answer.signed ? answer : this.confirmRefusal(account, appId, request, answer);
    }
  }

  async queryRefund(
    account: MerchantAccount,
    _appId: string,
    outRefundNo: string,
  ): Promise<Outcome<RefundState>> {
    const url = `/v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}`;
    const answer = await this.call.send(account, { method: 'GET', url }, refundSchema);
    if (answer.kind === 'rejected') {
      // "No such refund" lets it be sent again or fail, so only WeChat's signed word counts (DESIGN §6.7).
      if (!answer.signed) return unknown('UNVERIFIED', unsignedWords(answer));
      return answer.code === 'RESOURCE_NOT_EXISTS' ? accepted({ state: 'NOT_EXIST' }) : answer;
    }
    if (answer.kind === 'unknown') return answer;
    return answer.value.out_refund_no === outRefundNo
      ? accepted(readRefund(answer.value))
      : unknown('UNVERIFIED', "WeChat Pay's answer is about another refund");
  }

  async applyAbnormalRefund(
    account: MerchantAccount,
    request: AbnormalRefundRequest,
  ): Promise<Outcome<{ refundId: string }>> {
    const key = await this.keys.expected(account);
    if (key === undefined) return unknown('UNVERIFIED', 'no key of WeChat Pay is known to encrypt with');
    const { type, bankType, bankAccount, realName } = request;
    const answer = await this.call.send(
      account,
      {
        method: 'POST',
        url: `/v3/refund/domestic/refunds/${encodeURIComponent(request.refundId)}/apply-abnormal-refund`,
        body: {
          out_refund_no: request.outRefundNo,
          type,
          ...(bankType !== undefined && { bank_type: bankType }),
          ...(bankAccount !== undefined && { bank_account: encryptField(key.key, bankAccount) }),
          ...(realName !== undefined && { real_name: encryptField(key.key, realName) }),
        },
      },
      refundSchema,
      key,
    );
    return answer.kind === 'accepted' ? accepted({ refundId: answer.value.refund_id }) : answer;
  }

  downloadBill(account: MerchantAccount, request: BillRequest): Promise<BillOutcome> {
    return this.bills.download(account, request);
  }

  payParams(account: MerchantAccount, request: PrepayRequest, prepaid: Prepaid): PayParams {
    return v3PayParams(account, this.credentials.signer(account), request, prepaid, this.clock.now());
  }

  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return readPaymentNotification(this.keys, account, raw);
  }

  readRefundNotification(account: MerchantAccount, raw: RawNotification): RefundNotification {
    return readRefundNotification(this.keys, account, raw);
  }

  notificationReply(success: boolean, message: string): NotificationReply {
    return {
      contentType: 'application/json; charset=utf-8',
      body: JSON.stringify({ code: success ? 'SUCCESS' : 'FAIL', message }),
    };
  }

  /** A refusal without a signature decides nothing about money that leaves: WeChat is asked whether it has the refund (DESIGN §6.7). */
  private async confirmRefusal(
    account: MerchantAccount,
    appId: string,
    { outRefundNo }: RefundRequest,
    refused: V3Rejected,
  ): Promise<RefundOutcome> {
    const answer = await this.queryRefund(account, appId, outRefundNo);
    if (answer.kind !== 'accepted') return unknown('UNVERIFIED', unsignedWords(refused));
    return answer.value.state === 'NOT_EXIST' ? refused : accepted({ refundId: answer.value.refundId });
  }
}

function transactionPath(outTradeNo: string): string {
  return `/v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}`;
}

/** The code in the words of both versions; some interfaces say "paid" only in the message (protocol §2.12). */
function meaning({ code, message }: V3Rejected): string {
  if (code === 'INVALID_REQUEST' && /已支付/.test(message)) return 'ORDERPAID';
  return SAME_AS[code] ?? code;
}

function unsignedWords({ code, message }: V3Rejected): string {
  return `WeChat Pay refuses without a signature: ${code} ${message}`;
}

/** Both spellings of a low balance are one thing to the operator. */
function laterCode(code: string): string {
  return code === 'NOT_ENOUGH' ? 'NOTENOUGH' : code;
}
