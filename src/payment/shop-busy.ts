import { Problem } from '../common/http/problem.js';
import { NotDecided } from '../database/group-commit.js';
import { sqlState } from '../database/transaction.js';

/** For what people wait for, buyers and those who approve, decided in groups: after this long nobody waits any more. */
export const BUYERS = { limit: 1024, patienceMs: 15_000 } as const;
/** PostgreSQL's word for a lock that was not free in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Somebody may hold one of a group's rows: the others do not wait for him, they are decided alone (GroupCommit). */
export function lockPatienceMs(alone: boolean): number {
  return alone ? BUYERS.patienceMs : 250;
}

/** @throws Problem `SHOP_BUSY` for what was not decided in time, anything else as it is */
export function throwBusy(error: unknown): never {
  if (error instanceof NotDecided || sqlState(error) === LOCK_NOT_AVAILABLE)
    throw new Problem('SHOP_BUSY', 'Try again shortly, with the same Idempotency-Key.', {
      retryAfterSeconds: 2,
      cause: error,
    });
  throw error;
}
