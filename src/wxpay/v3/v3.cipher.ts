import { constants, createDecipheriv, createSecretKey, publicEncrypt, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const TAG_BYTES = 16;

/** An encrypted part of a message: a notification's `resource`, a certificate's `encrypt_certificate` (protocol §2.3, §2.11). */
export const sealedResourceSchema = z.object({
  algorithm: z.literal('AEAD_AES_256_GCM').optional(),
  ciphertext: z.base64(),
  nonce: z.string().min(1).max(16),
  associated_data: z.string().default(''),
});
export type SealedResource = z.output<typeof sealedResourceSchema>;

/**
 * Opens what WeChat encrypted with one of the account's APIv3 keys; while a key is being changed, two are tried.
 * @throws Error when no key opens it, or its tag is not the full 16 bytes: a shorter one could be guessed
 */
export function openResource(apiV3Keys: readonly string[], resource: SealedResource): Buffer {
  const sealed = Buffer.from(resource.ciphertext, 'base64');
  if (sealed.length < TAG_BYTES) throw new Error('the ciphertext is shorter than its tag');
  for (const key of apiV3Keys) {
    try {
      return open(preparedKey(key), resource, sealed);
    } catch {
      // Perhaps another key's; that none opens it is said below.
    }
  }
  throw new Error('no APIv3 key opens the ciphertext');
}

interface PreparedKey {
  key: KeyObject;
  algorithm: 'aes-128-gcm' | 'aes-256-gcm';
}

const preparedKeys = new Map<string, PreparedKey>();

/** An account has one or two keys, used for every notification: made once, each is half of what opening one costs. */
function preparedKey(text: string): PreparedKey {
  let prepared = preparedKeys.get(text);
  if (prepared === undefined) {
    const key = createSecretKey(text, 'utf8');
    // A production key has 32 bytes; some of WeChat's published test vectors use 16 (protocol A.1, A.3).
    prepared = { key, algorithm: key.symmetricKeySize === 16 ? 'aes-128-gcm' : 'aes-256-gcm' };
    preparedKeys.set(text, prepared);
  }
  return prepared;
}

function open(
  { key, algorithm }: PreparedKey,
  { nonce, associated_data: aad }: SealedResource,
  sealed: Buffer,
): Buffer {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(aad))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const opened = decipher.update(sealed.subarray(0, -TAG_BYTES));
  decipher.final(); // adds nothing, but looks at the tag
  return opened;
}

/** Encrypts a person's data for WeChat: RSA-OAEP with SHA-1, base64 (protocol §2.5). `publicKey` must be the one named in Wechatpay-Serial. */
export function encryptField(publicKey: KeyObject, text: string): string {
  return publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    Buffer.from(text),
  ).toString('base64');
}
