import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { run, statement } from '../database/sql.js';
import type { Outcome, Rejected, Unknown } from '../wxpay/outcome.js';
import type { Prepaid } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { CheckoutCommitService } from './checkout-commit.service.js';
import { markClosed } from './closed-mark.js';
import { InquiryService, PAID_BUT_NOT_SHOWN, type Inquiry } from './inquiry.service.js';
import type { Payment } from './payment.entity.js';
import { isPrepayFresh } from './prepay-lifetime.js';

/** A refused attempt is over only if WeChat never accepted it; one with a prepay could still be paid and is closed instead. */
const MARK_FAILED = statement(
  'fail-payment',
  `UPDATE payments SET status = 'FAILED', failure = $2, next_check_at = NULL WHERE id = $1 AND status = 'CREATED'`,
);

/** Failures that come at once and leave time to repeat the same request (protocol §1.4: SYSTEMERROR). A timeout has used the time up. */
const REPEATED_AT_ONCE = new Set<Unknown['reason']>(['SYSTEM_ERROR', 'CONNECTION_LOST', 'HTTP_STATUS']);
const RETRY_AFTER_SECONDS = 2;

/**
 * `ready`: the payment can be shown to the buyer. `renumber`: this number is over, a new attempt is needed. `replace`: the
 * same, but the old prepay could still be paid and has to be closed at WeChat first.
 */
export type PrepayResult =
  { kind: 'ready'; payment: Payment & { prepaid: Prepaid } } | { kind: 'renumber' | 'replace' };

/** Asks WeChat for a prepay and turns every answer into a true state of the attempt. */
@Injectable()
export class PrepayService {
  private readonly logger = new Logger('prepay');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly inquiries: InquiryService,
    private readonly commits: CheckoutCommitService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem `WXPAY_OUTCOME_UNKNOWN` (the row waits, the same request may be repeated), `WXPAY_REJECTED`,
   *   `ORDER_ALREADY_PAID`, `PAYMENT_CHANGED`
   */
  async prepay(payment: Payment): Promise<PrepayResult> {
    const { prepaid, prepaidAt } = payment;
    if (
      prepaid !== null &&
      prepaidAt !== null &&
      isPrepayFresh(payment.tradeType, prepaidAt, this.clock.now())
    ) {
      // What was signed before the change has just been refused; only an answer of WeChat's says which key it takes now.
      if (this.wxpay.isChangingKey(payment.accountId)) await this.refuseIfPaid(payment);
      return { kind: 'ready', payment: { ...payment, prepaid } };
    }
    const outcome = await this.ask(payment);
    switch (outcome.kind) {
      case 'accepted':
        return { kind: 'ready', payment: await this.markPrepaid(payment, outcome.value) };
      case 'unknown':
        throw outcomeUnknown(payment.orderId, outcome);
      case 'rejected':
        return this.refused(payment, outcome);
    }
  }

  private async ask(payment: Payment): Promise<Outcome<Prepaid>> {
    const first = await this.wxpay.prepay(payment.accountId, payment.request);
    if (first.kind !== 'unknown' || !REPEATED_AT_ONCE.has(first.reason)) return first;
    return this.wxpay.prepay(payment.accountId, payment.request);
  }

  private async markPrepaid(payment: Payment, prepaid: Prepaid): Promise<Payment & { prepaid: Prepaid }> {
    const prepaidAt = this.clock.now();
    const isPayable = await this.commits.markPrepaid({ paymentId: payment.id, prepaid, prepaidAt });
    if (!isPayable)
      throw new Problem('PAYMENT_CHANGED', 'The order was paid or closed meanwhile; look at it again.', {
        extra: { orderId: payment.orderId },
      });
    return { ...payment, status: 'PREPAID', prepaid, prepaidAt };
  }

  /** WeChat's final word on a number (protocol §1.4). Paid and used numbers are asked about before anything is concluded. */
  private async refused(payment: Payment, { code, message }: Rejected): Promise<PrepayResult> {
    this.logger.warn(`${payment.outTradeNo}: WeChat refuses the prepay with ${code}`, {
      outTradeNo: payment.outTradeNo,
      code,
      message,
    });
    const { manager } = this.dataSource;
    if (code === 'ORDERPAID' || code === 'OUT_TRADE_NO_USED') {
      const answer = await this.refuseIfPaid(payment);
      if (answer.kind === 'unknown') throw outcomeUnknown(payment.orderId, answer);
      // Called paid without a payment being shown: that is not certain yet.
      if (code === 'ORDERPAID') throw outcomeUnknown(payment.orderId, PAID_BUT_NOT_SHOWN);
    }
    if (code === 'OUT_TRADE_NO_USED' && payment.status === 'CREATED') {
      // Somebody else's number: ours is over, and theirs is not ours to close.
      await run(manager, MARK_FAILED, [payment.id, { code, message }]);
      return { kind: 'renumber' };
    }
    if (code === 'OUT_TRADE_NO_USED') return { kind: 'replace' };
    if (code === 'ORDERCLOSED') {
      await markClosed(manager, payment.id);
      return { kind: 'renumber' };
    }
    await run(manager, MARK_FAILED, [payment.id, { code, message }]);
    throw new Problem('WXPAY_REJECTED', `WeChat Pay says ${code}: ${message}`, {
      extra: { orderId: payment.orderId, wxpay: { code, message } },
    });
  }

  /** @returns what WeChat says otherwise. @throws Problem when WeChat, asked, has it as paid */
  private async refuseIfPaid(payment: Payment): Promise<Inquiry> {
    const answer = await this.inquiries.ask(payment);
    if (answer.kind === 'answered' && answer.state === 'PAID') {
      throw new Problem('ORDER_ALREADY_PAID', 'WeChat has this order as paid.', {
        extra: { orderId: payment.orderId },
      });
    }
    return answer;
  }
}

/** 504 with the order's id: the buyer repeats the same request, and the same number goes to WeChat again (DESIGN §6.5). */
export function outcomeUnknown(orderId: string, { reason, message }: Unknown): Problem {
  return new Problem(
    'WXPAY_OUTCOME_UNKNOWN',
    `${message}. Nothing is lost: repeat the request, or look at the order.`,
    {
      extra: { orderId, reason },
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );
}
