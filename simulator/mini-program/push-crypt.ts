import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** What the merchant has typed into WeChat's console for the message push. */
export interface PushKeys {
  token: string;
  /** 43 characters */
  encodingAesKey: string;
}

/** Follows from the app's secret, so that a folder from an earlier version has them as well. */
export function pushKeysOf(app: { secret: string }): PushKeys {
  const digest = (purpose: string): Buffer =>
    createHash('sha512').update(`${purpose} of ${app.secret}`).digest();
  return {
    token: digest('push token').toString('hex').slice(0, 24),
    encodingAesKey: digest('push key').toString('base64').replace(/[+/=]/g, 'x').slice(0, 43),
  };
}

/** Protocol notes §3.5: the sorted parts, sha1 in hex. */
export function sha1Of(...parts: string[]): string {
  return createHash('sha1').update(parts.sort().join('')).digest('hex');
}

/** The `Encrypt` of a message: random, length, message, app id, padded to 32 bytes. */
export function encrypt(keys: PushKeys, message: string, appId: string): string {
  const key = Buffer.from(keys.encodingAesKey, 'base64');
  const body = Buffer.from(message, 'utf8');
  const head = Buffer.alloc(20, randomBytes(16));
  head.writeUInt32BE(body.length, 16);
  const plain = Buffer.concat([head, body, Buffer.from(appId)]);
  const missing = 32 - (plain.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16));
  cipher.setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(missing, missing)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** Opens what the merchant encrypted. Throws when it is not for this app or not encrypted with this key. */
export function decrypt(keys: PushKeys, text: string, appId: string): string {
  const key = Buffer.from(keys.encodingAesKey, 'base64');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(text, 'base64'), decipher.final()]);
  const end = 20 + plain.readUInt32BE(16);
  const owner = plain.subarray(end, plain.length - (plain.at(-1) ?? 0)).toString('utf8');
  if (owner !== appId) throw new Error('the reply is for another app');
  return plain.subarray(20, end).toString('utf8');
}
