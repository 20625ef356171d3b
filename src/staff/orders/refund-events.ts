import type { RefundApproval } from '../../refund/refund-approval.entity.js';
import type { Person, Refund } from '../../refund/refund.entity.js';
import { notBefore, timelineEvent, type TimelineEvent } from './timeline-event.js';

const ACTORS: Record<Person['kind'], TimelineEvent['actor']> = {
  buyer: 'buyer',
  operator: 'staff',
  policy: 'system',
};

/** The story of one refund. Two people may have approved it, each at his own time. */
export function refundEvents(refund: Refund, approvals: readonly RefundApproval[]): TimelineEvent[] {
  const { requestedBy, amountFen, reason, createdAt, calledAt, calls, failure, succeededAt } = refund;
  const known = { refundId: refund.id, refundNo: refund.refundNo };
  const events = [
    timelineEvent(createdAt, ACTORS[requestedBy.kind], 'refund.requested', '申请退款 Refund requested', {
      ...known,
      amountFen,
      reason,
      by: requestedBy.name,
    }),
    ...reviewEvents(refund, approvals, known),
  ];
  if (calledAt !== null)
    events.push(
      timelineEvent(calledAt, 'system', 'refund.sent', '退款提交微信 Refund sent to WeChat', {
        ...known,
        calls,
      }),
    );
  if (failure !== null)
    events.push(
      timelineEvent(
        calledAt ?? createdAt,
        'wechat',
        'refund.failed',
        '微信拒绝退款 WeChat refuses the refund',
        {
          ...known,
          ...failure,
        },
      ),
    );
  if (succeededAt !== null)
    events.push(
      timelineEvent(
        notBefore(succeededAt, calledAt ?? createdAt),
        'wechat',
        'refund.succeeded',
        '退款到账 Refunded to the buyer',
        { ...known, amountFen },
      ),
    );
  return events;
}

function reviewEvents(
  { status, reviewedBy, reviewedAt, reviewNote }: Refund,
  approvals: readonly RefundApproval[],
  known: Record<string, unknown>,
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
  return [
    timelineEvent(
      reviewedAt,
      'system',
      'refund.approved',
      '小额退款自动通过 Approved by the shop’s rule',
      known,
    ),
  ];
}
