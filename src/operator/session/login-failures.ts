import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Problem } from '../../common/http/problem.js';
import type { ProblemCode } from '../../common/http/problem-codes.js';
import { run, statement } from '../../database/sql.js';
import { addressSubject } from '../../common/http/address-subject.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Policy {
  /** From this failure on everyone waits. */
  free: number;
  firstWaitSeconds: number;
  longestWaitSeconds: number;
  /** After this long without a failure counting starts again. */
  forgottenAfterMs: number;
}

/** Waits double. About a hundred guesses a day at one account, whoever guesses; an office behind one address can still mistype. */
const POLICIES = {
  account: { free: 5, firstWaitSeconds: 30, longestWaitSeconds: 900, forgottenAfterMs: DAY_MS },
  address: { free: 30, firstWaitSeconds: 30, longestWaitSeconds: 900, forgottenAfterMs: 60 * MINUTE_MS },
} as const satisfies Record<string, Policy>;

type Scope = keyof typeof POLICIES;
type Subject = readonly [Scope, string];

/** What was a guess; anything else (no code yet, too busy, no database) costs nobody an attempt. */
const GUESSES: readonly ProblemCode[] = ['LOGIN_FAILED', 'SECOND_FACTOR_INVALID'];

/**
 * Counts the guess before it is checked, or says until when to wait. Old rows of others go along, more than come, so
 * the table keeps the size of one day's failures.
 */
const CLAIM = statement(
  'claim-login-attempt',
  `WITH forgotten AS (
     DELETE FROM login_failures WHERE (scope, subject) IN (
       SELECT scope, subject FROM login_failures WHERE last_failed_at < $8 AND (scope, subject) <> ($1, $2)
       ORDER BY last_failed_at LIMIT 10 FOR UPDATE SKIP LOCKED)),
   blocked AS (
     SELECT blocked_until FROM login_failures WHERE scope = $1 AND subject = $2 AND blocked_until > $3),
   claimed AS (
     INSERT INTO login_failures AS f (scope, subject, failures, last_failed_at)
     SELECT $1, $2, 1, $3 WHERE NOT EXISTS (SELECT FROM blocked)
     ON CONFLICT (scope, subject) DO UPDATE SET
       failures = CASE WHEN f.last_failed_at < $4 THEN 1 ELSE f.failures + 1 END,
       last_failed_at = $3,
       blocked_until = CASE WHEN f.last_failed_at >= $4 AND f.failures + 1 >= $5
         THEN $3 + make_interval(secs => least($7, $6 * 2 ^ least(f.failures + 1 - $5, 20))) END
     WHERE f.blocked_until IS NULL OR f.blocked_until <= $3
     RETURNING failures)
   SELECT (SELECT failures FROM claimed) AS failures, (SELECT blocked_until FROM blocked) AS "blockedUntil"`,
);
/** A row that counts nothing is no row: names made up by somebody who is locked out leave no trace. */
const TAKE_BACK = statement(
  'take-login-attempt-back',
  `WITH forgotten AS (DELETE FROM login_failures WHERE scope = $1 AND subject = $2 AND failures <= 1)
   UPDATE login_failures SET failures = failures - 1, blocked_until = NULL
   WHERE scope = $1 AND subject = $2 AND failures > 1`,
);
const FORGIVE = statement(
  'forgive-login-failures',
  'DELETE FROM login_failures WHERE scope = $1 AND subject = $2',
);

/** Growing delays for whoever guesses, per account and per address. Wall time; outside the audit chain (DESIGN §6.14). */
@Injectable()
export class LoginFailures {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * A login: counted for the account and the address. The guess is counted first and taken back unless it was wrong, so
   * a thousand parallel guesses are not a thousand free ones.
   * @throws Problem `LOGIN_LOCKED`, and what `check` throws
   */
  login<Result>(username: string, ip: string, check: () => Promise<Result>): Promise<Result> {
    // The account first: hammering one that is locked does not lock everybody behind the address as well.
    return this.attempt(['account', username], () =>
      this.attempt(['address', addressSubject(ip)], check, { forgives: false }),
    );
  }

  /** A code shown inside a session; counted apart, so that guessing a password outside does not keep anybody from his work. */
  code<Result>(operatorId: string, check: () => Promise<Result>): Promise<Result> {
    return this.attempt(['account', `code:${operatorId}`], check);
  }

  /** The present password, shown inside a session: apart from codes, or whoever knows it could guess those without end. */
  password<Result>(operatorId: string, check: () => Promise<Result>): Promise<Result> {
    return this.attempt(['account', `password:${operatorId}`], check);
  }

  /** A new password was given to the account. */
  async forgive(username: string): Promise<void> {
    await run(this.dataSource.manager, FORGIVE, ['account', username]);
  }

  private async attempt<Result>(
    subject: Subject,
    check: () => Promise<Result>,
    { forgives = true }: { forgives?: boolean } = {},
  ): Promise<Result> {
    await this.claim(subject);
    let result: Result;
    try {
      result = await check();
    } catch (error) {
      const guessed = error instanceof Problem && GUESSES.includes(error.code);
      if (!guessed) await run(this.dataSource.manager, TAKE_BACK, [...subject]);
      throw error;
    }
    await run(this.dataSource.manager, forgives ? FORGIVE : TAKE_BACK, [...subject]);
    return result;
  }

  private async claim([scope, name]: Subject): Promise<void> {
    const policy = POLICIES[scope];
    const now = new Date();
    const [row] = await run<{ failures: number | null; blockedUntil: Date | null }>(
      this.dataSource.manager,
      CLAIM,
      [
        scope,
        name,
        now,
        new Date(now.getTime() - policy.forgottenAfterMs),
        policy.free,
        policy.firstWaitSeconds,
        policy.longestWaitSeconds,
        new Date(now.getTime() - DAY_MS),
      ],
    );
    if (typeof row?.failures === 'number') return;
    // Neither: another guess of this moment has just locked it.
    const until = row?.blockedUntil?.getTime() ?? now.getTime() + policy.firstWaitSeconds * 1000;
    const seconds = Math.max(1, Math.ceil((until - now.getTime()) / 1000));
    throw new Problem('LOGIN_LOCKED', `Too many failed attempts; try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
}
