import { createHmac, hash, timingSafeEqual } from 'node:crypto';

export type V2SignType = 'MD5' | 'HMAC-SHA256';
export type V2Fields = ReadonlyMap<string, string>;

/**
 * Signs a message of API v2 (protocol §1.2): non-empty fields but `sign`, sorted by name in byte order, joined raw as
 * `name=value&…&key=KEY`; upper-case hex. The HMAC covers the string that already ends in the key.
 */
export function signV2(type: V2SignType, fields: V2Fields, key: string): string {
  const text = signedText(fields, key);
  const digest =
    type === 'MD5' ? hash('md5', text, 'hex') : createHmac('sha256', key).update(text, 'utf8').digest('hex');
  return digest.toUpperCase();
}

/**
 * Whether `sign` is right, in constant time. `type` comes from the account, never from the message: a message could
 * ask for the weaker algorithm (protocol §6 no. 7). No `sign`, no trust. While a key is being changed, two are right.
 */
export function verifyV2(type: V2SignType, fields: V2Fields, keys: readonly string[]): boolean {
  const given = Buffer.from(fields.get('sign') ?? '', 'utf8');
  return keys.some((key) => {
    const right = Buffer.from(signV2(type, fields, key), 'utf8');
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

function signedText(fields: V2Fields, key: string): string {
  const pairs: string[] = [];
  for (const name of [...fields.keys()].sort()) {
    const value = fields.get(name);
    if (name !== 'sign' && value !== undefined && value !== '') pairs.push(`${name}=${value}`);
  }
  pairs.push(`key=${key}`);
  return pairs.join('&');
}
