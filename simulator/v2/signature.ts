import { Formatter, Hash } from 'wechatpay-axios-plugin';
import type { SignType } from '../trade/transaction.js';
import type { Fields } from './xml.js';

export type V2SignType = Exclude<SignType, 'RSA' | 'SHA1'>;

export function isSignType(text: string): text is V2SignType {
  return text === 'MD5' || text === 'HMAC-SHA256';
}

/** The V2 signature over every field that is not empty, except `sign` (protocol notes §1.2). */
export function sign(fields: Fields, signType: V2SignType, apiKey: string): string {
  return Hash.sign(signType, fields, apiKey);
}

export function isSigned(fields: Fields, signType: V2SignType, apiKey: string): boolean {
  return Hash.equals(sign(fields, signType, apiKey), fields['sign']);
}

/** Same shape, wrong value: what a forger who lacks the key would send. */
export function spoilSign(signature: string): string {
  return (signature.startsWith('0') ? '1' : '0') + signature.slice(1);
}

/** Two requests are the same when this is: everything but the parts that are fresh in each attempt. */
export function fingerprint(fields: Fields): string {
  return Formatter.queryStringLike(Formatter.ksort({ ...fields, nonce_str: '' }));
}
