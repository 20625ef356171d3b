import { z } from 'zod';
import { Problem } from './problem.js';

/** As `encodeCursor` writes it. The year 0, which ISO 8601 has, is none to PostgreSQL. */
const instant = z.iso.datetime({ precision: 3 }).regex(/^[1-9]/);
const cursorSchema = z.tuple([instant, z.uuid()]);

/** A place in a list sorted newest first: keyset pagination, so a page never shifts while rows are added. */
export interface Cursor {
  createdAt: string;
  id: string;
}

export function encodeCursor(row: { createdAt: Date; id: string }): string {
  return Buffer.from(JSON.stringify([row.createdAt.toISOString(), row.id])).toString('base64url');
}

/** @throws Problem `VALIDATION_FAILED` when the text is no cursor of ours */
export function decodeCursor(text: string): Cursor {
  try {
    const [createdAt, id] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { createdAt, id };
  } catch {
    throw new Problem('VALIDATION_FAILED', 'The cursor is not one this service gave out.', {
      errors: [{ field: 'cursor', message: 'use the nextCursor of the page before' }],
    });
  }
}

/** One row more than the page was read: its presence says whether there is a next page. */
export function page<Row extends { createdAt: Date; id: string }>(
  rows: Row[],
  limit: number,
): { rows: Row[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last) : null };
}
