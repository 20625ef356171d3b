import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../common/http/problem.js';
import type { MerchantAccountSettings } from '../config/merchant-account.js';
import { SETTINGS, type Settings } from '../config/settings.js';

/** One merchant number with its app ids and keys; immutable, so two accounts can never cross (M-35). */
export type MerchantAccount = Readonly<MerchantAccountSettings>;

/** Rows outlive the settings: whoever asks about a payment of an account that is gone from them is told which. */
export class UnknownMerchantAccount extends Problem {
  constructor(id: string) {
    super(
      'MERCHANT_ACCOUNT_REMOVED',
      `The merchant account "${id}" is not in the settings; put it back (docs/merchant-accounts.md) and try again.`,
      { extra: { account: id } },
    );
    this.name = 'UnknownMerchantAccount';
  }
}

/** Merchant accounts by id. Payments remember their account; nothing in the code is "the" configuration. */
@Injectable()
export class MerchantAccounts {
  private readonly accounts: ReadonlyMap<string, MerchantAccount>;
  /** `default`: whoever is in no other account's app pays into this one. */
  private readonly first: MerchantAccount;

  constructor(@Inject(SETTINGS) settings: Settings) {
    const accounts = settings.wxpay.accounts.map((account) => Object.freeze({ ...account }));
    const [first] = accounts;
    if (first === undefined) throw new Error('there is no merchant account');
    this.first = first;
    this.accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  all(): MerchantAccount[] {
    return [...this.accounts.values()];
  }

  /** The account that takes the money of an app's users: the first with this app id, else `default`. */
  ofApp(appId: string): MerchantAccount {
    return this.all().find(({ appIds }) => appIds.includes(appId)) ?? this.first;
  }

  /** A mini-program of the shop with its secret, whichever account it pays into. */
  miniProgram(appId: string): Pick<MerchantAccount, 'appId' | 'appSecret'> | undefined {
    return this.all().find((account) => account.appId === appId && account.official?.appId !== appId);
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
