import type { KeyObject } from 'node:crypto';
import { Formatter, Rsa } from 'wechatpay-axios-plugin';

/** Whether the four lines the client got from the merchant are signed with the merchant's key (protocol notes §2.7). */
export function isClientSigned(lines: string[], signature: string, merchantKey: KeyObject): boolean {
  try {
    return Rsa.verify(Formatter.joinedByLineFeed(...lines), signature, merchantKey);
  } catch {
    return false;
  }
}
