import { createHash, timingSafeEqual } from 'node:crypto';

/** Values as the bytes that were, or will be, sent: the charset is somebody else's question. */
export type V1Bytes = ReadonlyMap<string, Buffer>;

/**
 * The MD5 of packages and notifications (protocol §4.1, §4.3): non-empty fields but `sign`, sorted by name in byte
 * order, joined raw as `name=value&…&key=KEY`; upper-case hex. It covers bytes, so Chinese signs differently in GBK.
 */
export function signMd5(fields: V1Bytes, partnerKey: string): string {
  const hash = createHash('md5');
  for (const name of [...fields.keys()].sort()) {
    const value = fields.get(name);
    if (name === 'sign' || value === undefined || value.length === 0) continue;
    hash.update(`${name}=`).update(value).update('&');
  }
  return hash.update(`key=${partnerKey}`).digest('hex').toUpperCase();
}

/**
 * `app_signature`, `AppSignature` and the app's `sign` (protocol §4.2): the given fields with `appkey`, names in lower
 * case, sorted, joined raw and without a key behind them; lower-case hex of SHA1. Empty values count.
 */
export function signSha1(fields: Readonly<Record<string, string>>, paySignKey: string): string {
  const pairs = Object.entries({ ...fields, appkey: paySignKey }).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = sorted.map(([name, value]) => `${name}=${value}`).join('&');
  return createHash('sha1').update(text, 'utf8').digest('hex');
}

/** In constant time; without a signature nothing is right. */
export function isSameSignature(right: string, given: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
