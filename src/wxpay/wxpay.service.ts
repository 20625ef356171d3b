import { Injectable } from '@nestjs/common';
import { MerchantAccounts, type MerchantAccount } from './merchant-accounts.js';
import type { Outcome } from './outcome.js';
import type {
  CloseResult,
  NotificationReply,
  PayParams,
  PaymentNotification,
  Prepaid,
  PrepayRequest,
  RawNotification,
  RefundNotification,
  RefundOutcome,
  RefundRequest,
  RefundState,
  TransactionState,
  WxPayProtocol,
} from './protocol.js';
import { V2Protocol } from './v2/v2.protocol.js';

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
    v2: V2Protocol,
  ) {
    this.protocols = { v2 };
  }

  /** @throws UnknownMerchantAccount, like every method that takes an account id */
  account(id: string): MerchantAccount {
    return this.accounts.get(id);
  }

  findAccount(id: string): MerchantAccount | undefined {
    return this.accounts.find(id);
  }

  prepay(accountId: string, request: PrepayRequest): Promise<Outcome<Prepaid>> {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].prepay(account, request);
  }

  query({ accountId, appId, outTradeNo }: TransactionKey): Promise<Outcome<TransactionState>> {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].query(account, appId, outTradeNo);
  }

  close({ accountId, appId, outTradeNo }: TransactionKey): Promise<Outcome<CloseResult>> {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].close(account, appId, outTradeNo);
  }

  refund(
    { accountId, appId }: { accountId: string; appId: string },
    request: RefundRequest,
  ): Promise<RefundOutcome> {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].refund(account, appId, request);
  }

  queryRefund(
    { accountId, appId }: { accountId: string; appId: string },
    outRefundNo: string,
  ): Promise<Outcome<RefundState>> {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].queryRefund(account, appId, outRefundNo);
  }

  payParams(accountId: string, request: PrepayRequest, prepaid: Prepaid): PayParams {
    const account = this.accounts.get(accountId);
    return this.protocols[account.api].payParams(account, request, prepaid);
  }

  /** @throws NotificationRefused when the bytes are not an authentic notification to this account */
  readPaymentNotification(account: MerchantAccount, raw: RawNotification): PaymentNotification {
    return this.protocols[account.api].readPaymentNotification(account, raw);
  }

  /** @throws NotificationRefused when the bytes are no refund notification to this account */
  readRefundNotification(account: MerchantAccount, raw: RawNotification): RefundNotification {
    return this.protocols[account.api].readRefundNotification(account, raw);
  }

  /** The answer to a notification in the words of the account's protocol; v2's when the account is not known. */
  notificationReply(
    account: MerchantAccount | undefined,
    success: boolean,
    message: string,
  ): NotificationReply {
    return this.protocols[account?.api ?? 'v2'].notificationReply(success, message);
  }
}
