import { statement } from '../database/sql.js';

/**
 * The one row per app that all instances share. Leases and pauses are told by the database's clock: instances need not
 * agree on the time, and nobody's lease outlives a jump of the business clock.
 */
export interface AccessTokenRow {
  /** Counts the tokens; a claim, a new token and a refusal each name the version they are about. */
  version: number;
  tokenSealed: Buffer | null;
  renewAt: Date | null;
  expiresAt: Date | null;
  /** WeChat refused this token before its time. */
  refused: boolean;
  /** Why there is no new one; null once the pause is over. */
  failure: string | null;
}

export const READ = statement(
  'read-access-token',
  `SELECT version, token_sealed AS "tokenSealed", renew_at AS "renewAt", expires_at AS "expiresAt", refused,
          CASE WHEN retry_at > clock_timestamp() THEN failure END AS failure
   FROM access_tokens WHERE app_id = $1`,
);
export const PREPARE = statement(
  'prepare-access-token',
  'INSERT INTO access_tokens (app_id) VALUES ($1) ON CONFLICT DO NOTHING',
);
/** $3: the lease in milliseconds. */
export const CLAIM = statement(
  'claim-access-token',
  `UPDATE access_tokens SET fetching_until = clock_timestamp() + $3 * interval '1 millisecond'
   WHERE app_id = $1 AND version = $2
     AND (fetching_until IS NULL OR fetching_until <= clock_timestamp())
     AND (retry_at IS NULL OR retry_at <= clock_timestamp())
   RETURNING version`,
);
export const KEEP = statement(
  'keep-access-token',
  `UPDATE access_tokens
   SET version = version + 1, token_sealed = $3, renew_at = $4, expires_at = $5, refused = false, fetching_until = NULL,
       failure = NULL, retry_at = NULL
   WHERE app_id = $1 AND version = $2
   RETURNING version`,
);
/** $4: the pause in milliseconds. */
export const FAIL = statement(
  'fail-access-token',
  `UPDATE access_tokens
   SET fetching_until = NULL, failure = $3, retry_at = clock_timestamp() + $4 * interval '1 millisecond'
   WHERE app_id = $1 AND version = $2`,
);
export const REFUSE = statement(
  'refuse-access-token',
  'UPDATE access_tokens SET refused = true WHERE app_id = $1 AND version = $2',
);
