import { createHash } from 'node:crypto';

/** What one row of the audit log says; `seq` and everything below is covered by its hash. */
export interface AuditRow {
  seq: number;
  /** UTC with microseconds, as PostgreSQL keeps it: `2026-11-21T12:05:00.123000Z`. */
  at: string;
  operatorId: string | null;
  operatorName: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  before: unknown;
  after: unknown;
  ip: string | null;
  requestId: string | null;
}

/** What the first row follows. */
export const GENESIS = Buffer.alloc(32);

/** sha256(hash of the row before || canonical JSON of this row): changing, removing or moving a row breaks every later one. */
export function auditHash(previousHash: Buffer, row: AuditRow): Buffer {
  return createHash('sha256')
    .update(previousHash)
    .update(JSON.stringify(canonical(row)))
    .digest();
}

/** Milliseconds are all JavaScript has; the rest of PostgreSQL's microseconds is zero, and stays covered by the hash. */
export function auditTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

/**
 * A value as jsonb gives it back: no undefined, dates as text, and no character PostgreSQL refuses (NUL, lone
 * surrogates), so that an odd note can never stop the action it belongs to.
 */
export function storable(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? Buffer.from(inner).toString().replaceAll('\0', '\uFFFD') : inner,
  );
  return JSON.parse(text) as unknown;
}

/** Keys sorted at every depth: jsonb does not keep their order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
