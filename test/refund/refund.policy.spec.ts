import { describe, expect, it } from '@jest/globals';
import {
  AUTO_APPROVAL,
  approvesItself,
  mayReview,
  type ReviewSubject,
  type Reviewer,
} from '../../src/refund/refund.policy.js';

const settings = {
  windowDays: 30,
  fourEyes: true,
  autoApproveMaxFen: 0,
  secondApprovalMinFen: 50_000,
  stepUpMinFen: 20_000,
};
const finance: Reviewer = {
  id: 'f',
  buyerId: null,
  roles: ['FINANCE'],
  hasSecondFactor: true,
  steppedUp: true,
};
const byBuyer: ReviewSubject = {
  requestedBy: { kind: 'buyer', id: 'b', name: 'b' },
  cumulativeFen: 100,
  approvedBy: [],
};
const by = (id: string): ReviewSubject => ({ ...byBuyer, requestedBy: { kind: 'operator', id, name: id } });

describe('who may decide a refund', () => {
  it.each(['FINANCE', 'OWNER'])('%s may', (role) => {
    expect(mayReview({ ...finance, roles: [role] }, byBuyer, settings)).toEqual({
      allowed: true,
      approvalsNeeded: 1,
    });
  });

  it.each(['SUPPORT', 'VIEWER', 'SOMETHING'])('%s may not', (role) => {
    expect(mayReview({ ...finance, roles: [role] }, byBuyer, settings)).toMatchObject({
      allowed: false,
      code: 'ROLE_MAY_NOT_REVIEW',
    });
  });

  it('M-30: nobody decides what he asked for himself, owners included', () => {
    expect(mayReview({ ...finance, roles: ['OWNER'] }, by('f'), settings)).toMatchObject({
      allowed: false,
      code: 'OWN_REQUEST',
    });
    expect(mayReview(finance, by('somebody else'), settings)).toMatchObject({ allowed: true });
  });

  it('a buyer whose number happens to be the operator’s is somebody else', () => {
    const asked = { ...byBuyer, requestedBy: { kind: 'buyer' as const, id: 'f', name: 'b' } };
    expect(mayReview(finance, asked, settings)).toMatchObject({ allowed: true });
  });

  it('M-30: nor what he asked for as the buyer he is as well', () => {
    const self = { ...finance, buyerId: 'b' };
    expect(mayReview(self, byBuyer, settings)).toMatchObject({ allowed: false, code: 'OWN_REQUEST' });
    expect(mayReview({ ...self, buyerId: 'c' }, byBuyer, settings)).toMatchObject({ allowed: true });
    expect(mayReview(self, by('b'), settings)).toMatchObject({ allowed: true });
    expect(mayReview(self, byBuyer, { ...settings, fourEyes: false })).toMatchObject({ allowed: true });
  });

  it.each<[string, Reviewer, ReviewSubject]>([
    ['FINANCE and OWNER', { ...finance, roles: ['SUPPORT'] }, byBuyer],
    ['somebody else', finance, by('f')],
    ['set one up', { ...finance, hasSecondFactor: false }, { ...byBuyer, cumulativeFen: 20_001 }],
    ['enter a new code', { ...finance, steppedUp: false }, { ...byBuyer, cumulativeFen: 20_001 }],
  ])('says what to do about it: %s', (words, reviewer, subject) => {
    expect(mayReview(reviewer, subject, settings)).toMatchObject({ why: expect.stringContaining(words) });
  });

  it('a small amount is approved in the name of the policy, not of a person', () => {
    expect(AUTO_APPROVAL).toEqual({
      kind: 'policy',
      id: 'auto-approve',
      name: 'small amounts approve themselves',
    });
  });

  it('without four eyes the requester may', () => {
    expect(mayReview(finance, by('f'), { ...settings, fourEyes: false })).toMatchObject({ allowed: true });
  });

  it('above the step-up limit the second factor is asked for, and must exist', () => {
    const large = { ...byBuyer, cumulativeFen: 20_001 };
    expect(mayReview({ ...finance, steppedUp: false }, large, settings)).toMatchObject({
      code: 'STEP_UP_REQUIRED',
    });
    expect(mayReview({ ...finance, hasSecondFactor: false }, large, settings)).toMatchObject({
      code: 'SECOND_FACTOR_MISSING',
    });
    expect(mayReview(finance, large, settings)).toMatchObject({ allowed: true });
    expect(
      mayReview(
        { ...finance, steppedUp: false, hasSecondFactor: false },
        { ...large, cumulativeFen: 20_000 },
        settings,
      ),
    ).toMatchObject({ allowed: true });
  });

  it('from the second-approval limit on, two different people are needed', () => {
    const large = { ...byBuyer, cumulativeFen: 50_000 };
    expect(mayReview(finance, large, settings)).toEqual({ allowed: true, approvalsNeeded: 2 });
    expect(mayReview(finance, { ...large, approvedBy: ['x'] }, settings)).toEqual({
      allowed: true,
      approvalsNeeded: 1,
    });
    expect(mayReview(finance, { ...large, cumulativeFen: 49_999 }, settings)).toEqual({
      allowed: true,
      approvalsNeeded: 1,
    });
  });

  it('amounts up to the limit approve themselves; a limit of 0 never does', () => {
    expect(approvesItself(1, settings)).toBe(false);
    expect(approvesItself(500, { ...settings, autoApproveMaxFen: 500 })).toBe(true);
    expect(approvesItself(501, { ...settings, autoApproveMaxFen: 500 })).toBe(false);
  });
});
