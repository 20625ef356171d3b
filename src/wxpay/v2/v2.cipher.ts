import { createDecipheriv, createHash } from 'node:crypto';
import type { V2Fields } from './v2.signature.js';
import { readXml } from './v2.xml.js';

/**
 * Opens `req_info` of a refund notification (protocol §1.13): AES-256-ECB, PKCS#7, the key being the 32 hex digits of
 * md5(API key) as ASCII. ECB proves nothing about who wrote it: what comes out is a hint, confirmed by asking WeChat.
 * Nor about the key: under a wrong one the padding fits once in 256 times, so the right one is whose text can be read.
 * @throws Error when the text is no such ciphertext or none of the keys is right
 */
export function openReqInfo(reqInfo: string, apiKeys: readonly string[]): V2Fields {
  for (const apiKey of apiKeys) {
    try {
      return readXml(decryptReqInfo(reqInfo, apiKey), 'root');
    } catch {
      // Perhaps the other key of a change; that none opens it is said below.
    }
  }
  throw new Error('no API key opens req_info');
}

/** @throws Error when the padding does not fit */
export function decryptReqInfo(reqInfo: string, apiKey: string): Buffer {
  return openEcb(Buffer.from(createHash('md5').update(apiKey, 'utf8').digest('hex'), 'ascii'), reqInfo);
}

/** AES-256-ECB with PKCS#7; `ciphertext` in base64. @throws Error */
export function openEcb(key: Buffer, ciphertext: string): Buffer {
  const decipher = createDecipheriv('aes-256-ecb', key, null);
  return Buffer.concat([decipher.update(ciphertext, 'base64'), decipher.final()]);
}
