import {
  afterProlog,
  decodeUtf8,
  MAX_FIELDS,
  MAX_TAG_LENGTH,
  MAX_XML_BYTES,
  UnreadableXml,
} from '../../common/xml.js';
import type { V2Fields } from './v2.signature.js';

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Names that lead to a prototype in JavaScript. Fields live in a Map, so this is a second belt. */
const FORBIDDEN_NAMES = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

const CDATA_OPEN = '<![CDATA[';
const CDATA_CLOSE = ']]>';
const LESS = 0x3c;
const SLASH = 0x2f;
/** White space that a tag may end in. */
const TAG_BLANK = /[ \t\r\n]+$/;
const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\dA-Fa-f]{1,6})|(\w{1,8}));/y;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * Reads a message of API v2: one root with one level of text fields. A general parser knows all of XML, which is both
 * what is dangerous about it and what it spends its time on; this one knows the form WeChat writes (elements without
 * attributes, text or CDATA, character references and the five entities) and refuses everything else. On every document
 * of this form it gives the same answer as xml2js (test/wxpay/v2.xml.spec.ts).
 * @param root name of the root element: `xml`, or `root` inside a decrypted refund notification
 * @throws UnreadableXml naming what is wrong
 */
export function readXml(bytes: Buffer, root = 'xml'): V2Fields {
  if (bytes.length > MAX_XML_BYTES) throw new UnreadableXml('larger than 1 MB');
  const text = decodeUtf8(bytes);
  const fields = new Map<string, string>();
  let at = skipBlank(text, afterProlog(text));
  let tag = readTag(text, at);
  if (tag.name !== root || tag.closing || tag.empty)
    throw new UnreadableXml(`has no root element <${root}> with fields`);
  for (;;) {
    at = skipBlank(text, tag.end);
    tag = readTag(text, at);
    if (tag.closing) break;
    const { name } = tag;
    if (!FIELD_NAME.test(name) || FORBIDDEN_NAMES.has(name))
      throw new UnreadableXml('has a field with a forbidden name');
    if (fields.has(name)) throw new UnreadableXml(`repeats the field ${name}`);
    if (fields.size === MAX_FIELDS) throw new UnreadableXml('has too many fields');
    if (tag.empty) {
      fields.set(name, '');
      continue;
    }
    const value = readValue(text, tag.end);
    tag = readTag(text, value.end);
    if (!tag.closing || tag.name !== name) throw new UnreadableXml('has a field that is not text');
    fields.set(name, value.text);
  }
  if (tag.name !== root || fields.size === 0) throw new UnreadableXml('is not well-formed');
  if (skipBlank(text, tag.end) < text.length) throw new UnreadableXml('goes on after its root');
  return fields;
}

interface Tag {
  name: string;
  /** `</name>` */
  closing: boolean;
  /** `<name/>` */
  empty: boolean;
  end: number;
}

/** The tag that has to stand here. Whatever is no name is left in `name`, where it equals none. */
function readTag(text: string, at: number): Tag {
  if (text.charCodeAt(at) !== LESS) throw new UnreadableXml('has text beside its fields, or ends early');
  const close = text.indexOf('>', at);
  if (close === -1) throw new UnreadableXml('ends inside a tag');
  if (close - at > MAX_TAG_LENGTH) throw new UnreadableXml('has a tag that is too long');
  const closing = text.charCodeAt(at + 1) === SLASH;
  const empty = text.charCodeAt(close - 1) === SLASH;
  if (closing && empty) throw new UnreadableXml('is not well-formed');
  const name = text.slice(closing ? at + 2 : at + 1, empty ? close - 1 : close).replace(TAG_BLANK, '');
  return { name, closing, empty, end: close + 1 };
}

/** Text and CDATA sections up to the next tag, white space included. */
function readValue(text: string, from: number): { text: string; end: number } {
  let value = '';
  let at = from;
  for (;;) {
    const next = text.indexOf('<', at);
    if (next === -1) throw new UnreadableXml('ends inside a field');
    if (next > at) value += resolve(text.slice(at, next));
    if (!text.startsWith(CDATA_OPEN, next)) return { text: value, end: next };
    const close = text.indexOf(CDATA_CLOSE, next + CDATA_OPEN.length);
    if (close === -1) throw new UnreadableXml('ends inside CDATA');
    value += text.slice(next + CDATA_OPEN.length, close);
    at = close + CDATA_CLOSE.length;
  }
}

/** Replaces references one by one: the first that is none ends it, however many follow. */
function resolve(text: string): string {
  let resolved = '';
  let at = 0;
  for (let next = text.indexOf('&'); next !== -1; next = text.indexOf('&', at)) {
    REFERENCE.lastIndex = next;
    const [reference = '', decimal, hex, entity = ''] = REFERENCE.exec(text) ?? [];
    const character =
      decimal !== undefined
        ? characterOf(Number(decimal))
        : hex !== undefined
          ? characterOf(Number.parseInt(hex, 16))
          : ENTITIES.get(entity);
    if (character === undefined) throw new UnreadableXml('has an unknown reference');
    resolved += text.slice(at, next) + character;
    at = next + reference.length;
  }
  return resolved + text.slice(at);
}

/** @returns undefined for what XML has no character for: most control characters, half a pair, beyond Unicode */
function characterOf(code: number): string | undefined {
  const isCharacter =
    code < 0x20
      ? code === 0x9 || code === 0xa || code === 0xd
      : code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

function skipBlank(text: string, from: number): number {
  let at = from;
  for (
    let code = text.charCodeAt(at);
    code === 32 || code === 10 || code === 13 || code === 9;
    code = text.charCodeAt(at)
  )
    at++;
  return at;
}
