import type { RefundApproval } from '../../refund/refund-approval.entity.js';
import type { Person, Refund } from '../../refund/refund.entity.js';
import { notBefore, timelineEvent, type TimelineEvent } from './timeline-event.js';

const ACTORS: Record<Person['kind'], TimelineEvent['actor']> = {
  buyer: 'buyer',
  operator: 'staff',
  policy: 'system',
};

interface Words {
  requested: string;
  byRule: string;
  sent: string;
  failed: string;
  succeeded: string;
}

const OF_ORDER: Words = {
  requested: '申请退款 Refund requested',
  byRule: '小额退款自动通过 Approved by the shop’s rule',
  sent: '退款提交微信 Refund sent to WeChat',
  failed: '微信拒绝退款 WeChat refuses the refund',
  succeeded: '退款到账 Refunded to the buyer',
};
const OF_SUSPENSE: Words = {
  requested: '待处理款项准备退回 Money in suspense is to go back',
  byRule: '按规则自动退回 Returned by the shop’s rule',
  sent: '款项退回提交微信 Return sent to WeChat',
  failed: '微信拒绝退回款项 WeChat refuses the return',
  succeeded: '待处理款项已退回买家 Money in suspense is back with the buyer',
};

/** The story of one refund. Two people may have approved it, each at his own time. */
export function refundEvents(refund: Refund, approvals: readonly RefundApproval[]): TimelineEvent[] {
  const { requestedBy, amountFen, reason, createdAt, calledAt, calls, failure, succeededAt } = refund;
  const known = { refundId: refund.id, refundNo: refund.refundNo };
  const words = refund.suspenseId === null ? OF_ORDER : OF_SUSPENSE;
  const events = [
    timelineEvent(createdAt, ACTORS[requestedBy.kind], 'refund.requested', words.requested, {
      ...known,
      amountFen,
      reason,
      by: requestedBy.name,
    }),
    ...reviewEvents(refund, approvals, known, words),
  ];
  if (calledAt !== null)
    events.push(
      timelineEvent(calledAt, 'system', 'refund.sent', words.sent, {
        ...known,
        calls,
      }),
    );
  if (failure !== null)
    events.push(
      timelineEvent(calledAt ?? createdAt, 'wechat', 'refund.failed', words.failed, {
        ...known,
        ...failure,
      }),
    );
  if (succeededAt !== null)
    events.push(
      timelineEvent(
        notBefore(succeededAt, calledAt ?? createdAt),
        'wechat',
        'refund.succeeded',
        words.succeeded,
        { ...known, amountFen },
      ),
    );
  return events;
}

function reviewEvents(
  { status, reviewedBy, reviewedAt, reviewNote }: Refund,
  approvals: readonly RefundApproval[],
  known: Record<string, unknown>,
  words: Words,
): TimelineEvent[] {
  const yes = approvals.map(({ operatorName, note, approvedAt }) =>
    timelineEvent(approvedAt, 'staff', 'refund.approved', '同意退款 Refund approved', {
      ...known,
      by: operatorName,
      ...(note !== null && { note }),
    }),
  );
  if (reviewedBy === null || reviewedAt === null) return yes;
  if (status === 'REJECTED') {
    const data = { ...known, by: reviewedBy.name, note: reviewNote };
    return [...yes, timelineEvent(reviewedAt, 'staff', 'refund.rejected', '拒绝退款 Refund rejected', data)];
  }
  if (reviewedBy.kind !== 'policy') return yes;
  return [timelineEvent(reviewedAt, 'system', 'refund.approved', words.byRule, known)];
}
