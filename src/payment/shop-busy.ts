import { Problem } from '../common/http/problem.js';
import { NotDecided } from '../database/group-commit.js';
import { isLockTimeout } from '../database/transaction.js';

/** For what people wait for, buyers and those who approve, decided in groups: after this long nobody waits any more. */
export const BUYERS = { limit: 1024, patienceMs: 15_000 } as const;

/** @throws Problem `SHOP_BUSY` for what was not decided in time, anything else as it is */
export function throwBusy(error: unknown): never {
  if (error instanceof NotDecided || isLockTimeout(error))
    throw new Problem('SHOP_BUSY', 'Try again shortly, with the same Idempotency-Key.', {
      retryAfterSeconds: 2,
      cause: error,
    });
  throw error;
}
