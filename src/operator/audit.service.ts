import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import { auditHash, auditTime, GENESIS, storable, type AuditRow } from './audit/audit-chain.js';
import type { OperatorPrincipal } from './operator-principal.js';

/** One action. `before` and `after` are what changed, as JSON; never a secret, a hash of one, or a buyer's openid. */
export interface AuditEntry {
  /** null = the system itself */
  operator: Pick<OperatorPrincipal, 'id' | 'username'> | null;
  /** `<subject>.<what happened>`, e.g. `refund.approved` */
  action: string;
  subjectKind: string;
  subjectId: string;
  before?: unknown;
  after?: unknown;
  ip?: string;
  requestId?: string;
}

const TAKE_TURN = statement('lock-audit-chain', "SELECT pg_advisory_xact_lock(hashtext('audit chain'))");
const LAST_ROW = statement('last-audit-row', 'SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1');
const APPEND = statement(
  'append-audit-row',
  `INSERT INTO audit_log (seq, at, operator_id, operator_name, action, subject_kind, subject_id, before, after, ip,
                          request_id, previous_hash, hash)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);

/** The log of every operator action: append-only, each row bound to the one before (DESIGN §2.7, requirement B8). */
@Injectable()
export class AuditService {
  constructor(private readonly clock: Clock) {}

  /**
   * Appends a row in the caller's transaction, so that an action and its record stand or fall together. Call it last:
   * the chain's lock is held until the commit, and every other recorded action waits for it. So it costs one question:
   * the lock is taken with it, and the row leaves with the commit.
   */
  async record(manager: EntityManager, entry: AuditEntry): Promise<void> {
    await send(manager, TAKE_TURN, []);
    // A statement of its own: its snapshot is newer than the wait for the lock.
    const [last] = await run<{ seq: number; hash: Buffer }>(manager, LAST_ROW, []);
    const previousHash = last?.hash ?? GENESIS;
    const row: AuditRow = {
      seq: (last?.seq ?? 0) + 1,
      at: auditTime(this.clock.now()),
      operatorId: entry.operator?.id ?? null,
      operatorName: entry.operator?.username ?? 'system',
      action: entry.action,
      subjectKind: entry.subjectKind,
      subjectId: entry.subjectId,
      before: storable(entry.before),
      after: storable(entry.after),
      ip: entry.ip ?? null,
      requestId: entry.requestId ?? null,
    };
    await send(manager, APPEND, [
      row.seq,
      row.at,
      row.operatorId,
      row.operatorName,
      row.action,
      row.subjectKind,
      row.subjectId,
      json(row.before),
      json(row.after),
      row.ip,
      row.requestId,
      previousHash,
      auditHash(previousHash, row),
    ]);
  }
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
