import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { cutToBytes } from '../common/cut-to-bytes.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { GROUP_LIMITS, GROUP_LOCK_MS, GroupCommit } from '../database/group-commit.js';
import { columns, run, statement } from '../database/sql.js';
import { send, transaction, waitAtMost } from '../database/transaction.js';
import { JobService } from '../jobs/job.service.js';
import { asUnknown } from '../payment/inquiry.service.js';
import { UnknownMerchantAccount } from '../wxpay/merchant-accounts.js';
import type { Rejected, Unknown } from '../wxpay/outcome.js';
import type { RefundOutcome, RefundRequest, RefundState } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { lockRefund, lockRefundsOf, type LockedRefund, type RefundPurpose } from './locked-refund.js';
import { RefundConclusionService } from './refund-conclusion.service.js';
import { refundEvent } from './refund-event.js';
import {
  nextInquiryAfterCall,
  nextInquiryAt,
  nextSendAt,
  REFUND_LEASE_MS,
  REFUND_SPACING_MS,
} from './refund-schedule.js';
import type { Refund } from './refund.entity.js';
import { followReturn } from './suspense-state.js';

/** Sent means uncertain until WeChat has answered: committed before the call, so a crash in between asks first (M-18). */
const BEGIN_CALL = statement(
  'begin-refund-calls',
  `UPDATE refunds SET status = 'PROCESSING', uncertain = true, calls = calls + 1, called_at = $2, next_check_at = $3
   WHERE id = ANY ($1::uuid[])`,
);
const POSTPONE = statement(
  'postpone-refunds',
  `UPDATE refunds r SET next_check_at = p.until FROM unnest($1::uuid[], $2::timestamptz[]) AS p(id, until)
   WHERE r.id = p.id AND r.next_check_at IS NOT NULL`,
);
/** Of the same money, when WeChat was last told of another refund; null: never. */
const SIBLING_CALLS = statement(
  'last-sibling-refund-calls',
  `SELECT r.id, greatest((SELECT max(s.called_at) FROM refunds s WHERE s.payment_id = r.payment_id AND s.id <> r.id),
                         (SELECT max(s.called_at) FROM refunds s WHERE s.suspense_id = r.suspense_id AND s.id <> r.id)) AS at
   FROM refunds r WHERE r.id = ANY ($1::uuid[])`,
);
const WAIT = statement(
  'refund-waits',
  `UPDATE refunds SET waiting = $2, uncertain = $3, next_check_at = $4 WHERE id = $1 AND status = 'PROCESSING'`,
);
const HOLD = statement(
  'hold-refund',
  `UPDATE refunds SET waiting = $2, next_check_at = $3 WHERE id = $1 AND status IN ('APPROVED', 'PROCESSING')`,
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
  /** Calls that are about to happen, committed together (ADR 12); undefined where there is nothing to call. */
  private readonly beginning = new GroupCommit<Refund, Call | undefined>({
    // Refunds of one payment keep a minute apart: the second must see the first one's call.
    keyOf: ({ id, paymentId }) => paymentId ?? id,
    decide: (refunds) => this.begin('ORDER', refunds, GROUP_LOCK_MS),
    onGroupFailed: (refunds, cause) =>
      this.logger.warn('refunds could not be begun together; each of them is begun alone', {
        refundIds: refunds.map(({ id }) => id),
        cause,
      }),
    ...GROUP_LIMITS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly wxpay: WxPayService,
    private readonly conclusions: RefundConclusionService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** One step for a due refund, as it was when it was claimed: send it, or ask what became of it. */
  async advance(refund: Refund): Promise<void> {
    if (refund.status !== 'APPROVED' && refund.status !== 'PROCESSING') return;
    if (this.wxpay.findAccount(refund.accountId) === undefined) return this.hold(refund);
    if (refund.status === 'PROCESSING' && (refund.uncertain || refund.refundId !== null)) {
      await this.ask(refund);
      return;
    }
    // An item in suspense is never locked together with orders (DESIGN §2.7).
    const call =
      refund.suspenseId === null
        ? await this.beginning.submit(refund)
        : (await this.begin('SUSPENSE', [refund], GROUP_LIMITS.patienceMs))[0];
    if (call !== undefined) await this.finishCall(call, await this.send(call));
  }

  /**
   * Asks WeChat and writes down what it says; the only way to FAILED after an unclear call (M-13).
   * @returns why it is not known still, when WeChat did not say
   * @throws UnknownMerchantAccount
   */
  async ask(refund: Refund, refusal?: Rejected): Promise<Unknown | undefined> {
    const outcome = await this.wxpay.queryRefund(refund, refund.refundNo);
    if (outcome.kind === 'accepted') {
      await this.answered(refund, outcome.value, refusal);
      return undefined;
    }
    const words = outcome.kind === 'unknown' ? { code: outcome.reason, message: outcome.message } : outcome;
    await this.wait(
      refund,
      words,
      true,
      nextInquiryAt(refund.calledAt ?? refund.createdAt, this.clock.now()),
    );
    return asUnknown(outcome, 'question');
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

  /**
   * Commits that calls are about to happen, or postpones them: refunds of one payment keep a minute apart (protocol §1.8).
   * @returns the calls in the order of the refunds; undefined where nothing is to be sent
   */
  private begin(
    purpose: RefundPurpose,
    refunds: readonly Refund[],
    patienceMs: number,
  ): Promise<(Call | undefined)[]> {
    return transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, patienceMs);
      const ids = refunds.map(({ id }) => id);
      // Sent together, run one after the other: the siblings' calls are newer than the wait for the locks.
      const [lockedRefunds, siblings] = await Promise.all([
        lockRefundsOf(manager, purpose, ids),
        run<{ id: string; at: Date | null }>(manager, SIBLING_CALLS, [ids]),
      ]);
      const siblingCall = new Map(siblings.map(({ id, at }) => [id, at?.getTime() ?? 0]));
      const now = this.clock.now();
      // As it is now, not as it was claimed: what WeChat has accepted meanwhile is asked about, and not sent again.
      const sendable = lockedRefunds.filter(
        ({ refund: { status, uncertain, refundId } }) =>
          status === 'APPROVED' || (status === 'PROCESSING' && !uncertain && refundId === null),
      );
      const free = ({ refund: { id } }: LockedRefund): Date =>
        new Date((siblingCall.get(id) ?? 0) + REFUND_SPACING_MS);
      const [begun, postponed] = [
        sendable.filter((locked) => free(locked) <= now),
        sendable.filter((locked) => free(locked) > now),
      ];
      if (postponed.length > 0)
        await send(manager, POSTPONE, columns(postponed.map((locked) => [locked.refund.id, free(locked)])));
      if (begun.length > 0)
        await send(manager, BEGIN_CALL, [
          begun.map(({ refund }) => refund.id),
          now,
          new Date(now.getTime() + REFUND_LEASE_MS),
        ]);
      const calls = new Map(begun.map((locked) => [locked.refund.id, callOf(locked, now)]));
      return ids.map((id) => calls.get(id));
    });
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
        await (refund.calls > 1 ? this.ask(refund, outcome) : this.fail(refund, outcome));
        return;
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

  /** Without the account's keys nothing can be sent or asked. The refund says so, and goes on once they are back. */
  private async hold(refund: Refund): Promise<void> {
    const { code, detail: message } = new UnknownMerchantAccount(refund.accountId);
    this.logger.error(`${refund.refundNo}: ${message}`, { refundId: refund.id, code });
    const next = nextInquiryAt(refund.calledAt ?? refund.createdAt, this.clock.now());
    await run(this.dataSource.manager, HOLD, [refund.id, { code, message }, next]);
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

function callOf(locked: LockedRefund, now: Date): Call {
  const { refund } = locked;
  return { refund: { ...refund, calls: refund.calls + 1, calledAt: now }, paid: paidBy(locked) };
}

function paidBy(locked: LockedRefund): Call['paid'] {
  if (locked.purpose === 'SUSPENSE') {
    const { transactionId, amountFen, currency, mchId } = locked.item;
    return { transactionId, totalFen: amountFen, currency, mchId };
  }
  const { transactionId, amountFen, currency, mchId } = locked.payment;
  return { transactionId: transactionId ?? '', totalFen: amountFen, currency, mchId };
}
