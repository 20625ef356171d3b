import { randomUUID } from 'node:crypto';

/**
 * 32 random characters; WeChat wants every request and every client signature to differ (protocol §1.3, §2.1). 122 of the
 * bits are random, fetched for many at once: sixteen bytes by themselves cost as much as a signature.
 */
export function nonce(): string {
  return randomUUID().replaceAll('-', '');
}
