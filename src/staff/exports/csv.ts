import { yuanDigits } from '../../common/yuan.js';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Words = Readonly<Record<Language, string>>;

/** A name out of an open set in words; the name itself, where it has none. */
export function wordOf(words: Readonly<Record<string, Words>>, name: string, language: Language): string {
  return words[name]?.[language] ?? name;
}

/** One column: its head, and its cell; an amount is given as fen and written as yuan. */
export interface Column<Row> {
  head: Words;
  cell: (row: Row, language: Language) => string | { fen: number };
}

/** Makes Excel read the file as UTF-8. */
const BOM = '\uFEFF';
/** What begins so is calculated by a spreadsheet: a buyer's note must not become a formula (DESIGN §6.14). */
const FORMULA = /^[\s]*[=+\-@\t\r]/;

/**
 * A CSV file as text, piece by piece (RFC 4180, UTF-8 with BOM); never more than one page of rows in memory.
 * @param pages rows in the order they are written
 */
export async function* csv<Row>(
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
  language: Language,
): AsyncGenerator<string> {
  yield BOM + line(columns.map(({ head }) => text(head[language])));
  for await (const rows of pages) {
    yield rows.map((row) => line(columns.map(({ cell }) => field(cell(row, language))))).join('');
  }
}

function field(value: string | { fen: number }): string {
  return typeof value === 'string' ? text(value) : yuanDigits(value.fen);
}

function text(value: string): string {
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function line(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`;
}
