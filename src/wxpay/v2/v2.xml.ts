import { readXmlTree, UnreadableXml } from '../../common/xml.js';
import type { V2Fields } from './v2.signature.js';

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Names that lead to a prototype in JavaScript. Fields live in a Map, so this is a second belt. */
const FORBIDDEN_NAMES = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

/**
 * Reads a message of API v2: one root with one level of text fields.
 * @param root name of the root element: `xml`, or `root` inside a decrypted refund notification
 * @throws UnreadableXml naming what is wrong
 */
export function readXml(bytes: Buffer, root = 'xml'): V2Fields {
  const fields = new Map<string, string>();
  for (const [field, value] of Object.entries(readXmlTree(bytes, root, 1))) {
    if (!FIELD_NAME.test(field) || FORBIDDEN_NAMES.has(field))
      throw new UnreadableXml('has a field with a forbidden name');
    if (Array.isArray(value)) throw new UnreadableXml(`repeats the field ${field}`);
    if (typeof value !== 'string') throw new UnreadableXml(`has a field ${field} that is not text`);
    fields.set(field, value);
  }
  return fields;
}
