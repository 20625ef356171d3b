/**
 * Arrays in PostgreSQL's binary format. pg writes them as text, every element quoted and escaped: twice the time, and a quarter
 * of our garbage while notifications come by the thousand (docs/performance-history.md); PostgreSQL has to read it back.
 * Format: `array_recv` and each type's `…recv` in PostgreSQL's source.
 */

/** Milliseconds from 1970 to 2000, where PostgreSQL's timestamps begin. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

interface Codec {
  oid: number;
  /** Bytes of a value, or undefined when it is none that this codec writes. */
  size(value: unknown): number | undefined;
  write(buffer: Buffer, at: number, value: never): void;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const CODECS: Readonly<Record<string, Codec>> = {
  text: {
    oid: 25,
    size: (value) => (typeof value === 'string' ? Buffer.byteLength(value) : undefined),
    write: (buffer, at, value: string) => buffer.write(value, at),
  },
  jsonb: {
    oid: 3802,
    size: (value) => (typeof value === 'string' ? Buffer.byteLength(value) + 1 : undefined),
    write: (buffer, at, value: string) => {
      buffer[at] = 1; // the version of the format
      buffer.write(value, at + 1);
    },
  },
  uuid: {
    oid: 2950,
    size: (value) => (typeof value === 'string' && UUID.test(value) ? 16 : undefined),
    write: (buffer, at, value: string) => writeUuid(buffer, at, value),
  },
  bigint: {
    oid: 20,
    size: (value) => (Number.isSafeInteger(value) ? 8 : undefined),
    write: (buffer, at, value: number) => writeInt64(buffer, at, value),
  },
  int: {
    oid: 23,
    size: (value) =>
      Number.isInteger(value) && (value as number) === ((value as number) | 0) ? 4 : undefined,
    write: (buffer, at, value: number) => buffer.writeInt32BE(value, at),
  },
  boolean: {
    oid: 16,
    size: (value) => (typeof value === 'boolean' ? 1 : undefined),
    write: (buffer, at, value: boolean) => {
      buffer[at] = value ? 1 : 0;
    },
  },
  timestamptz: {
    oid: 1184,
    size: (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? 8 : undefined),
    write: (buffer, at, value: Date) => writeInt64(buffer, at, (value.getTime() - POSTGRES_EPOCH_MS) * 1000),
  },
};

/** Number of dimensions, whether there are nulls, type of the elements, how many, index of the first. */
const HEADER_BYTES = 20;
const NULL_SIZE = -1;

/**
 * @param type of the elements, by PostgreSQL's name
 * @returns undefined when there is an element that it cannot write, or none at all: pg's text does it then, and PostgreSQL
 *   says what is wrong with it
 */
export function binaryArray(type: string, values: readonly unknown[]): Buffer | undefined {
  const codec = CODECS[type];
  if (codec === undefined || values.length === 0) return undefined;
  const sizes: number[] = [];
  let bytes = HEADER_BYTES;
  for (const value of values) {
    const size = value === null || value === undefined ? NULL_SIZE : codec.size(value);
    if (size === undefined) return undefined;
    sizes.push(size);
    bytes += 4 + Math.max(size, 0);
  }
  const buffer = Buffer.allocUnsafe(bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(sizes.includes(NULL_SIZE) ? 1 : 0, 4);
  buffer.writeInt32BE(codec.oid, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (const [index, size] of sizes.entries()) {
    buffer.writeInt32BE(size, at);
    at += 4;
    if (size === NULL_SIZE) continue;
    codec.write(buffer, at, values[index] as never);
    at += size;
  }
  return buffer;
}

function writeInt64(buffer: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
}

function digit(code: number): number {
  return code < 58 ? code - 48 : (code | 32) - 87;
}

function writeUuid(buffer: Buffer, at: number, value: string): void {
  let to = at;
  for (let from = 0; from < 36; from += 2) {
    if (value.charCodeAt(from) === 45) from++;
    buffer[to++] = (digit(value.charCodeAt(from)) << 4) | digit(value.charCodeAt(from + 1));
  }
}
