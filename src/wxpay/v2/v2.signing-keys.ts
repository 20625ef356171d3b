import { Injectable } from '@nestjs/common';
import type { MerchantAccount } from '../merchant-accounts.js';

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

  takes({ id }: MerchantAccount, key: string): void {
    this.taken.set(id, key);
  }
}
