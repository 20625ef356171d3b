import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { GROUP_LIMITS, GROUP_LOCK_MS, GroupCommit } from '../database/group-commit.js';
import { columns, statement } from '../database/sql.js';
import { send, transaction, waitAtMost } from '../database/transaction.js';
import { JobService } from '../jobs/job.service.js';
import { AuditService, type AuditEntry } from '../operator/audit.service.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import type { RequestOrigin } from '../operator/request-origin.js';
import { DueRefunds } from './due-refunds.js';
import { lockRefundsOf, type LockedRefund, type RefundPurpose } from './locked-refund.js';
import { refundEvent } from './refund-event.js';
import {
  decided,
  personOf,
  RefundReviewService,
  refundNotFound,
  reviewRefused,
} from './refund-review.service.js';
import { readUnderReview, type RefundUnderReview } from './refund-under-review.js';

const APPROVE_ONCE = statement(
  'approve-refunds-once',
  `INSERT INTO refund_approvals (refund_id, operator_id, operator_name, note, approved_at)
   SELECT *, $5::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])`,
);
/** Approved and due in the same statement: there is no job in between that could be lost (M-24). */
const APPROVE = statement(
  'approve-refunds',
  `UPDATE refunds r SET status = 'APPROVED', reviewed_by = a.reviewed_by, review_note = a.note, restock = a.restock,
                        reviewed_at = $5, next_check_at = $5
   FROM unnest($1::uuid[], $2::jsonb[], $3::text[], $4::boolean[]) AS a(id, reviewed_by, note, restock)
   WHERE r.id = a.id`,
);

/** One person's yes, as it came. */
interface Yes {
  id: string;
  operator: OperatorPrincipal;
  note: string | null;
  restock: boolean;
  origin: RequestOrigin;
}

/** `KNOWN`: this person has said yes before. `MORE`: it takes another person's yes as well. */
type Verdict = 'APPROVED' | 'MORE' | 'KNOWN' | Problem;

/** A yes that counts. */
interface Counted extends Yes {
  locked: LockedRefund;
  isEnough: boolean;
}

/**
 * Yes to a refund. Those said while a transaction is under way share the next one: every one is written to the audit
 * chain, and the chain has room for one transaction at a time, each a write to the disk (ADR 12).
 */
@Injectable()
export class RefundApprovalService {
  private readonly logger = new Logger('refund');
  private readonly approving = new GroupCommit<Yes, Verdict | undefined>({
    // Two people's yes to one refund are never in one group: the second must see the first.
    keyOf: ({ id }) => id,
    decide: (group) => this.decide('ORDER', group, GROUP_LOCK_MS),
    onGroupFailed: (group, cause) =>
      this.logger.warn('refunds could not be approved together; each of them is approved alone', {
        refundIds: group.map(({ id }) => id),
        cause,
      }),
    ...GROUP_LIMITS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly reviews: RefundReviewService,
    private readonly audit: AuditService,
    private readonly jobs: JobService,
    private readonly dueRefunds: DueRefunds,
    private readonly clock: Clock,
  ) {}

  /**
   * One person's yes; with enough of them the refund is approved and due at once. The same person's second yes changes
   * nothing, also after the approval.
   * @returns whether it was this yes that approved it
   * @throws Problem `REFUND_NOT_FOUND`, `REFUND_REVIEW_REFUSED`, `REFUND_ALREADY_DECIDED`; NotDecided (`SHOP_BUSY`)
   */
  async approve(
    id: string,
    operator: OperatorPrincipal,
    { note = null, restock }: { note?: string | null | undefined; restock: boolean },
    origin: RequestOrigin,
  ): Promise<boolean> {
    if (!isUuid(id)) throw refundNotFound();
    const yes = { id: id.toLowerCase(), operator, note, restock, origin }; // as PostgreSQL writes it
    const verdict = (await this.approving.submit(yes)) ?? (await this.approveReturn(yes));
    if (verdict instanceof Problem) throw verdict;
    if (verdict !== 'APPROVED') return false;
    this.dueRefunds.wake();
    return true;
  }

  /** A return of money in suspense is decided by itself: its item is never locked together with orders (DESIGN §2.7). */
  private async approveReturn(yes: Yes): Promise<Verdict> {
    const [verdict] = await this.decide('SUSPENSE', [yes], GROUP_LIMITS.patienceMs);
    return verdict ?? refundNotFound();
  }

  /**
   * One transaction for all of them. None changes what the policy asks about another: a refund counts the same before
   * and after its approval.
   * @returns undefined for what is no refund of this purpose
   */
  private decide(
    purpose: RefundPurpose,
    group: readonly Yes[],
    patienceMs: number,
  ): Promise<(Verdict | undefined)[]> {
    return transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, patienceMs);
      const ids = group.map(({ id }) => id);
      // Sent together, run one after the other: the sums are newer than the wait for the locks.
      const [lockedRefunds, underReview] = await Promise.all([
        lockRefundsOf(manager, purpose, ids),
        readUnderReview(manager, ids),
      ]);
      const lockedOf = new Map(lockedRefunds.map((locked) => [locked.refund.id, locked]));
      const reviewOf = new Map(underReview.map((found) => [found.refund.id, found]));
      const counted: Counted[] = [];
      const verdicts = group.map((yes) => {
        const [locked, review] = [lockedOf.get(yes.id), reviewOf.get(yes.id)];
        if (locked === undefined || review === undefined) return undefined;
        const verdict = this.judge(yes.operator, review);
        if (verdict === 'APPROVED' || verdict === 'MORE')
          counted.push({ ...yes, locked, isEnough: verdict === 'APPROVED' });
        return verdict;
      });
      await this.write(manager, counted);
      return verdicts;
    });
  }

  private judge(operator: OperatorPrincipal, review: RefundUnderReview): Verdict {
    if (review.approvals.some(({ operatorId }) => operatorId === operator.id)) return 'KNOWN';
    const answer = this.reviews.answerFor(review, operator);
    if (!answer.allowed) return reviewRefused(answer);
    if (review.refund.status !== 'REQUESTED') return decided(review.refund);
    return answer.approvalsNeeded <= 1 ? 'APPROVED' : 'MORE';
  }

  private async write(manager: EntityManager, counted: readonly Counted[]): Promise<void> {
    if (counted.length === 0) return;
    const now = this.clock.now();
    const rows = counted.map(({ id, operator, note }) => [id, operator.id, operator.displayName, note]);
    await send(manager, APPROVE_ONCE, [...columns(rows), now]);
    const approved = counted.filter(({ isEnough }) => isEnough);
    if (approved.length > 0) {
      const changes = approved.map(({ id, operator, note, restock }) => [
        id,
        JSON.stringify(personOf(operator)),
        note,
        restock,
      ]);
      await send(manager, APPROVE, [...columns(changes), now]);
      const events = approved.flatMap(({ locked }) => refundEvent('refund.approved', now, locked));
      await this.jobs.enqueue(manager, 'events', events);
    }
    await this.audit.record(manager, ...counted.map(auditEntry));
  }
}

function auditEntry({ id, operator, note, restock, origin, locked, isEnough }: Counted): AuditEntry {
  const { status, amountFen } = locked.refund;
  return {
    operator,
    action: 'refund.approved',
    subjectKind: 'refund',
    subjectId: id,
    before: { status },
    after: {
      status: isEnough ? 'APPROVED' : 'REQUESTED',
      amountFen,
      ...(note !== null && { note }),
      restock,
    },
    ...origin,
  };
}
