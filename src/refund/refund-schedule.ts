const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** WeChat wants refunds of one payment a minute apart (protocol §1.8). */
export const REFUND_SPACING_MS = MINUTE;

/** A claimed row that nobody reports back on (the process died) is due again after this time; longer than any call. */
export const REFUND_LEASE_MS = 90 * SECOND;

/** Accepted: WeChat notifies within minutes, or in days for a card; asked ever more rarely, never given up (M-24). */
export function nextAskAt(calledAt: Date, now: Date): Date {
  return after(now, clamp(now.getTime() - calledAt.getTime(), 15 * SECOND, 6 * HOUR));
}

/** The outcome of a call is unknown: asked soon, and after each further unclear call later, or an outage would be hammered. */
export function nextInquiryAfterCall(calls: number, now: Date): Date {
  return after(now, clamp(5 * SECOND * 2 ** Math.min(calls - 1, 10), 5 * SECOND, 10 * MINUTE));
}

/** The question itself got no answer: again, with pauses that grow with the time since the call. */
export function nextInquiryAt(calledAt: Date, now: Date): Date {
  return after(now, clamp(now.getTime() - calledAt.getTime(), 5 * SECOND, 10 * MINUTE));
}

/** Not accepted for now (balance, rate limit): the same number again, with growing pauses. */
export function nextSendAt(calls: number, now: Date): Date {
  return after(now, clamp(MINUTE * 2 ** Math.min(calls - 1, 6), MINUTE, HOUR));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function after(now: Date, delayMs: number): Date {
  return new Date(now.getTime() + delayMs);
}
