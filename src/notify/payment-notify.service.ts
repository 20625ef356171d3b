import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { GROUP_LOCK_MS, GroupCommit, NotDecided } from '../database/group-commit.js';
import { transaction, waitAtMost } from '../database/transaction.js';
import { addPayerToReceipt } from '../payment/receipt-payer.js';
import { SettleService } from '../payment/settle.service.js';
import type { SettlementVerdict } from '../payment/settlement.js';
import type { PaidTransaction, PaymentNotification } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { ANSWER_MS, askedUntil, saidBy } from './answer-time.js';
import { InboxService, type Filed, type Received } from './inbox.service.js';
import { NotifyRefusal } from './notify-refusal.js';
import type { Verified } from './notification.guard.js';

/** Authentic notifications alone get this far, a few kilobytes each. */
const UNDECIDED_MAX = 1024;

/** An authentic report of money, as it came. */
interface Report {
  received: Received;
  paid: PaidTransaction;
  payer: Readonly<Record<string, string>> | undefined;
}

/**
 * Decides authentic payment notifications: one transaction for inbox, payments, orders, journal and jobs, shared by all
 * that arrived while the last one was under way.
 */
@Injectable()
export class PaymentNotifyService {
  private readonly logger = new Logger('notify');
  private readonly decisions = new GroupCommit<Report, SettlementVerdict>({
    keyOf: ({ paid }) => paid.outTradeNo,
    decide: (reports) => this.decide(reports),
    onGroupFailed: (reports, cause) =>
      this.logger.warn('a group could not be decided together; each of it is decided alone', {
        numbers: reports.map(({ paid }) => paid.outTradeNo),
        cause,
      }),
    limit: UNDECIDED_MAX,
    patienceMs: ANSWER_MS,
  });

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
    const verdict = await this.decisions.submit({ received, paid, payer }).catch(throwRefusal);
    this.settlement.tell(paid, verdict);
    if (verdict === 'FOREIGN') throw new NotifyRefusal(403, 'the payment belongs to another account or app');
  }

  /** One transaction for all of them; every one of them is filed with its own verdict. */
  private decide(reports: readonly Report[]): Promise<SettlementVerdict[]> {
    return transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, GROUP_LOCK_MS);
      const settlements = await this.settlement.settle(
        manager,
        reports.map(({ paid }) => paid),
      );
      const filed: Filed[] = [];
      for (const [index, { received, paid, payer }] of reports.entries()) {
        const settlement = settlements[index];
        if (settlement === undefined) throw new Error('settle gave no verdict');
        const { verdict, paymentId } = settlement;
        if (verdict === 'DUPLICATE' && paymentId !== undefined && payer !== undefined)
          await addPayerToReceipt(manager, paymentId, payer);
        const { outTradeNo, transactionId } = paid;
        filed.push({ received, filing: { ...settlement, outTradeNo, transactionId } });
      }
      await this.inbox.fileAll(manager, filed);
      return settlements.map(({ verdict }) => verdict);
    });
  }

  /**
   * With WXPAY_CONFIRM_NOTIFY=query WeChat is asked before anything changes, outside any transaction; its answer is what
   * is settled (A7). With `signature` the notification itself is.
   */
  private async confirm(received: Received, notified: PaidTransaction): Promise<PaidTransaction> {
    if (this.wxpay.account(notified.accountId).confirmNotify === 'signature') return notified;
    const outcome = await saidBy(askedUntil(), this.wxpay.query(notified));
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
  if (payer === undefined && paid.openid === openid) return paid;
  return { ...(openid !== undefined && { openid }), ...paid, fields: { ...payer, ...paid.fields } };
}

/** That there was no time is one line in the log, however many meet it: the database has stalled. */
function throwRefusal(error: unknown): never {
  throw error instanceof NotDecided ? new NotifyRefusal(503, `${error.message}, send again`) : error;
}
