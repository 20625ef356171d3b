import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/time/clock.js';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import type { Notification } from '../../notify/notification.entity.js';
import { NotifyRefusal } from '../../notify/notify-refusal.js';
import { PaymentNotifyService } from '../../notify/payment-notify.service.js';
import { RefundNotifyService } from '../../notify/refund-notify.service.js';
import { NotificationRefused } from '../../wxpay/protocol.js';
import { WxPayService } from '../../wxpay/wxpay.service.js';
import { StaffActionService, type By } from '../staff-action.service.js';
import { InboxDeskService } from './inbox-desk.service.js';
import type { InboxDetail } from './inbox.schema.js';

/** The row that the replay itself has filed; the index on received_at keeps the search to the last moments. */
const FILED = statement(
  'find-replayed-notification',
  `SELECT id FROM notifications WHERE received_at >= $1 AND body_sha256 = $2 AND id <> $3
   ORDER BY received_at DESC, id DESC LIMIT 1`,
);

/**
 * Decides a notification once more, from its bytes: signature, merchant, order, amount are all looked at again with
 * today's keys and today's rows. Nothing is believed that would not be believed if WeChat sent it now.
 */
@Injectable()
export class ReplayService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly payments: PaymentNotifyService,
    private readonly refunds: RefundNotifyService,
    private readonly inbox: InboxDeskService,
    private readonly actions: StaffActionService,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the new row of the inbox with its own verdict; the old one stays as it was
   * @throws Problem `NOTIFICATION_NOT_FOUND`, `NOTIFICATION_NOT_REPLAYABLE`, `WXPAY_OUTCOME_UNKNOWN`
   */
  async replay(id: string, by: By): Promise<InboxDetail> {
    const notification = await this.inbox.find(id);
    const decide = this.read(notification, by.origin.ip);
    await this.actions.record(by, 'notification.replay_requested', id, { verdict: notification.verdict });
    const started = this.clock.now();
    try {
      await decide();
    } catch (error) {
      // Refused and filed with its verdict, as it would be for WeChat: the row says it.
      if (!(error instanceof NotifyRefusal)) throw error;
    }
    const [filed] = await run<{ id: string }>(this.dataSource.manager, FILED, [
      started,
      notification.bodySha256,
      id,
    ]);
    if (filed === undefined)
      throw new Problem('WXPAY_OUTCOME_UNKNOWN', 'WeChat did not confirm it; replay it again later.');
    return this.inbox.view(filed.id);
  }

  private read(notification: Notification, sourceIp: string): () => Promise<void> {
    const { accountId, kind, body, verified } = notification;
    const headers = notification.headers ?? {};
    const query = notification.query ?? '';
    const account = this.wxpay.findAccount(accountId);
    if (kind === 'MESSAGE') throw notReplayable('whoever it came from is no longer waiting for an answer');
    if (!verified) throw notReplayable('it was not believed when it came');
    if (account === undefined) throw notReplayable(`the merchant account ${accountId} is no longer here`);
    const received = { accountId, kind, headers, query, body, sourceIp };
    // It was in time when it came; what is looked at again is whether it is authentic and what it means today.
    const raw = {
      headers,
      query,
      body,
      receivedAt: new Date(Number(headers['wechatpay-timestamp'] ?? 0) * 1000),
    };
    try {
      if (kind === 'REFUND') {
        const opened = this.wxpay.readRefundNotification(account, raw);
        return () => this.refunds.receive({ received, notification: opened });
      }
      const opened = this.wxpay.readPaymentNotification(account, raw);
      return () => this.payments.receive({ received, notification: opened });
    } catch (error) {
      if (!(error instanceof NotificationRefused)) throw error;
      throw notReplayable(`today it would be refused: ${error.message}`);
    }
  }
}

function notReplayable(why: string): Problem {
  return new Problem('NOTIFICATION_NOT_REPLAYABLE', `It cannot be replayed: ${why}.`);
}
