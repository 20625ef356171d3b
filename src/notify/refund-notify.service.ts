import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { transaction } from '../database/transaction.js';
import { RefundConclusionService } from '../refund/refund-conclusion.service.js';
import { RefundDeskService } from '../refund/refund-desk.service.js';
import { Refund } from '../refund/refund.entity.js';
import type { RefundNotification } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { askedUntil, saidBy } from './answer-time.js';
import { InboxService } from './inbox.service.js';
import type { Verified } from './notification.guard.js';
import { NotifyRefusal } from './notify-refusal.js';

/**
 * Refund notifications of API v2 carry no signature, so one only says: ask about this refund. What WeChat answers is
 * concluded, by the same method as every other refund (protocol §1.13).
 */
@Injectable()
export class RefundNotifyService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly refunds: RefundDeskService,
    private readonly conclusions: RefundConclusionService,
    private readonly inbox: InboxService,
  ) {}

  /** @throws NotifyRefusal when WeChat shall send it again */
  async receive({ received, notification: { outRefundNo } }: Verified<RefundNotification>): Promise<void> {
    const deadline = askedUntil();
    const { manager } = this.dataSource;
    const refund = await manager.findOneBy(Refund, { refundNo: outRefundNo, accountId: received.accountId });
    if (refund === null) {
      await this.inbox.fileUnverified(received, {
        verdict: 'UNKNOWN_REFUND',
        reason: `there is no refund ${outRefundNo} here`,
      });
      return;
    }
    const ids = {
      orderId: (await this.refunds.orderOf(refund)) ?? undefined,
      paymentId: refund.paymentId ?? undefined,
      refundId: refund.id,
    };
    const outcome = await saidBy(deadline, this.wxpay.queryRefund(refund, outRefundNo));
    if (outcome.kind !== 'accepted' || outcome.value.state === 'NOT_EXIST') {
      const reason =
        outcome.kind === 'accepted'
          ? 'WeChat, when asked, knows no such refund'
          : `WeChat, when asked: ${outcome.message}`;
      await this.inbox.fileUnverified(received, { verdict: 'UNCONFIRMED', reason, ...ids });
      throw new NotifyRefusal(503, 'not confirmed yet, send again');
    }
    const result = outcome.value;
    await transaction(this.dataSource, async (tx) => {
      const changed = await this.conclusions.concludeIn(tx, refund.id, result);
      await this.inbox.file(tx, received, {
        verdict: changed ? 'CONCLUDED' : 'DUPLICATE',
        reason: result.state,
        ...ids,
      });
    });
  }
}
