import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHash, randomBytes } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { uuidv7 } from '../../common/uuid-v7.js';
import { Problem } from '../../common/http/problem.js';
import { run, statement } from '../../database/sql.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../audit.service.js';
import type { OperatorPrincipal } from '../operator-principal.js';
import type { RequestOrigin } from '../request-origin.js';

const HOUR_MS = 3600 * 1000;
/** A session ends after a working day, and after an hour without a request. */
const LIFETIME_MS = 12 * HOUR_MS;
const IDLE_MS = HOUR_MS;
/** Written at most this often, so that reading a list is not a write per request. */
const SEEN_EVERY_MS = 60_000;
/** Ended sessions stay for questions, then go: each login takes some along, so the table keeps its size. */
const KEPT_MS = 30 * 24 * HOUR_MS;

/** $2 now, $3 the moment before which a session without a request has ended */
const ALIVE = 's.revoked_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3';
const AUTHENTICATE = statement(
  'authenticate-operator',
  `WITH seen AS (
     UPDATE operator_sessions s SET last_seen_at = $2 WHERE s.token_hash = $1 AND ${ALIVE} AND s.last_seen_at <= $4)
   SELECT o.id, o.username, o.display_name AS "displayName", o.buyer_id AS "buyerId", s.id AS "sessionId",
          CASE WHEN o.deputy_until > $2 AND o.role <> 'FINANCE' THEN ARRAY[o.role, 'FINANCE'] ELSE ARRAY[o.role] END AS roles,
          o.totp_confirmed_at IS NOT NULL AS "hasSecondFactor", s.step_up_at AS "stepUpAt"
   FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
   WHERE s.token_hash = $1 AND ${ALIVE} AND o.disabled_at IS NULL`,
);
const IS_ALIVE = statement(
  'is-operator-session-alive',
  `SELECT FROM operator_sessions s JOIN operators o ON o.id = s.operator_id
   WHERE s.id = $1 AND ${ALIVE} AND o.disabled_at IS NULL`,
);
const OPEN = statement(
  'open-operator-session',
  `WITH forgotten AS (
     DELETE FROM operator_sessions WHERE id IN (
       SELECT id FROM operator_sessions WHERE expires_at < $9 ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED))
   INSERT INTO operator_sessions (id, operator_id, token_hash, created_at, last_seen_at, expires_at, step_up_at, ip, user_agent)
   VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)`,
);
const LIST = statement(
  'list-operator-sessions',
  `SELECT s.id, s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt", s.expires_at AS "expiresAt", s.ip,
          s.user_agent AS "userAgent"
   FROM operator_sessions s WHERE s.operator_id = $1 AND ${ALIVE} ORDER BY s.created_at DESC, s.id DESC`,
);
/** Sessions that have ended say so as well, as long as they are kept. */
const LAST_SEEN = statement(
  'last-seen-operators',
  `SELECT operator_id AS "operatorId", max(last_seen_at) AS "lastSeenAt" FROM operator_sessions
   WHERE operator_id = ANY ($1::uuid[]) GROUP BY operator_id`,
);
const REVOKE = statement(
  'revoke-operator-session',
  `UPDATE operator_sessions SET revoked_at = $2
   WHERE id = $1 AND revoked_at IS NULL AND ($3::uuid IS NULL OR operator_id = $3) RETURNING operator_id AS "operatorId"`,
);
const REVOKE_ALL = statement(
  'revoke-operator-sessions',
  `UPDATE operator_sessions SET revoked_at = $2
   WHERE operator_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $3::uuid`,
);
const STEP_UP = statement('step-up-session', 'UPDATE operator_sessions SET step_up_at = $2 WHERE id = $1');
const STEP_DOWN = statement(
  'step-down-sessions',
  'UPDATE operator_sessions SET step_up_at = NULL WHERE operator_id = $1',
);

export interface Session {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  ip: string | null;
  userAgent: string | null;
}

/** Sessions of operators. The database holds only a hash of each token, so a copy of it logs nobody in. Wall time. */
@Injectable()
export class SessionService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  /** @returns undefined when the token is unknown, its session has ended or its operator is disabled */
  async authenticate(token: string): Promise<OperatorPrincipal | undefined> {
    const now = new Date();
    const seenBefore = new Date(now.getTime() - SEEN_EVERY_MS);
    const values = [hashOf(token), now, idleSince(now), seenBefore];
    const [operator] = await run<OperatorPrincipal>(this.dataSource.manager, AUTHENTICATE, values);
    return operator;
  }

  /** Whether a session that was authenticated earlier still is; asking does not keep it alive. */
  async isAlive(sessionId: string): Promise<boolean> {
    const now = new Date();
    const rows = await run(this.dataSource.manager, IS_ALIVE, [sessionId, now, idleSince(now)]);
    return rows.length > 0;
  }

  /** Opens a session; the token exists only in the answer. */
  async open(
    manager: EntityManager,
    operatorId: string,
    origin: RequestOrigin,
    secondFactorShown: boolean,
  ): Promise<{ id: string; token: string; expiresAt: Date; stepUpAt: Date | null }> {
    const [id, token, now] = [uuidv7(), randomBytes(32).toString('base64url'), new Date()];
    const expiresAt = new Date(now.getTime() + LIFETIME_MS);
    const stepUpAt = secondFactorShown ? now : null;
    await run(manager, OPEN, [
      id,
      operatorId,
      hashOf(token),
      now,
      expiresAt,
      stepUpAt,
      origin.ip,
      origin.userAgent,
      new Date(now.getTime() - KEPT_MS),
    ]);
    return { id, token, expiresAt, stepUpAt };
  }

  /** Sessions of an operator that are alive, newest first. */
  list(operatorId: string): Promise<Session[]> {
    const now = new Date();
    return run<Session>(this.dataSource.manager, LIST, [operatorId, now, idleSince(now)]);
  }

  /** When each of these operators last did something, by his id; absent: not since his last session was forgotten. */
  async lastSeen(operatorIds: readonly string[]): Promise<Map<string, Date>> {
    const rows = await run<{ operatorId: string; lastSeenAt: Date }>(this.dataSource.manager, LAST_SEEN, [
      operatorIds,
    ]);
    return new Map(rows.map(({ operatorId, lastSeenAt }) => [operatorId, lastSeenAt]));
  }

  /**
   * Ends one session; it answers 401 from the next request on.
   * @throws Problem `SESSION_NOT_FOUND`, also for somebody else's unless the operator is an OWNER
   */
  async revoke(operator: OperatorPrincipal, sessionId: string, origin: RequestOrigin): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const of = operator.roles.includes('OWNER') ? null : operator.id;
      const [revoked] = isUuid(sessionId)
        ? await run<{ operatorId: string }>(manager, REVOKE, [sessionId, new Date(), of])
        : [];
      if (revoked === undefined) throw new Problem('SESSION_NOT_FOUND', 'There is no such open session.');
      await this.audit.record(manager, {
        operator,
        action: 'session.revoked',
        subjectKind: 'session',
        subjectId: sessionId,
        after: { operatorId: revoked.operatorId },
        ip: origin.ip,
        requestId: origin.requestId,
      });
    });
  }

  /** Ends every session of an operator but `except`. */
  async revokeAll(manager: EntityManager, operatorId: string, except: string | null = null): Promise<void> {
    await run(manager, REVOKE_ALL, [operatorId, new Date(), except]);
  }

  /** The second factor was shown in this session just now. */
  async stepUp(manager: EntityManager, sessionId: string): Promise<Date> {
    const now = new Date();
    await run(manager, STEP_UP, [sessionId, now]);
    return now;
  }

  /** The second factor is gone: no proof of it counts any longer. */
  async stepDown(manager: EntityManager, operatorId: string): Promise<void> {
    await run(manager, STEP_DOWN, [operatorId]);
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function idleSince(now: Date): Date {
  return new Date(now.getTime() - IDLE_MS);
}
