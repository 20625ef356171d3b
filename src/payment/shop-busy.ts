import { Problem } from '../common/http/problem.js';
import { NotDecided } from '../database/group-commit.js';

/** @throws Problem `SHOP_BUSY` for what was not decided in time, anything else as it is */
export function throwBusy(error: unknown): never {
  if (error instanceof NotDecided)
    throw new Problem('SHOP_BUSY', 'Try again shortly, with the same Idempotency-Key.', {
      retryAfterSeconds: 2,
      cause: error,
    });
  throw error;
}
