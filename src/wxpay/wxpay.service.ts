import { Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { Metrics } from '../common/metrics/metrics.js';
import { inSpan } from '../common/tracing/span.js';
import type { BillOutcome, BillRequest } from './bill.js';
import { MerchantAccounts, type MerchantAccount } from './merchant-accounts.js';
import type { Outcome } from './outcome.js';
import {
  NotificationRefused,
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
  type TradeType,
  type TransactionState,
  type WxPayProtocol,
} from './protocol.js';
import type { Delivery } from './v1/v1.deliver-notify.js';
import { V1Protocol } from './v1/v1.protocol.js';
import { V2Protocol } from './v2/v2.protocol.js';
import { V3Protocol } from './v3/v3.protocol.js';

/** Names one payment at WeChat: whose account, under which app id, which number. */
export interface TransactionKey {
  accountId: string;
  appId: string;
  outTradeNo: string;
}

/**
 * The one door to WeChat Pay, shared by every module. It knows accounts and protocols; it knows no order, no table
 * and no transaction. Calls end in an `Outcome` and never throw for what WeChat or the network do.
 */
@Injectable()
export class WxPayService {
  private readonly protocols: Readonly<Record<MerchantAccount['api'], WxPayProtocol>>;

  constructor(
    private readonly accounts: MerchantAccounts,
    private readonly v1: V1Protocol,
    v2: V2Protocol,
    v3: V3Protocol,
    private readonly metrics: Metrics,
  ) {
    this.protocols = { v1, v2, v3 };
  }

  /** @throws UnknownMerchantAccount, like every method that takes an account id */
  account(id: string): MerchantAccount {
    return this.accounts.get(id);
  }

  /** The account that takes the money of an app's users. */
  accountOfApp(appId: string): MerchantAccount {
    return this.accounts.ofApp(appId);
  }

  /** What new calls of an account are made with; WeChat takes one number under one scheme only (DESIGN §6.5). */
  scheme({ api, signType }: MerchantAccount): string {
    return api === 'v2' ? `v2 ${signType}` : api;
  }

  /** What new payments into an account can be made with. */
  tradeTypes(accountId: string): readonly TradeType[] {
    return this.protocols[this.accounts.get(accountId).api].tradeTypes;
  }

  /** Whether money can be sent back out of an account. */
  refunds(accountId: string): boolean {
    return this.protocols[this.accounts.get(accountId).api].refunds;
  }

  findAccount(id: string): MerchantAccount | undefined {
    return this.accounts.find(id);
  }

  prepay(accountId: string, request: PrepayRequest): Promise<Outcome<Prepaid>> {
    return this.call('prepay', accountId, (protocol, account) => protocol.prepay(account, request));
  }

  query({ accountId, appId, outTradeNo }: TransactionKey): Promise<Outcome<TransactionState>> {
    return this.call('query', accountId, (protocol, account) => protocol.query(account, appId, outTradeNo));
  }

  /** Where WeChat cannot be told to close it (API v1), the outcome stays unknown until `expiresAt` is past. */
  close({
    accountId,
    appId,
    outTradeNo,
    expiresAt,
  }: TransactionKey & { expiresAt: Date }): Promise<Outcome<CloseResult>> {
    return this.call('close', accountId, (protocol, account) =>
      protocol.close(account, appId, outTradeNo, expiresAt),
    );
  }

  refund(
    { accountId, appId }: { accountId: string; appId: string },
    request: RefundRequest,
  ): Promise<RefundOutcome> {
    return this.call('refund', accountId, (protocol, account) => protocol.refund(account, appId, request));
  }

  queryRefund(
    { accountId, appId }: { accountId: string; appId: string },
    outRefundNo: string,
  ): Promise<Outcome<RefundState>> {
    return this.call('queryRefund', accountId, (protocol, account) =>
      protocol.queryRefund(account, appId, outRefundNo),
    );
  }

  /** Whether `payParams` may have been signed with a key that WeChat no longer takes; after any call they are not. */
  isChangingKey(accountId: string): boolean {
    const { api, apiKeys } = this.accounts.get(accountId);
    return api === 'v2' && apiKeys.length > 1;
  }

  payParams(accountId: string, request: PrepayRequest, prepaid: Prepaid): PayParams {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].payParams(account, request, prepaid);
  }

  /** The bill of a day, from `later` on the next morning at 10:00 UTC+8; the caller disposes of the file. */
  downloadBill(accountId: string, request: BillRequest): Promise<BillOutcome> {
    return this.call('downloadBill', accountId, (protocol, account) =>
      protocol.downloadBill(account, request),
    );
  }

  applyAbnormalRefund(
    accountId: string,
    request: AbnormalRefundRequest,
  ): Promise<Outcome<{ refundId: string }>> {
    return this.call('abnormalRefund', accountId, (protocol, account) =>
      protocol.applyAbnormalRefund(account, request),
    );
  }

  /** About a payment that was made over API v1, whatever the account speaks by now. */
  deliverNotify(accountId: string, delivery: Delivery): Promise<Outcome<void>> {
    return this.call('deliverNotify', accountId, (_, account) => this.v1.deliverNotify(account, delivery));
  }

  /** @throws NotificationRefused when the bytes are not an authentic notification to this account */
  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return this.protocols[spokenTo(account, raw)].readPaymentNotification(account, raw);
  }

  /** @throws NotificationRefused when the bytes are no refund notification to this account */
  readRefundNotification(account: MerchantAccount, raw: RawNotification): RefundNotification {
    return this.protocols[spokenTo(account, raw)].readRefundNotification(account, raw);
  }

  /** The answer to a notification, in the words of the protocol it came in. */
  notificationReply(
    raw: Pick<RawNotification, 'headers' | 'query' | 'body'>,
    success: boolean,
    message: string,
  ): NotificationReply {
    return this.protocols[protocolOf(raw)].notificationReply(success, message);
  }

  /** How long WeChat took and how it ended is what an operator asks first when payments stop. */
  private call<Result extends { kind: string }>(
    operation: string,
    accountId: string,
    make: (protocol: WxPayProtocol, account: MerchantAccount) => Promise<Result>,
  ): Promise<Result> {
    const account = this.accounts.get(accountId);
    const end = this.metrics.wxpayCalls.startTimer({ account: accountId, operation });
    const attributes = { 'wxpay.account': accountId, 'wxpay.api': account.api };
    return inSpan(`wxpay ${operation}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const outcome = await make(this.protocols[account.api], account);
      end({ outcome: outcome.kind });
      span.setAttribute('wxpay.outcome', outcome.kind);
      return outcome;
    });
  }
}

/**
 * Which protocol a notification speaks: an account may get several while it moves from one to the next. Only API v1 says
 * anything in the query; else the body says it, and only where there is none do the headers.
 */
function protocolOf({
  headers,
  query,
  body,
}: Pick<RawNotification, 'headers' | 'query' | 'body'>): MerchantAccount['api'] {
  if (/(^|&)(sign|partner)=/.test(query)) return 'v1';
  const start = /\S/.exec(body.subarray(0, 64).toString('latin1'))?.[0];
  if (start === undefined)
    return Object.keys(headers).some((name) => name.startsWith('wechatpay-')) ? 'v3' : 'v2';
  return start === '{' ? 'v3' : 'v2';
}

/** @throws NotificationRefused when the account has no key for the protocol: it cannot be authentic */
function spokenTo(account: MerchantAccount, raw: RawNotification): MerchantAccount['api'] {
  const protocol = protocolOf(raw);
  if (!KNOWS[protocol](account))
    throw new NotificationRefused(401, 'FORGED', `this account has no key for API ${protocol}`);
  return protocol;
}

const KNOWS: Readonly<Record<MerchantAccount['api'], (account: MerchantAccount) => boolean>> = {
  v1: ({ v1 }) => v1 !== undefined,
  v2: ({ apiKeys }) => apiKeys.length > 0,
  v3: ({ apiV3Keys }) => apiV3Keys.length > 0,
};
