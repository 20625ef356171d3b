import { Hash } from 'wechatpay-axios-plugin';
import type { Fields } from '../v2/xml.js';
import { encodeGbk } from './gbk.js';

/** `input_charset` of a package, and of everything WeChat says about that order. */
export type InputCharset = 'GBK' | 'UTF-8';

export function bytesIn(charset: InputCharset, text: string): Buffer {
  return charset === 'GBK' ? encodeGbk(text) : Buffer.from(text);
}

/** Capitals; over the non-empty values as bytes of that charset (protocol notes §4.1). */
export function md5Signature(fields: Fields, charset: InputCharset, partnerKey: string): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const text = names
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');
  return Hash.md5(bytesIn(charset, text), partnerKey).toUpperCase();
}

/** Small letters; the key is one of the sorted pairs (protocol notes §4.2). */
export function sha1Signature(fields: Fields, appKey: string): string {
  const lower: Fields = { appkey: appKey };
  for (const [name, value] of Object.entries(fields)) lower[name.toLowerCase()] = value;
  const names = Object.keys(lower).sort();
  return Hash.sha1(names.map((name) => `${name}=${lower[name]}`).join('&'));
}
