import { createDecipheriv, createHash } from 'node:crypto';

/**
 * Opens `req_info` of a refund notification (protocol §1.13): AES-256-ECB, PKCS#7, the key being the 32 hex digits of
 * md5(API key) as ASCII. ECB proves nothing about who wrote it: what comes out is a hint, confirmed by asking WeChat.
 * @throws Error when the text is no such ciphertext or none of the keys is right
 */
export function decryptReqInfo(reqInfo: string, apiKeys: readonly string[]): Buffer {
  for (const apiKey of apiKeys) {
    try {
      return decrypt(reqInfo, apiKey);
    } catch {
      // Perhaps the other key of a change; that none opens it is said below.
    }
  }
  throw new Error('no API key opens req_info');
}

function decrypt(reqInfo: string, apiKey: string): Buffer {
  return openEcb(Buffer.from(createHash('md5').update(apiKey, 'utf8').digest('hex'), 'ascii'), reqInfo);
}

/** AES-256-ECB with PKCS#7; `ciphertext` in base64. @throws Error */
export function openEcb(key: Buffer, ciphertext: string): Buffer {
  const decipher = createDecipheriv('aes-256-ecb', key, null);
  return Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()]);
}
