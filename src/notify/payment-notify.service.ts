import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { transaction } from '../database/transaction.js';
import { addPayerToReceipt } from '../payment/receipt-payer.js';
import { SettleService } from '../payment/settle.service.js';
import type { PaidTransaction, PaymentNotification } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { InboxService, type Received } from './inbox.service.js';
import { NotifyRefusal } from './notify-refusal.js';
import type { Verified } from './notification.guard.js';

/** Decides an authentic payment notification: one transaction for inbox, payment, order, journal and jobs. */
@Injectable()
export class PaymentNotifyService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly settlement: SettleService,
    private readonly inbox: InboxService,
  ) {}

  /**
   * Returns once the decision is committed; only then may WeChat hear SUCCESS (M-02).
   * @throws NotifyRefusal when WeChat shall send it again
   */
  async receive({ received, notification }: Verified<PaymentNotification>): Promise<void> {
    if (notification.kind === 'NOT_PAID') {
      const { outTradeNo, code, message } = notification;
      await this.inbox.file(this.dataSource.manager, received, {
        verdict: 'NOT_PAID',
        outTradeNo,
        reason: `${code} ${message}`.trim(),
      });
      return;
    }
    const { transaction: notified, payer } = notification;
    const paid = withPayer(await this.confirm(received, notified), notified, payer);
    const { outTradeNo, transactionId } = paid;
    const verdict = await transaction(this.dataSource, async (manager) => {
      const [settlement] = await this.settlement.settle(manager, [paid]);
      if (settlement === undefined) throw new Error('settle gave no verdict');
      const { verdict, paymentId } = settlement;
      if (verdict === 'DUPLICATE' && paymentId !== undefined && payer !== undefined)
        await addPayerToReceipt(manager, paymentId, payer);
      await this.inbox.file(manager, received, { ...settlement, outTradeNo, transactionId });
      return verdict;
    });
    if (verdict === 'FOREIGN') throw new NotifyRefusal(403, 'the payment belongs to another account or app');
  }

  /**
   * With WXPAY_CONFIRM_NOTIFY=query WeChat is asked before anything changes, outside any transaction; its answer is what
   * is settled (A7). With `signature` the notification itself is.
   */
  private async confirm(received: Received, notified: PaidTransaction): Promise<PaidTransaction> {
    if (this.wxpay.account(notified.accountId).confirmNotify === 'signature') return notified;
    const outcome = await this.wxpay.query(notified);
    if (
      outcome.kind === 'accepted' &&
      outcome.value.state === 'PAID' &&
      outcome.value.transaction.transactionId === notified.transactionId
    ) {
      return outcome.value.transaction;
    }
    const reason =
      outcome.kind === 'accepted'
        ? `WeChat, when asked, says ${outcome.value.state}`
        : `WeChat, when asked: ${outcome.message}`;
    await this.inbox.file(this.dataSource.manager, received, {
      verdict: 'UNCONFIRMED',
      outTradeNo: notified.outTradeNo,
      transactionId: notified.transactionId,
      reason,
    });
    throw new NotifyRefusal(503, 'not confirmed yet, send again');
  }
}

/** What WeChat said when asked, and, where only its notification knows that, who paid. */
function withPayer(
  paid: PaidTransaction,
  { openid }: PaidTransaction,
  payer: Readonly<Record<string, string>> | undefined,
): PaidTransaction {
  return { ...(openid !== undefined && { openid }), ...paid, fields: { ...payer, ...paid.fields } };
}
