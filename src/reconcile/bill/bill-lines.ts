import { createReadStream } from 'node:fs';

/**
 * Read and handed on in small pieces, which die young: a string or an array above 128 KB is a large object to V8 and stays
 * until the next full collection.
 */
const CHUNK_BYTES = 16 * 1024;
/** Rows handed on at once. */
const BATCH = 100;
/** No row is longer; a file without line ends must not fill the memory. */
const MAX_LINE = 64 * 1024;

/** A bill that cannot be understood as a whole is not compared: half of it would call the other half missing. */
export class BillUnreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BillUnreadable';
  }
}

export interface BillLine {
  /** In the file, from 1. */
  number: number;
  cells: string[];
}

/** What a bill consists of: batches of rows, and at the end one line of totals, each under its own header. */
export type BillPart =
  | { kind: 'rows'; header: readonly string[]; lines: BillLine[] }
  | { kind: 'summary'; header: readonly string[]; line: BillLine };

/**
 * Streams a bill in constant memory (protocol §1.10): byte order mark, a header, rows whose every value stands behind a
 * back-tick, a second header and the totals. Values hold commas; only comma and back-tick together divide.
 * @throws BillUnreadable also when the totals are missing: the file is cut off, and v2 announces no hash
 */
export async function* readBill(path: string): AsyncGenerator<BillPart> {
  let header: string[] | undefined;
  let summaryHeader: string[] | undefined;
  let summary: BillLine | undefined;
  let batch: BillLine[] = [];
  let number = 0;
  for await (const lines of linesOf(path)) {
    for (const ended of lines) {
      const text = ended.trimEnd();
      number += 1;
      if (text === '') continue;
      if (summary !== undefined) throw new BillUnreadable(`line ${number} follows the totals`);
      if (!text.startsWith('`')) {
        if (header === undefined) header = namesOf(text);
        else if (summaryHeader === undefined) summaryHeader = namesOf(text);
        else throw new BillUnreadable(`line ${number} begins without a back-tick`);
      } else if (header === undefined) {
        throw new BillUnreadable('it begins without a header');
      } else if (summaryHeader === undefined) {
        batch.push({ number, cells: cellsOf(text) });
        if (batch.length === BATCH) {
          yield { kind: 'rows', header, lines: batch };
          batch = [];
        }
      } else summary = { number, cells: cellsOf(text) };
    }
  }
  if (header === undefined) throw new BillUnreadable('it is empty');
  yield { kind: 'rows', header, lines: batch };
  if (summaryHeader === undefined || summary === undefined)
    throw new BillUnreadable('it ends without its totals: it is cut off');
  yield { kind: 'summary', header: summaryHeader, line: summary };
}

/** By chunks of the file: a promise for each line would cost more than reading it. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = '';
  const file = createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES });
  for await (const chunk of file as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new BillUnreadable('it has a line that no bill has');
    yield lines;
  }
  yield [rest];
}

function namesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((name) => name.trim());
}

function cellsOf(text: string): string[] {
  return text
    .slice(1)
    .split(',`')
    .map((cell) => cell.trim());
}
