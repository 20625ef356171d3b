import { createSign, createVerify, type KeyObject } from 'node:crypto';

export const SCHEMA = 'WECHATPAY2-SHA256-RSA2048';

/**
 * Signs the lines of an API v3 message, each ended by a line feed, the last one too (protocol §2.1, §2.7):
 * base64 of RSA PKCS#1 v1.5 with SHA-256.
 */
export function signV3(privateKey: KeyObject, lines: readonly string[]): string {
  const text = lines.map((line) => `${line}\n`).join('');
  return createSign('sha256').update(text).sign(privateKey, 'base64');
}

/**
 * Whether WeChat signed these bytes (protocol §2.2). The body is what arrived, byte for byte: a parsed copy written
 * out again is another message (M-07).
 */
export function verifyV3(
  publicKey: KeyObject,
  { timestamp, nonce, signature }: { timestamp: string; nonce: string; signature: string },
  body: Buffer,
): boolean {
  const message = createVerify('sha256').update(`${timestamp}\n${nonce}\n`).update(body).update('\n');
  return message.verify(publicKey, signature, 'base64');
}

/** The Authorization header of a request; `url` is path and query exactly as sent, `body` the text exactly as sent. */
export function authorization(
  merchant: { mchId: string; serialNo: string; privateKey: KeyObject },
  request: { method: string; url: string; body: string },
  seconds: string,
  nonce: string,
): string {
  const signature = signV3(merchant.privateKey, [request.method, request.url, seconds, nonce, request.body]);
  const fields = [
    `mchid="${merchant.mchId}"`,
    `nonce_str="${nonce}"`,
    `signature="${signature}"`,
    `timestamp="${seconds}"`,
    `serial_no="${merchant.serialNo}"`,
  ];
  return `${SCHEMA} ${fields.join(',')}`;
}
