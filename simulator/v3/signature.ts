import { randomBytes, type KeyObject } from 'node:crypto';
import { Formatter, Rsa } from 'wechatpay-axios-plugin';

/** A private key and the name by which the other side finds its public half. */
export interface SigningKey {
  /** Serial of a platform certificate, or the id of a WeChat Pay public key. */
  serial: string;
  key: KeyObject;
}

/** A probe is what WeChat sends to see whether merchants verify at all (protocol notes §2.2). */
export type SignatureKind = 'genuine' | 'wrong' | 'probe';

/** The headers that prove an answer or a notification is WeChat's. `at`: ms on the simulator's clock. */
export function signatureHeaders(
  body: string,
  { serial, key }: SigningKey,
  at: number,
  kind: SignatureKind,
): Record<string, string> {
  const timestamp = Math.floor(at / 1000);
  const nonce = Formatter.nonce(32);
  const signature = Rsa.sign(Formatter.response(timestamp, nonce, body), key);
  return {
    'wechatpay-nonce': nonce,
    'wechatpay-serial': serial,
    'wechatpay-signature': kind === 'genuine' ? signature : falsified(signature, kind),
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    'wechatpay-timestamp': String(timestamp),
  };
}

function falsified(signature: string, kind: 'wrong' | 'probe'): string {
  if (kind === 'probe') return `WECHATPAY/SIGNTEST/${randomBytes(240).toString('base64')}`;
  // Still base64 of the right length.
  return (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
}
