import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { run, statement } from '../../database/sql.js';
import type { AuditEntryView, AuditListQuery, AuditPage } from './audit-log.schema.js';

const LIST = statement(
  'list-audit-log',
  `SELECT seq, at, operator_id AS "operatorId", operator_name AS "operatorName", action, subject_kind AS "subjectKind",
          subject_id AS "subjectId", before, after, ip, request_id AS "requestId", encode(hash, 'hex') AS hash
   FROM audit_log
   WHERE ($1::bigint IS NULL OR seq < $1) AND ($2::uuid IS NULL OR operator_id = $2) AND ($3::text IS NULL OR action = $3)
     AND ($4::text IS NULL OR subject_kind = $4) AND ($5::text IS NULL OR subject_id = $5)
     AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
   ORDER BY seq DESC LIMIT $8`,
);

type Row = Omit<AuditEntryView, 'id' | 'at'> & { seq: number; at: Date };

/** Reads the audit log; writing is AuditService's. */
@Injectable()
export class AuditLogService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Newest first, by the chain's own numbers. */
  async page({
    cursor,
    operatorId,
    action,
    subjectKind,
    subjectId,
    from,
    to,
    limit,
  }: AuditListQuery): Promise<AuditPage> {
    // As moments: PostgreSQL reads fewer offsets and years than may be written.
    const period = [from, to].map((time) => (time === undefined ? null : new Date(time)));
    const wanted = [cursor, operatorId, action, subjectKind, subjectId].map((value) => value ?? null);
    const rows = await run<Row>(this.dataSource.manager, LIST, [...wanted, ...period, limit + 1]);
    const shown = rows.slice(0, limit);
    return {
      items: shown.map(({ seq, at, ...entry }) => ({ id: String(seq), at: toBeijingIso(at), ...entry })),
      nextCursor: rows.length > limit ? String(shown.at(-1)?.seq) : null,
    };
  }
}
