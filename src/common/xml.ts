import { Parser } from 'xml2js';

/** WeChat's largest message is a few KB; a megabyte is generous (requirement A6). */
export const MAX_XML_BYTES = 1024 * 1024;
/** WeChat's largest message has some thirty fields; the limit leaves room for coupons and refuses floods. */
export const MAX_FIELDS = 500;
/** WeChat's longest field name has some thirty characters and no attributes. */
export const MAX_TAG_LENGTH = 256;
const CDATA_OPEN = '<![CDATA[';
const CDATA_CLOSE = ']]>';
const PROLOG = /^\s*<\?xml(\s[^?>]*)?\?>/;

export class UnreadableXml extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableXml';
  }
}

/**
 * Reads a message of WeChat's: one root, UTF-8, elements without attributes. This file is the security boundary
 * around xml2js: whatever can declare, expand or nest is refused before the parser sees it (XXE, billion laughs:
 * protocol §6 no. 1), so a hostile document costs one pass over at most 1 MB.
 * @param root name of the root element
 * @param levels of elements below the root
 * @returns the root's elements: text, an object of elements, or an array where a name repeats; names are not judged
 * @throws UnreadableXml naming what is wrong
 */
export function readXmlTree(bytes: Buffer, root: string, levels: number): Readonly<Record<string, unknown>> {
  if (bytes.length > MAX_XML_BYTES) throw new UnreadableXml('larger than 1 MB');
  const text = decodeUtf8(bytes);
  refuseStructure(text, levels);
  const entries = Object.entries((parse(text) ?? {}) as Record<string, unknown>);
  const [name, content] = entries[0] ?? [];
  if (entries.length !== 1 || name !== root || content === null || typeof content !== 'object')
    throw new UnreadableXml(`has no root element <${root}> with fields`);
  return content as Readonly<Record<string, unknown>>;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** @throws UnreadableXml */
export function decodeUtf8(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new UnreadableXml('not UTF-8');
  }
}

/**
 * Where the document begins behind its XML declaration.
 * @throws UnreadableXml when that declares another charset than UTF-8
 */
export function afterProlog(text: string): number {
  const prolog = PROLOG.exec(text)?.[0] ?? '';
  if (/\bencoding\s*=\s*["'](?!utf-?8["'])/i.test(prolog))
    throw new UnreadableXml('declares another charset than UTF-8');
  return prolog.length;
}

/** One pass over the tags; every search starts where the last one ended, so hostile input costs linear time. */
function refuseStructure(text: string, levels: number): void {
  let depth = 0;
  let fields = 0;
  let at = afterProlog(text);
  for (let open = text.indexOf('<', at); open !== -1; open = text.indexOf('<', at)) {
    if (text.startsWith(CDATA_OPEN, open)) {
      at = endOf(text, CDATA_CLOSE, open);
      continue;
    }
    const mark = text[open + 1];
    if (mark === '!') throw new UnreadableXml('contains a declaration or comment (DOCTYPE, ENTITY)');
    if (mark === '?') throw new UnreadableXml('contains a processing instruction');
    at = endOf(text, '>', open);
    if (at - open > MAX_TAG_LENGTH) throw new UnreadableXml('has a tag that is too long');
    if (mark === '/') {
      if (--depth < 0) throw new UnreadableXml('closes more than it opens');
    } else if (depth === 0 && fields > 0) throw new UnreadableXml('has more than one root');
    else if (depth > levels) throw new UnreadableXml('is nested too deep');
    else if (++fields > MAX_FIELDS) throw new UnreadableXml('has too many fields');
    else if (text[at - 2] !== '/') depth++;
  }
  if (text.slice(at).trim() !== '') throw new UnreadableXml('goes on after its root');
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  if (end === -1) throw new UnreadableXml('ends inside a tag');
  return end + mark.length;
}

function parse(text: string): unknown {
  let result: unknown;
  let failure: Error | null = null;
  const parser = new Parser({
    explicitArray: false,
    explicitCharkey: false,
    ignoreAttrs: true,
    emptyTag: '',
    async: false,
  });
  parser.parseString(text, (error: Error | null, parsed: unknown) => {
    failure ??= error;
    result = parsed;
  });
  if (failure !== null) throw new UnreadableXml('is not well-formed');
  return result;
}

/** Writes `<xml>` with every value in CDATA; `]]>` inside a value is split over two sections. */
export function writeXml(fields: Iterable<readonly [string, string]>): string {
  let body = '';
  for (const [name, value] of fields)
    body += `<${name}><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></${name}>`;
  return `<xml>${body}</xml>`;
}
