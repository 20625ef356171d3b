import type { V1Bytes } from './v1.signature.js';

/** WeChat sends some twenty fields. */
const MAX_FIELDS = 64;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
const ESCAPES = /^(?:[^%]|%[0-9A-Fa-f]{2})*$/;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

export class UnreadableQuery extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableQuery';
  }
}

/**
 * Reads a query string into bytes: in which charset they are is one of its fields, and the signature covers bytes.
 * @param query one character for each byte, as Node hands over an address
 * @throws UnreadableQuery; a repeated field is refused, for nobody could say which of the two was signed
 */
export function readQuery(query: string): V1Bytes {
  const fields = new Map<string, Buffer>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!FIELD_NAME.test(name)) throw new UnreadableQuery('has a field with a forbidden name');
    if (fields.has(name)) throw new UnreadableQuery(`repeats the field ${name}`);
    if (fields.size >= MAX_FIELDS) throw new UnreadableQuery('has too many fields');
    fields.set(name, unescaped(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  return fields;
}

/** `+` is a space as well: whoever means a plus escapes it. */
function unescaped(value: string): Buffer {
  if (!ESCAPES.test(value)) throw new UnreadableQuery('has an escape that is none');
  const given = Buffer.from(value, 'latin1');
  const bytes: number[] = [];
  for (let at = 0; at < given.length; at++) {
    const byte = given[at] ?? 0;
    if (byte === PERCENT) {
      bytes.push(Number.parseInt(given.toString('latin1', at + 1, at + 3), 16));
      at += 2;
    } else bytes.push(byte === PLUS ? SPACE : byte);
  }
  return Buffer.from(bytes);
}

/** Escapes every byte but letters, digits, `-`, `_` and `.`; a space becomes `%20` (protocol §4.1). */
export function escaped(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(
      /[^A-Za-z0-9\-_.]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}
