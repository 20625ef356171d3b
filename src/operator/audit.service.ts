import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/time/clock.js';
import { columns, run, statement } from '../database/sql.js';
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
  'append-audit-rows',
  `INSERT INTO audit_log (seq, at, operator_id, operator_name, action, subject_kind, subject_id, before, after, ip,
                          request_id, previous_hash, hash)
   SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::jsonb[], $9::jsonb[], $10::text[], $11::text[], $12::bytea[], $13::bytea[])`,
);

/** The log of every operator action: append-only, each row bound to the one before (DESIGN §2.7, requirement B8). */
@Injectable()
export class AuditService {
  constructor(private readonly clock: Clock) {}

  /**
   * Appends rows in the caller's transaction, so that an action and its record stand or fall together. Call it last, and
   * once: the chain's lock is held until the commit, and every other recorded action waits for it. So it costs one
   * question, however many actions were decided together: the lock is taken with it, and the rows leave with the commit.
   */
  async record(manager: EntityManager, ...entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return;
    await send(manager, TAKE_TURN, []);
    // A statement of its own: its snapshot is newer than the wait for the lock.
    const [last] = await run<{ seq: number; hash: Buffer }>(manager, LAST_ROW, []);
    const at = auditTime(this.clock.now());
    let previousHash = last?.hash ?? GENESIS;
    const rows = entries.map((entry, index) => {
      const row = auditRow((last?.seq ?? 0) + 1 + index, at, entry);
      const hash = auditHash(previousHash, row);
      const values = [...valuesOf(row), previousHash, hash];
      previousHash = hash;
      return values;
    });
    await send(manager, APPEND, columns(rows));
  }
}

function auditRow(seq: number, at: string, entry: AuditEntry): AuditRow {
  return {
    seq,
    at,
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
}

/** In the order of APPEND. */
function valuesOf(row: AuditRow): unknown[] {
  return [
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
  ];
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
