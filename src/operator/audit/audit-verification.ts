import type { EntityManager } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import { auditHash, GENESIS, type AuditRow } from './audit-chain.js';

const PAGE = 1000;
const READ = statement(
  'read-audit-chain',
  `SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, operator_id AS "operatorId",
          operator_name AS "operatorName", action, subject_kind AS "subjectKind", subject_id AS "subjectId", before,
          after, ip, request_id AS "requestId", previous_hash AS "previousHash", hash
   FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`,
);

/** A row of the chain as somebody noted it down outside the database. */
export interface AuditHead {
  seq: number;
  /** hex */
  hash: string;
}

export interface AuditVerdict {
  rows: number;
  /** The newest row; noted down elsewhere, it lets the next check see that nothing was cut off the end. */
  head: AuditHead | null;
  /** The first row that is not as it was written; undefined when all are. */
  broken?: { seq: number; reason: string };
}

/**
 * Walks the audit chain from its first row and recomputes every hash.
 * @param noted a head of an earlier check that must still be part of the chain
 */
export async function verifyAuditLog(manager: EntityManager, noted?: AuditHead): Promise<AuditVerdict> {
  let head: AuditHead | null = null;
  let seq = 0;
  let hash: Buffer = GENESIS;
  for (;;) {
    const rows = await run<AuditRow & { previousHash: Buffer; hash: Buffer }>(manager, READ, [seq]);
    for (const { previousHash, hash: written, ...row } of rows) {
      const reason = faultOf(row, previousHash, written, { seq, hash }, noted);
      if (reason !== undefined) return { rows: seq, head, broken: { seq: row.seq, reason } };
      seq = row.seq;
      hash = written;
      head = { seq, hash: written.toString('hex') };
    }
    if (rows.length < PAGE) break;
  }
  if (noted !== undefined && noted.seq > seq)
    return {
      rows: seq,
      head,
      broken: { seq: seq + 1, reason: `rows ${seq + 1} to ${noted.seq} are missing at the end` },
    };
  return { rows: seq, head };
}

function faultOf(
  row: AuditRow,
  previousHash: Buffer,
  written: Buffer,
  before: { seq: number; hash: Buffer },
  noted: AuditHead | undefined,
): string | undefined {
  if (row.seq !== before.seq + 1) return `row ${before.seq + 1} is missing before it`;
  if (!previousHash.equals(before.hash)) return 'it does not follow the row before it';
  if (!auditHash(previousHash, row).equals(written)) return 'its content is not what was written';
  if (noted?.seq === row.seq && noted.hash !== written.toString('hex'))
    return 'it is not the row that was noted down';
  return undefined;
}
