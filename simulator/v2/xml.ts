import { isUtf8 } from 'node:buffer';
import { Transformer } from 'wechatpay-axios-plugin';

/** A V2 message: field names to text. */
export type Fields = Record<string, string>;

/** Why a request cannot even be read. */
export class XmlError extends Error {
  constructor(readonly code: 'NOT_UTF8' | 'XML_FORMAT_ERROR') {
    super(code);
  }
}

/** What no XML document may contain: a parser stops at it. */
const NO_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const DOCUMENT = /^\uFEFF?\s*(<\?xml[^>]*\?>)?\s*<xml>[\s\S]*<\/xml>\s*$/;

/** Reads a flat `<xml>` document; throws XmlError. */
export function readXml(bytes: Buffer): Fields {
  if (!isUtf8(bytes)) throw new XmlError('NOT_UTF8');
  // Every parser makes a line feed of CR LF and CR before it looks at anything; a signature over them is wrong then.
  const text = decodeCharacterReferences(bytes.toString('utf8').replace(/\r\n?/g, '\n'));
  // The library's parser is lenient: half a document or a list comes back as something.
  if (!DOCUMENT.test(text) || NO_CHARACTER.test(text) || /<!(DOCTYPE|ENTITY)/i.test(text))
    throw new XmlError('XML_FORMAT_ERROR');
  let fields: unknown;
  try {
    fields = Transformer.toObject(text);
  } catch {
    throw new XmlError('XML_FORMAT_ERROR');
  }
  if (!isFlat(fields)) throw new XmlError('XML_FORMAT_ERROR');
  return fields;
}

/** Writes `<xml>`; fields that are undefined or empty are left out, like WeChat does. */
export function writeXml(fields: Record<string, string | number | undefined>): string {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Transformer.toXml(
    Object.fromEntries(present.map(([name, value]) => [name, cdataSafe(String(value))])),
  );
}

/** The library wraps a value with special characters in CDATA, where `]]>` must not occur. */
function cdataSafe(text: string): string {
  return text.replaceAll(']]>', ']]]]><![CDATA[>');
}

/**
 * The library's parser knows the five named entities only, but PHP's DOM writes Chinese as `&#20013;`. Outside of
 * CDATA such references become the character itself (`&#60;` and `&#38;` stay markup-safe).
 */
function decodeCharacterReferences(text: string): string {
  if (!text.includes('&#')) return text;
  const parts = text.split(/(<!\[CDATA\[[\s\S]*?\]\]>)/);
  return parts
    .map((part, index) => (index % 2 ? part : part.replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, character)))
    .join('');
}

function character(reference: string, number: string): string {
  const code =
    number.startsWith('x') || number.startsWith('X') ? parseInt(number.slice(1), 16) : Number(number);
  if (code === 60) return '&lt;';
  if (code === 38) return '&amp;';
  return code <= 0x10ffff ? String.fromCodePoint(code) : reference;
}

function isFlat(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}
