import { createHash } from 'node:crypto';

/** The least that API v2 can cost: trusts the shape of what it reads, which only a benchmark may. */

const FIELD = /<(\w+)>(?:<!\[CDATA\[([^\]]*)\]\]>|([^<]*))<\/\1>/g;

/** Fields of a flat document; no checks, no entities. */
export function scanXml(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.slice('<xml>'.length).matchAll(FIELD))
    fields.set(name, quoted ?? plain ?? '');
  return fields;
}

export function signMd5(fields: ReadonlyMap<string, string>, apiKey: string): string {
  let text = '';
  for (const name of [...fields.keys()].sort()) {
    const value = fields.get(name);
    if (name !== 'sign' && value) text += `${name}=${value}&`;
  }
  return createHash('md5').update(`${text}key=${apiKey}`).digest('hex').toUpperCase();
}

export function writeXml(fields: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of fields) text += `<${name}><![CDATA[${value}]]></${name}>`;
  return `<xml>${text}</xml>`;
}
