import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { cutToBytes } from '../common/cut-to-bytes.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { transaction } from '../database/transaction.js';
import { JobService } from '../jobs/job.service.js';
import type { Rejected } from '../wxpay/outcome.js';
import type { RefundOutcome, RefundRequest, RefundState } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { lockRefund, type LockedRefund } from './locked-refund.js';
import { RefundConclusionService } from './refund-conclusion.service.js';
import { refundEvent } from './refund-event.js';
import {
  nextInquiryAfterCall,
  nextInquiryAt,
  nextSendAt,
  REFUND_LEASE_MS,
  REFUND_SPACING_MS,
} from './refund-schedule.js';
import { Refund } from './refund.entity.js';
import { followReturn } from './suspense-state.js';

/** Sent means uncertain until WeChat has answered: committed before the call, so a crash in between asks first (M-18). */
const BEGIN_CALL = statement(
  'begin-refund-call',
  `UPDATE refunds SET status = 'PROCESSING', uncertain = true, calls = calls + 1, called_at = $2, next_check_at = $3 WHERE id = $1`,
);
const POSTPONE = statement(
  'postpone-refund',
  'UPDATE refunds SET next_check_at = $2 WHERE id = $1 AND next_check_at IS NOT NULL',
);
const LAST_SIBLING_CALL = statement(
  'last-refund-call-of-payment',
  'SELECT max(called_at) AS at FROM refunds WHERE (payment_id = $1 OR suspense_id = $2) AND id <> $3',
);
const WAIT = statement(
  'refund-waits',
  `UPDATE refunds SET waiting = $2, uncertain = $3, next_check_at = $4 WHERE id = $1 AND status = 'PROCESSING'`,
);
const FAIL = statement(
  'fail-refund',
  `UPDATE refunds SET status = 'FAILED', failure = $2, waiting = NULL, uncertain = false, next_check_at = NULL WHERE id = $1 AND status = 'PROCESSING' RETURNING id`,
);

const REASON_BYTES = 80;

interface Call {
  refund: Refund;
  /** What WeChat is to give back. */
  paid: Pick<RefundRequest, 'transactionId' | 'totalFen' | 'currency'> & { mchId: string };
}

/** Carries out approved refunds: transaction, call, transaction, always under the same number (DESIGN §2.3–2.5). */
@Injectable()
export class RefundExecutionService {
  private readonly logger = new Logger('refund');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly conclusions: RefundConclusionService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** One step for a due refund: send it, or ask what became of it. */
  async advance(id: string): Promise<void> {
    const refund = await this.dataSource.manager.findOneByOrFail(Refund, { id });
    if (refund.status !== 'APPROVED' && refund.status !== 'PROCESSING') return;
    if (refund.status === 'PROCESSING' && (refund.uncertain || refund.refundId !== null))
      return this.ask(refund);
    const call = await transaction(this.dataSource, (manager) => this.beginCall(manager, refund));
    if (call !== undefined) await this.finishCall(call, await this.send(call));
  }

  /** Asks WeChat and writes down what it says; the only way to FAILED after an unclear call (M-13). */
  async ask(refund: Refund, refusal?: Rejected): Promise<void> {
    const outcome = await this.wxpay.queryRefund(refund, refund.refundNo);
    if (outcome.kind === 'accepted') return this.answered(refund, outcome.value, refusal);
    const words = outcome.kind === 'unknown' ? { code: outcome.reason, message: outcome.message } : outcome;
    await this.wait(
      refund,
      words,
      true,
      nextInquiryAt(refund.calledAt ?? refund.createdAt, this.clock.now()),
    );
  }

  private async answered(refund: Refund, state: RefundState, refusal: Rejected | undefined): Promise<void> {
    if (state.state !== 'NOT_EXIST') return this.conclusions.conclude(refund.id, state);
    const now = this.clock.now();
    if (refund.refundId !== null) {
      // Accepted, yet not shown: WeChat's left hand is behind its right one. Only more asking can tell.
      const words = { code: 'NOT_SHOWN', message: 'WeChat has accepted the refund but does not show it yet' };
      return this.wait(refund, words, true, nextInquiryAt(refund.calledAt ?? refund.createdAt, now));
    }
    if (refusal !== undefined) return this.fail(refund, refusal);
    // WeChat never had it: the same number goes out again, at once.
    const words = { code: 'NOT_RECEIVED', message: 'WeChat has not received the refund; it is sent again' };
    await this.wait(refund, words, false, now);
  }

  /** Commits that a call is about to happen, or postpones it: refunds of one payment keep a minute apart (protocol §1.8). */
  private async beginCall(manager: EntityManager, found: Refund): Promise<Call | undefined> {
    const locked = await lockRefund(manager, found.id);
    const { refund } = locked;
    const { id, paymentId, suspenseId } = refund;
    if (refund.status !== 'APPROVED' && (refund.status !== 'PROCESSING' || refund.uncertain))
      return undefined;
    const now = this.clock.now();
    const [sibling] = await run<{ at: Date | null }>(manager, LAST_SIBLING_CALL, [paymentId, suspenseId, id]);
    const free = (sibling?.at?.getTime() ?? 0) + REFUND_SPACING_MS;
    if (free > now.getTime()) {
      await run(manager, POSTPONE, [id, new Date(free)]);
      return undefined;
    }
    await run(manager, BEGIN_CALL, [id, now, new Date(now.getTime() + REFUND_LEASE_MS)]);
    return { refund: { ...refund, calls: refund.calls + 1, calledAt: now }, paid: paidBy(locked) };
  }

  private send({ refund, paid: { mchId, ...paid } }: Call): Promise<RefundOutcome> {
    const request: RefundRequest = {
      ...paid,
      outRefundNo: refund.refundNo,
      refundFen: refund.amountFen,
      reason: cutToBytes(refund.reason, REASON_BYTES),
      notifyUrl: `${this.settings.http.publicUrl}/notify/wxpay/${refund.accountId}/refund`,
      operator: mchId,
    };
    return this.wxpay.refund(refund, request);
  }

  private async finishCall({ refund }: Call, outcome: RefundOutcome): Promise<void> {
    const now = this.clock.now();
    switch (outcome.kind) {
      case 'accepted':
        return this.conclusions.accepted(refund.id, outcome.value.refundId);
      case 'later':
        return this.wait(refund, outcome, false, nextSendAt(refund.calls, now));
      case 'rejected':
        // A repeated number is refused only after WeChat was asked: an earlier call may have come through after all.
        return refund.calls > 1 ? this.ask(refund, outcome) : this.fail(refund, outcome);
      case 'unknown':
        return this.wait(
          refund,
          { code: outcome.reason, message: outcome.message },
          true,
          nextInquiryAfterCall(refund.calls, now),
        );
    }
  }

  private async wait(
    refund: Refund,
    { code, message }: { code: string; message: string },
    uncertain: boolean,
    next: Date,
  ): Promise<void> {
    this.logger.warn(`${refund.refundNo}: ${code} ${message}`, { refundId: refund.id, code });
    await run(this.dataSource.manager, WAIT, [refund.id, { code, message }, uncertain, next]);
  }

  private async fail(refund: Refund, { code, message }: Rejected): Promise<void> {
    this.logger.error(`${refund.refundNo}: WeChat refuses the refund with ${code} ${message}`, {
      refundId: refund.id,
      code,
    });
    await transaction(this.dataSource, async (manager) => {
      const locked = await lockRefund(manager, refund.id);
      const failed = await run(manager, FAIL, [refund.id, { code, message }]);
      if (failed.length === 0) return;
      if (locked.purpose === 'SUSPENSE') await followReturn(manager, locked.item, 'FAILED');
      await this.jobs.enqueue(manager, 'events', refundEvent('refund.failed', this.clock.now(), locked));
    });
  }
}

function paidBy(locked: LockedRefund): Call['paid'] {
  if (locked.purpose === 'SUSPENSE') {
    const { transactionId, amountFen, currency, mchId } = locked.item;
    return { transactionId, totalFen: amountFen, currency, mchId };
  }
  const { transactionId, amountFen, currency, mchId } = locked.payment;
  return { transactionId: transactionId ?? '', totalFen: amountFen, currency, mchId };
}
