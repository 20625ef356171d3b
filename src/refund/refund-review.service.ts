import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { statement } from '../database/sql.js';
import { send, transaction } from '../database/transaction.js';
import { JobService } from '../jobs/job.service.js';
import { AuditService } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { isSteppedUp } from '../operator/step-up.js';
import { findAndLockRefund, type LockedRefund } from './locked-refund.js';
import { refundEvent } from './refund-event.js';
import type { Person, Refund } from './refund.entity.js';
import { mayReview, type ReviewAnswer } from './refund.policy.js';
import { readUnderReview, type RefundUnderReview } from './refund-under-review.js';
import { followReturn } from './suspense-state.js';

const REJECT = statement(
  'reject-refund',
  `UPDATE refunds SET status = 'REJECTED', reviewed_by = $2, review_note = $3, reviewed_at = $4 WHERE id = $1`,
);

interface UnderReview {
  locked: LockedRefund;
  answer: ReviewAnswer;
}

/** Who may decide a refund, by its policy (refund.policy.ts), and the no; the yes is RefundApprovalService's. */
@Injectable()
export class RefundReviewService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly jobs: JobService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem `REFUND_NOT_FOUND`, `REFUND_REVIEW_REFUSED`, `REFUND_ALREADY_DECIDED` */
  async reject(
    id: string,
    operator: OperatorPrincipal,
    reason: string,
    origin: RequestOrigin,
  ): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const { locked, answer } = await this.lock(manager, id, operator);
      const { refund } = locked;
      if (refund.status === 'REJECTED' && refund.reviewedBy?.id === operator.id) return;
      // Saying no needs no second factor: it moves no money.
      if (!answer.allowed && (answer.code === 'ROLE_MAY_NOT_REVIEW' || answer.code === 'OWN_REQUEST'))
        throw reviewRefused(answer);
      if (refund.status !== 'REQUESTED') throw decided(refund);
      const now = this.clock.now();
      await send(manager, REJECT, [id, personOf(operator), reason, now]);
      if (locked.purpose === 'SUSPENSE') await followReturn(manager, locked.item, 'REJECTED');
      await this.jobs.enqueue(manager, 'events', refundEvent('refund.rejected', now, locked));
      await this.audit.record(manager, {
        operator,
        action: 'refund.rejected',
        subjectKind: 'refund',
        subjectId: id,
        before: { status: refund.status },
        after: { status: 'REJECTED', reason },
        ...origin,
      });
    });
  }

  /** The policy's answer for this operator, to be shown before the click. */
  answerFor(
    { refund, approvals, cumulativeFen }: RefundUnderReview,
    operator: OperatorPrincipal,
  ): ReviewAnswer {
    const { id, buyerId, roles, hasSecondFactor } = operator;
    return mayReview(
      { id, buyerId, roles, hasSecondFactor, steppedUp: isSteppedUp(operator, new Date()) },
      {
        requestedBy: refund.requestedBy,
        cumulativeFen,
        approvedBy: approvals.map(({ operatorId }) => operatorId),
      },
      this.settings.refund,
    );
  }

  private async lock(manager: EntityManager, id: string, operator: OperatorPrincipal): Promise<UnderReview> {
    const locked = isUuid(id) ? await findAndLockRefund(manager, id) : undefined;
    const [underReview] = locked === undefined ? [] : await readUnderReview(manager, [id]);
    if (locked === undefined || underReview === undefined) throw refundNotFound();
    return { locked, answer: this.answerFor(underReview, operator) };
  }
}

/** As the refund keeps him, by name. */
export function personOf({ id, displayName }: OperatorPrincipal): Person {
  return { kind: 'operator', id, name: displayName };
}

export function reviewRefused({ code, why }: ReviewAnswer & { allowed: false }): Problem {
  return new Problem('REFUND_REVIEW_REFUSED', why, { extra: { reason: code } });
}

export function refundNotFound(): Problem {
  return new Problem('REFUND_NOT_FOUND', 'There is no such refund.');
}

export function decided({ status }: Refund): Problem {
  return new Problem('REFUND_ALREADY_DECIDED', `The refund is ${status}.`, {
    extra: { refundStatus: status },
  });
}
