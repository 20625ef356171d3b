import { Injectable } from '@nestjs/common';
import type { MerchantAccount } from '../merchant-accounts.js';
import type { Rejected } from '../outcome.js';

/** WeChat's words for a wrong signature: unsigned as `return_msg`, or as a code (protocol §1.4, §1.10). */
const WRONG_SIGNATURE = /签名(错误|失败)|SIGNERROR|SIGN ERROR/;

/**
 * Which of an account's API keys WeChat takes. While the key is being changed the backend knows both, and nobody can
 * change it here and in the merchant platform in the same instant: what WeChat accepted last is what signs next, so
 * that not one payment fails in between.
 */
@Injectable()
export class V2SigningKeys {
  private readonly taken = new Map<string, string>();

  /** @throws Error for an account without a v2 key */
  of({ id, apiKeys }: MerchantAccount): string {
    const key = this.taken.get(id) ?? apiKeys[0];
    if (key === undefined) throw new Error(`account ${id} has no API key (v2)`);
    return key;
  }

  /**
   * Asks under the key that WeChat took last. Where it refuses the signature and the account has another key, the same
   * request goes out under that one.
   * @throws Error for an account without a v2 key
   */
  async sign<Result extends { kind: string }>(
    account: MerchantAccount,
    ask: (key: string) => Promise<Result>,
  ): Promise<Result> {
    const first = this.of(account);
    const outcome = await ask(first);
    if (!isRejected(outcome) || !refusesSignature(outcome)) return outcome;
    for (const key of account.apiKeys) {
      if (key === first) continue;
      const second = await ask(key);
      if (isRejected(second) && refusesSignature(second)) continue;
      this.taken.set(account.id, key);
      return second;
    }
    return outcome;
  }
}

/** Whether WeChat refuses the signature, not the request. */
export function refusesSignature({ code, message }: Rejected): boolean {
  return WRONG_SIGNATURE.test(`${code} ${message}`);
}

function isRejected(outcome: { kind: string }): outcome is Rejected {
  return outcome.kind === 'rejected';
}
