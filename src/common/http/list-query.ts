import type { EntityManager, ObjectLiteral, QueryRunner, SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { statement } from '../../database/sql.js';
import { send, transaction } from '../../database/transaction.js';
import { decodeCursor, encodeCursor } from './cursor.js';

const DAY_MS = 24 * 3600 * 1000;

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a date (2026-11-21) or a time with its offset (write + as %2B)',
});

/** What every list of the staff takes. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(256).optional(),
};
/** A number in full, or its end where the list says so: fewer characters would find everything. */
export const searchedFor = z.string().trim().min(4).max(64).optional();
export const periodFields = {
  from: moment.optional().describe('this time or later; a date is its first moment in UTC+8'),
  to: moment.optional().describe('before this time; a date counts to its end in UTC+8'),
};
export interface Period {
  from?: string | undefined;
  to?: string | undefined;
}

export const instant = z.iso.datetime({ offset: true });
/** Ledger amounts: debit positive, credit negative. */
export const signedFenSchema = z.int().describe('integer fen (1/100 CNY); debit positive, credit negative');

/** The half-open period in which something lies; undefined at an end that is open. */
export function bounds({ from, to }: Period): { since: Date | undefined; before: Date | undefined } {
  return {
    since: from === undefined ? undefined : startOf(from),
    before: to === undefined ? undefined : new Date(startOf(to).getTime() + (isDate(to) ? DAY_MS : 0)),
  };
}

/**
 * One page of a table, newest first by `time`. Keyset pagination over `(time, id)`, so each list needs an index on
 * these two, led by what it is filtered by (migration 12).
 * @param read for a query that belongs to a transaction of its own
 */
export async function newestPage<Time extends string, Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row & Record<Time, Date> & { id: string }>,
  time: Time,
  { limit, cursor, ...period }: Period & { limit: number; cursor?: string | undefined },
  read: typeof readPlanned = readPlanned,
): Promise<{ rows: (Row & Record<Time, Date> & { id: string })[]; nextCursor: string | null }> {
  const [at, id] = [`${query.alias}.${time}`, `${query.alias}.id`];
  const { since, before } = bounds(period);
  if (since !== undefined) query.andWhere(`${at} >= :since`, { since });
  if (before !== undefined) query.andWhere(`${at} < :before`, { before });
  if (cursor !== undefined) query.andWhere(`(${at}, ${id}) < (:createdAt, :id)`, decodeCursor(cursor));
  const found = await read(query.orderBy({ [at]: 'DESC', [id]: 'DESC' }).limit(limit + 1));
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return {
    rows,
    nextCursor: last === undefined ? null : encodeCursor({ createdAt: last[time], id: last.id }),
  };
}

const PLAN_WITH_VALUES = statement('plan-with-values', 'SET LOCAL plan_cache_mode = force_custom_plan');

/**
 * Reads what a list's filters ask for, planned with their values. Everywhere else one plan serves all values
 * (data-source.ts); that one can use neither an index that leaves the frequent value out nor the beginning of a text, and
 * would read whole tables for what is rare.
 */
export function readPlanned<Row extends ObjectLiteral>(query: SelectQueryBuilder<Row>): Promise<Row[]> {
  return transaction(query.dataSource, async (manager) => {
    await send(manager, PLAN_WITH_VALUES, []);
    return query.clone().setQueryRunner(queryRunnerOf(manager)).getMany();
  });
}

function queryRunnerOf({ queryRunner }: EntityManager): QueryRunner {
  if (queryRunner === undefined) throw new Error('a transaction has a connection of its own');
  return queryRunner;
}

function startOf(text: string): Date {
  return new Date(isDate(text) ? `${text}T00:00:00+08:00` : text);
}

function isDate(text: string): boolean {
  return !text.includes('T');
}
