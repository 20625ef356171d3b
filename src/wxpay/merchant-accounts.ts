import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type MerchantAccountSettings, type Settings } from '../config/settings.js';

/** One merchant number with its app ids and keys; immutable, so two accounts can never cross (M-35). */
export type MerchantAccount = Readonly<MerchantAccountSettings>;

/** The account a checkout uses unless the order says otherwise. */
export const DEFAULT_ACCOUNT = 'default';

export class UnknownMerchantAccount extends Error {
  constructor(id: string) {
    super(`there is no merchant account "${id}"`);
    this.name = 'UnknownMerchantAccount';
  }
}

/** Merchant accounts by id. Payments remember their account; nothing in the code is "the" configuration. */
@Injectable()
export class MerchantAccounts {
  private readonly accounts: ReadonlyMap<string, MerchantAccount>;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.accounts = new Map(
      settings.wxpay.accounts.map((account) => [account.id, Object.freeze({ ...account })]),
    );
  }

  find(id: string): MerchantAccount | undefined {
    return this.accounts.get(id);
  }

  /** @throws UnknownMerchantAccount */
  get(id: string): MerchantAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new UnknownMerchantAccount(id);
    return account;
  }
}
