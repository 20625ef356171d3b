import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHmac } from 'node:crypto';
import { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { Problem } from '../http/problem.js';
import { purposeKey } from '../sealed.js';

/** After this long without an answer the first request is taken for crashed, and a repetition goes on in its place. */
const LEASE_MS = 60_000;

/** Two buyers, two routes, two keys: nothing is shared (DESIGN §6.4). */
export interface KeyScope {
  /** E.g. `buyer:<id>`. */
  principal: string;
  method: string;
  path: string;
  key: string;
}

export type KeyClaim =
  { kind: 'run'; resourceId: string; claimedAt: Date } | { kind: 'replay'; status: number; body: unknown };

interface KeyRow {
  body_hash: Buffer;
  resource_id: string;
  claimed_at: Date | null;
  status: number | null;
  answer: unknown;
  mine: boolean;
}

/** One statement claims a new key, takes over one that is free or forgotten, or shows whose it is. Leases use wall time. */
const CLAIM = statement(
  'claim-idempotency-key',
  `WITH claimed AS (
     INSERT INTO idempotency_keys AS k (principal, method, path, key, body_hash, resource_id, claimed_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
     ON CONFLICT (principal, method, path, key) DO UPDATE SET claimed_at = excluded.claimed_at
       WHERE k.status IS NULL AND k.body_hash = excluded.body_hash AND (k.claimed_at IS NULL OR k.claimed_at < $8)
     RETURNING body_hash, resource_id, claimed_at, status, answer)
   SELECT *, true AS mine FROM claimed
   UNION ALL
   SELECT body_hash, resource_id, claimed_at, status, answer, false FROM idempotency_keys
   WHERE principal = $1 AND method = $2 AND path = $3 AND key = $4 AND NOT EXISTS (SELECT FROM claimed)`,
);
/** Only the holder of the claim stores: one that was taken over answers its own client and leaves the row alone. */
const STORE = statement(
  'store-idempotent-answer',
  `UPDATE idempotency_keys SET status = $6, answer = $7, claimed_at = NULL
   WHERE principal = $1 AND method = $2 AND path = $3 AND key = $4 AND claimed_at = $5`,
);
const RELEASE = statement(
  'release-idempotency-key',
  `UPDATE idempotency_keys SET claimed_at = NULL WHERE principal = $1 AND method = $2 AND path = $3 AND key = $4 AND claimed_at = $5`,
);
const PRUNE = statement('prune-idempotency-keys', 'DELETE FROM idempotency_keys WHERE created_at < $1');

/** Idempotency keys and the answers they got, in PostgreSQL so that any instance knows them. */
@Injectable()
export class IdempotencyKeys {
  /** Bodies may carry a password: without this key nobody who reads the table can try guesses at what is kept of them. */
  private readonly hashKey: Buffer;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.hashKey = purposeKey(settings.session.secret, 'idempotency body hash');
  }

  /**
   * Claims the key in a transaction of its own.
   * @param body the request's bytes, as they came
   * @throws Problem `IDEMPOTENCY_KEY_REUSED` for another body, `IDEMPOTENCY_KEY_RUNNING` while the first request runs
   */
  async claim(scope: KeyScope, body: Buffer | string, resourceId: string): Promise<KeyClaim> {
    const bodyHash = createHmac('sha256', this.hashKey).update(body).digest();
    const now = new Date();
    const forgotten = new Date(now.getTime() - LEASE_MS);
    const values = [...columns(scope), bodyHash, resourceId, now, forgotten];
    const [row] = await run<KeyRow>(this.dataSource.manager, CLAIM, values);
    // No row at all: the key was committed by another request after our snapshot; it certainly is running.
    if (row?.mine) return { kind: 'run', resourceId: row.resource_id, claimedAt: now };
    if (row && !row.body_hash.equals(bodyHash)) {
      throw new Problem(
        'IDEMPOTENCY_KEY_REUSED',
        'This key came with another body before; use a new key for a new request.',
      );
    }
    if (row?.status) return { kind: 'replay', status: row.status, body: row.answer };
    throw new Problem('IDEMPOTENCY_KEY_RUNNING', 'Wait for the first request, or repeat shortly.', {
      retryAfterSeconds: 1,
    });
  }

  async store(
    scope: KeyScope,
    { claimedAt }: { claimedAt: Date },
    status: number,
    answer: unknown,
  ): Promise<void> {
    await run(this.dataSource.manager, STORE, [
      ...columns(scope),
      claimedAt,
      status,
      JSON.stringify(answer ?? null),
    ]);
  }

  /** The request failed on our side: the next one with this key goes on at once. */
  async release(scope: KeyScope, { claimedAt }: { claimedAt: Date }): Promise<void> {
    await run(this.dataSource.manager, RELEASE, [...columns(scope), claimedAt]);
  }

  /** Forgets keys claimed before `before`. */
  async prune(before: Date): Promise<void> {
    await run(this.dataSource.manager, PRUNE, [before]);
  }
}

function columns({ principal, method, path, key }: KeyScope): string[] {
  return [principal, method, path, key];
}
