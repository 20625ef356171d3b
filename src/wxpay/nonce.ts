import { randomBytes } from 'node:crypto';

/** 32 random characters; WeChat wants every request and every client signature to differ (protocol §1.3, §2.1). */
export function nonce(): string {
  return randomBytes(16).toString('hex');
}
