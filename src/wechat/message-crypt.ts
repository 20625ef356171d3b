import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** WXBizMsgCrypt pads to 32 bytes, not to the cipher's 16 (protocol §3.5). */
const BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;
const HEAD_BYTES = RANDOM_BYTES + LENGTH_BYTES;

/** The encrypted message cannot be opened; says nothing of the key. */
export class UnreadableCipher extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableCipher';
  }
}

/** sha1 hex of the parts sorted by byte and joined: `signature` of token, timestamp, nonce; `msg_signature` with the cipher text as well. */
export function messageSignature(parts: readonly string[]): string {
  const sorted = parts.map((part) => Buffer.from(part)).toSorted((a, b) => Buffer.compare(a, b));
  return createHash('sha1').update(Buffer.concat(sorted)).digest('hex');
}

/** Compares in constant time. */
export function isSignedBy(parts: readonly string[], signature: string): boolean {
  const expected = Buffer.from(messageSignature(parts));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The 32 bytes behind the 43 characters of EncodingAESKey. */
export function aesKeyOf(encodingAesKey: string): Buffer {
  return Buffer.from(`${encodingAesKey}=`, 'base64');
}

/**
 * Opens `Encrypt`: 16 random bytes, the message's length, the message, the app id it is for.
 * @throws UnreadableCipher
 */
export function openMessage(key: Buffer, encrypt: string): { message: Buffer; appId: string } {
  const plain = withoutPadding(decipher(key, encrypt));
  if (plain.length < HEAD_BYTES) throw new UnreadableCipher('is too short');
  const end = HEAD_BYTES + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.length) throw new UnreadableCipher('is shorter than it says');
  return { message: plain.subarray(HEAD_BYTES, end), appId: plain.subarray(end).toString('utf8') };
}

/** @param random 16 bytes; given only by tests, which know what comes out */
export function sealMessage(
  key: Buffer,
  message: string,
  appId: string,
  random = randomBytes(RANDOM_BYTES),
): string {
  const body = Buffer.from(message);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(body.length);
  const plain = Buffer.concat([random, length, body, Buffer.from(appId)]);
  const padding = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])),
    cipher.final(),
  ]).toString('base64');
}

function decipher(key: Buffer, encrypt: string): Buffer {
  const bytes = Buffer.from(encrypt, 'base64');
  if (bytes.length === 0 || bytes.length % 16 !== 0)
    throw new UnreadableCipher('is not whole blocks in base64');
  const opener = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([opener.update(bytes), opener.final()]);
}

function withoutPadding(padded: Buffer): Buffer {
  const length = padded.at(-1) ?? 0;
  const padding = padded.subarray(-length);
  if (
    length < 1 ||
    length > BLOCK_BYTES ||
    padding.length < length ||
    !padding.every((byte) => byte === length)
  )
    throw new UnreadableCipher('has a wrong padding: another key, or altered on the way');
  return padded.subarray(0, -length);
}
