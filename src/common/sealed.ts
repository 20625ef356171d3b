import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A 32-byte key for one purpose, derived from a secret so that no two purposes share a key. */
export function purposeKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

/**
 * Encrypts small secrets for database columns: AES-256-GCM, written as key id | nonce | tag | ciphertext. The key id says
 * which of the secrets (DATA_ENCRYPTION_KEY, and the one before while it is being changed) opens it. `context`, the
 * row's id, is authenticated: a value copied to another row does not open.
 */
export class Sealing {
  private readonly keys: readonly { id: Buffer; key: Buffer }[];

  /** @param secrets newest first: the first seals, each opens */
  constructor(secrets: readonly string[], purpose: string) {
    this.keys = secrets.map((secret) => {
      const key = purposeKey(secret, purpose);
      return { id: createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES), key };
    });
  }

  seal(plaintext: string, context: string): Buffer {
    const [newest] = this.keys;
    if (newest === undefined) throw new Error('there is no key to seal with');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', newest.key, nonce, { authTagLength: TAG_BYTES }).setAAD(
      Buffer.from(context),
    );
    const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([newest.id, nonce, cipher.getAuthTag(), body]);
  }

  /** @throws Error when the value was altered, belongs to another row or was sealed with a key that is not here */
  open(sealed: Buffer, context: string): string {
    const keyId = sealed.subarray(0, KEY_ID_BYTES);
    const found = this.keys.find(({ id }) => id.equals(keyId));
    if (found === undefined)
      throw new Error('sealed with a key that is not configured (DATA_ENCRYPTION_KEY)');
    const [nonceAt, tagAt, bodyAt] = [
      KEY_ID_BYTES,
      KEY_ID_BYTES + NONCE_BYTES,
      KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES,
    ];
    const decipher = createDecipheriv('aes-256-gcm', found.key, sealed.subarray(nonceAt, tagAt), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(tagAt, bodyAt));
    return Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()]).toString('utf8');
  }

  /** Whether the newest key sealed it; the others wait for `npm run keys:rotate`. */
  isCurrent(sealed: Buffer): boolean {
    return this.keys[0]?.id.equals(sealed.subarray(0, KEY_ID_BYTES)) === true;
  }
}
