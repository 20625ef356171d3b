import { Problem } from '../common/http/problem.js';
import type { OperatorPrincipal } from './operator-principal.js';

/** A proof of the second factor is fresh for this long, wall time. */
export const STEP_UP_MS = 5 * 60_000;

/**
 * True while the session's last proof of the second factor is fresh; a login with a code counts as one. Without a
 * second factor nobody is ever stepped up.
 * @param now wall time (`new Date()`), not the business clock: sessions protect people, not orders (DESIGN §6.1)
 */
export function isSteppedUp(operator: OperatorPrincipal, now: Date): boolean {
  const { hasSecondFactor, stepUpAt } = operator;
  if (!hasSecondFactor || stepUpAt === null) return false;
  return now.getTime() - stepUpAt.getTime() <= STEP_UP_MS;
}

/**
 * What changes accounts asks for a fresh code from everybody who has one: a stolen session is not enough.
 * @throws Problem `STEP_UP_REQUIRED`
 */
export function demandFreshSecondFactor(operator: OperatorPrincipal): void {
  if (operator.hasSecondFactor && !isSteppedUp(operator, new Date())) {
    throw new Problem(
      'STEP_UP_REQUIRED',
      'Send a code to POST /api/v1/admin/sessions/current/step-up, then repeat within five minutes.',
    );
  }
}
