import type { Fen } from '../common/fen.js';
import type { MerchantAccount } from './merchant-accounts.js';
import type { BillOutcome, BillRequest } from './bill.js';
import { accepted, unknown, type Outcome } from './outcome.js';

export const TRADE_TYPES = ['JSAPI', 'APP', 'NATIVE', 'H5'] as const;
export type TradeType = (typeof TRADE_TYPES)[number];

/**
 * Everything a prepay says to WeChat, whatever the protocol version. It is stored with the payment, because a prepay
 * is only repeated with identical parameters (DESIGN §6.5).
 */
export interface PrepayRequest {
  outTradeNo: string;
  /** Protocol and signature (`WxPayService.scheme`); another one is another request to WeChat. */
  scheme: string;
  tradeType: TradeType;
  appId: string;
  /** Product text the buyer sees; at most 127 bytes. */
  description: string;
  /** The shop's own words, echoed in query and notification; at most 127 bytes. */
  attach?: string;
  totalFen: Fen;
  currency: 'CNY';
  clientIp: string;
  /** Of the buyer under `appId`; JSAPI only. */
  openid?: string;
  /** A product of the order; NATIVE needs one. */
  productId: string;
  /** ISO 8601. */
  startsAt: string;
  expiresAt: string;
  notifyUrl: string;
  /** The shop's page, for H5. */
  siteUrl: string;
}

/** What the client needs to open the cashier: one of the three, by trade type. */
export interface Prepaid {
  prepayId?: string;
  codeUrl?: string;
  h5Url?: string;
}

export type PayParams =
  | { appId: string; timeStamp: string; nonceStr: string; package: string; signType: string; paySign: string }
  | {
      appid: string;
      partnerid: string;
      prepayid: string;
      package: string;
      noncestr: string;
      timestamp: string;
      sign: string;
    }
  | { codeUrl: string }
  | { h5Url: string };

/** A payment as WeChat reports it, by notification or by query, whatever the protocol version. */
export interface PaidTransaction {
  accountId: string;
  mchId: string;
  appId: string;
  outTradeNo: string;
  transactionId: string;
  tradeType: string;
  openid?: string;
  bankType?: string;
  /** What the order cost: `total_fee` / `amount.total`; the figure that is compared (DESIGN §6.8). */
  totalFen: Fen;
  /** What reaches the merchant: total less WeChat's non-recharge coupons (`settlement_total_fee`). */
  settlementFen: Fen;
  currency: string;
  paidAt: Date;
  attach?: string;
  /** Every field WeChat sent, for the record (requirement A9). */
  fields: Record<string, string>;
}

export type TransactionState =
  | { state: 'PAID'; transaction: PaidTransaction }
  /** Known at WeChat and still payable. */
  | { state: 'NOT_PAID' }
  | { state: 'CLOSED' }
  /** The number never reached WeChat. */
  | { state: 'NOT_EXIST' };

/** `NOT_EXIST` closes as well: there is nothing to close. `PAID` means: settle instead. */
export type CloseResult = 'CLOSED' | 'PAID';

/** Everything a refund says to WeChat; repeated word for word under the same number (protocol §1.8). */
export interface RefundRequest {
  transactionId: string;
  outRefundNo: string;
  /** What the payment was. */
  totalFen: Fen;
  refundFen: Fen;
  currency: string;
  /** Shown to the buyer; at most 80 bytes. */
  reason: string;
  notifyUrl: string;
  /** Who answers for it on the merchant's side (`op_user_id`). */
  operator: string;
}

export interface RefundResult {
  state: 'SUCCESS' | 'PROCESSING' | 'ABNORMAL' | 'CLOSED';
  /** WeChat's number. */
  refundId: string;
  refundFen: Fen;
  /** What it takes from the merchant: less than `refundFen` when WeChat's own coupons come back. */
  settlementFen: Fen;
  succeededAt?: Date;
  /** The account it went to, in WeChat's words. */
  receivedBy?: string;
  fields: Record<string, string>;
}

export type RefundState = RefundResult | { state: 'NOT_EXIST' };

/**
 * What WeChat says to the wish to refund. `later`: not accepted now, the same number may be sent again (low balance,
 * rate limits); a plain rejection is final.
 */
export type RefundOutcome = Outcome<{ refundId: string }> | { kind: 'later'; code: string; message: string };

/** What a bank account needs to take a refund that the buyer's own bank refused (protocol §2.9). */
export interface AbnormalRefundRequest {
  outRefundNo: string;
  /** WeChat's number of the refund. */
  refundId: string;
  /** To a card of the buyer, or to the merchant's, who pays the buyer back himself. */
  type: 'USER_BANK_CARD' | 'MERCHANT_BANK_CARD';
  /** WeChat's code of the bank, for a card of the buyer. */
  bankType?: string;
  bankAccount?: string;
  realName?: string;
}

/** A refund notification only says which refund to ask about: API v2's is not signed, v3's does not say what it costs. */
export interface RefundNotification {
  outRefundNo: string;
}

/** Why a notification is not believed; `verdict` is kept in the inbox, `status` is what WeChat gets (DESIGN §6.8). */
export class NotificationRefused extends Error {
  constructor(
    readonly status: 400 | 401 | 403,
    readonly verdict: 'MALFORMED' | 'FORGED' | 'FOREIGN' | 'PROBE',
    message: string,
  ) {
    super(message);
    this.name = 'NotificationRefused';
  }
}

/** An authentic notification about a payment: money, or WeChat's word that an attempt to pay failed. */
export type PaymentNotification =
  | {
      kind: 'PAID';
      transaction: PaidTransaction;
      /** Fields about the payer that no query would tell (API v1); they stand in `transaction.fields` as well. */
      payer?: Record<string, string>;
    }
  | { kind: 'NOT_PAID'; outTradeNo: string; code: string; message: string };

export interface NotificationReply {
  contentType: string;
  body: string;
}

export interface RawNotification {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Behind the `?` of the address, its escapes as they came; API v1 signs what is here. Empty when there is none. */
  query: string;
  body: Buffer;
  /** Judged by: an old signature may be a recording. For a replay by staff, when it first came. */
  receivedAt: Date;
}

/** One protocol version of WeChat Pay: v1, v2 and v3 stand side by side without a caller noticing. */
export interface WxPayProtocol {
  /** What it can be paid with. */
  readonly tradeTypes: readonly TradeType[];
  /** Whether money can be sent back over it. */
  readonly refunds: boolean;
  prepay(account: MerchantAccount, request: PrepayRequest): Promise<Outcome<Prepaid>>;
  query(account: MerchantAccount, appId: string, outTradeNo: string): Promise<Outcome<TransactionState>>;
  /** @param payableUntil the `expiresAt` of its prepay */
  close(
    account: MerchantAccount,
    appId: string,
    outTradeNo: string,
    payableUntil: Date,
  ): Promise<Outcome<CloseResult>>;
  refund(account: MerchantAccount, appId: string, request: RefundRequest): Promise<RefundOutcome>;
  queryRefund(account: MerchantAccount, appId: string, outRefundNo: string): Promise<Outcome<RefundState>>;
  downloadBill(account: MerchantAccount, request: BillRequest): Promise<BillOutcome>;
  applyAbnormalRefund(
    account: MerchantAccount,
    request: AbnormalRefundRequest,
  ): Promise<Outcome<{ refundId: string }>>;
  payParams(account: MerchantAccount, request: PrepayRequest, prepaid: Prepaid): PayParams;
  /** @throws NotificationRefused when the bytes are not an authentic notification to this account */
  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification;
  /** @throws NotificationRefused */
  readRefundNotification(account: MerchantAccount, raw: RawNotification): RefundNotification;
  notificationReply(success: boolean, message: string): NotificationReply;
}

/** What a trade type opens the cashier with, and what API v3 calls it (v2's `h5_url` is `mweb_url`). */
const OPENED_BY = {
  JSAPI: ['prepayId', 'prepay_id'],
  APP: ['prepayId', 'prepay_id'],
  NATIVE: ['codeUrl', 'code_url'],
  H5: ['h5Url', 'h5_url'],
} as const satisfies Record<TradeType, [keyof Prepaid, string]>;

/** @returns unknown for an accepted prepay without what this trade type needs: nobody could pay with it */
export function payable(tradeType: TradeType, prepaid: Prepaid): Outcome<Prepaid> {
  const [field, name] = OPENED_BY[tradeType];
  return prepaid[field]
    ? accepted(prepaid)
    : unknown('UNREADABLE', `WeChat Pay accepted the prepay without ${name}`);
}

/** @throws Error when WeChat accepted the prepay without what this trade type needs */
export function neededForCashier(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`WeChat accepted the prepay without ${name}`);
  return value;
}
