import type { Settings } from '../config/settings.js';
import type { Person } from './refund.entity.js';

/** What the policy needs to know of the person who wants to approve. */
export interface Reviewer {
  id: string;
  /** The same person as a buyer, where the shop knows it. */
  buyerId: string | null;
  /** His own role, and FINANCE while he is its deputy. */
  roles: readonly string[];
  hasSecondFactor: boolean;
  /** Proved the second factor within the last five minutes. */
  steppedUp: boolean;
}

/** What the policy needs to know of the refund. Limits look at the order's live refunds together, this one included, so that splitting does not pass under them (DESIGN §6.11). */
export interface ReviewSubject {
  requestedBy: Person;
  cumulativeFen: number;
  /** Operators who have approved already. */
  approvedBy: readonly string[];
}

export type ReviewRefusal =
  'ROLE_MAY_NOT_REVIEW' | 'OWN_REQUEST' | 'SECOND_FACTOR_MISSING' | 'STEP_UP_REQUIRED';

export type ReviewAnswer =
  | { allowed: true; approvalsNeeded: number }
  | { allowed: false; code: ReviewRefusal; why: string; approvalsNeeded: number };

type RefundSettings = Settings['refund'];

/** In the place of the person who approves. */
export const AUTO_APPROVAL: Person = {
  kind: 'policy',
  id: 'auto-approve',
  name: 'small amounts approve themselves',
};

/** How many different people have to say yes. */
export function approvalsNeeded(cumulativeFen: number, { secondApprovalMinFen }: RefundSettings): number {
  return secondApprovalMinFen !== undefined && cumulativeFen >= secondApprovalMinFen ? 2 : 1;
}

/** Whether a yes to it needs a fresh code of the second factor. */
function needsStepUp(cumulativeFen: number, { stepUpMinFen }: RefundSettings): boolean {
  return stepUpMinFen !== undefined && cumulativeFen > stepUpMinFen;
}

/** Whether its size asks for more than one person's click: it is looked at alone, not approved together with others. */
export function needsSingle(cumulativeFen: number, settings: RefundSettings): boolean {
  return approvalsNeeded(cumulativeFen, settings) > 1 || needsStepUp(cumulativeFen, settings);
}

/** Small refunds approve themselves, when the shop says so. */
export function approvesItself(cumulativeFen: number, { autoApproveMaxFen }: RefundSettings): boolean {
  return cumulativeFen <= autoApproveMaxFen;
}

/** Whether this person may approve this refund now, and if not, why: the same answer before the click and after it. */
export function mayReview(
  reviewer: Reviewer,
  subject: ReviewSubject,
  settings: RefundSettings,
): ReviewAnswer {
  const needed = approvalsNeeded(subject.cumulativeFen, settings) - subject.approvedBy.length;
  const refuse = (code: ReviewRefusal, why: string): ReviewAnswer => ({
    allowed: false,
    code,
    why,
    approvalsNeeded: needed,
  });
  if (!reviewer.roles.some((role) => role === 'FINANCE' || role === 'OWNER')) {
    return refuse('ROLE_MAY_NOT_REVIEW', 'Only FINANCE and OWNER decide refunds.');
  }
  if (settings.fourEyes && isSamePerson(reviewer, subject.requestedBy)) {
    return refuse('OWN_REQUEST', 'You asked for this refund; somebody else has to decide it.');
  }
  if (needsStepUp(subject.cumulativeFen, settings)) {
    if (!reviewer.hasSecondFactor)
      return refuse('SECOND_FACTOR_MISSING', 'Refunds of this size need a second factor; set one up first.');
    if (!reviewer.steppedUp)
      return refuse(
        'STEP_UP_REQUIRED',
        'Refunds of this size need the second factor again; enter a new code.',
      );
  }
  return { allowed: true, approvalsNeeded: needed };
}

/** He may have asked as staff, or as the buyer he is as well. */
function isSamePerson({ id, buyerId }: Reviewer, requestedBy: Person): boolean {
  if (requestedBy.kind === 'operator') return requestedBy.id === id;
  return requestedBy.kind === 'buyer' && requestedBy.id === buyerId;
}
