import { Hash } from 'wechatpay-axios-plugin';
import type { Fields } from '../v2/xml.js';
import { md5Signature, type InputCharset } from './signature.js';

export interface Package {
  fields: Fields;
  charset: InputCharset;
}

/** The fields in a `package`, in whatever charset it names; undefined when it is none. Its sign is not looked at. */
export function readPackage(text: string): Package | undefined {
  const raw: Fields = {};
  for (const pair of text.split('&')) {
    const [name = '', value, ...rest] = pair.split('=');
    if (name === '' || value === undefined || rest.length > 0 || name in raw) return undefined;
    if (/%(?![0-9a-f]{2})/i.test(value)) return undefined;
    raw[name] = value;
  }
  const charset = raw['input_charset'] ?? 'GBK';
  if (charset !== 'GBK' && charset !== 'UTF-8') return undefined;
  const decoder = new TextDecoder(charset, { fatal: true });
  try {
    const entries = Object.entries(raw).map(([name, value]) => [name, decoder.decode(unescaped(value))]);
    return { charset, fields: Object.fromEntries(entries) as Fields };
  } catch {
    return undefined;
  }
}

export function isGenuine({ fields, charset }: Package, partnerKey: string): boolean {
  return Hash.equals(md5Signature(fields, charset, partnerKey), fields['sign']);
}

function unescaped(value: string): Buffer {
  const bytes = value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
