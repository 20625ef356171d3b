const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Ages of an attempt at which WeChat is asked when no notification came. */
const CHECK_AGES = [15 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE];
/** Older ones live for hours or days (ORDER_EXPIRE_MINUTES): whoever paid one unheard shall not wait for its end. */
const CHECK_EVERY = 30 * MINUTE;
/** Between two tries to close at WeChat; the pause grows with the time that has passed since. */
const MIN_RETRY = 15 * SECOND;
const MAX_RETRY = 10 * MINUTE;

/**
 * When WeChat is asked next about an open attempt: at the next age, every half hour after the last, at the latest at its
 * expiry; after that, while the closing has no answer, again and again for as long as it takes.
 */
export function nextCheckAt(createdAt: Date, expiresAt: Date, now: Date): Date {
  const overdue = now.getTime() - expiresAt.getTime();
  if (overdue >= 0) return new Date(now.getTime() + Math.min(Math.max(overdue, MIN_RETRY), MAX_RETRY));
  const age = now.getTime() - createdAt.getTime();
  const next =
    CHECK_AGES.find((candidate) => candidate > age) ?? (Math.floor(age / CHECK_EVERY) + 1) * CHECK_EVERY;
  return new Date(Math.min(createdAt.getTime() + next, expiresAt.getTime()));
}

/** Soon: when an attempt was just handed to a buyer, or a person waits for a closing that has no answer. */
export function soonAfter(now: Date): Date {
  return new Date(now.getTime() + MIN_RETRY);
}
