import { randomBytes, randomInt } from 'node:crypto';
import { Formatter } from 'wechatpay-axios-plugin';
import type { Collection } from './collection.js';

/** With which of WeChat's keys answers and notifications are signed (protocol notes §2.4). */
export type KeyMode = 'certificate' | 'publicKey' | 'both';

export interface MerchantSettings {
  keyMode: KeyMode;
  /** With keyMode both: the share (0 to 1) of notifications signed with the public key, as in WeChat's staged switch. */
  callbackPublicKeyShare: number;
  /** How many V3 notifications (0 to 1) follow a probe with a wrong signature (§2.2). */
  signTestRate: number;
}

const SETTINGS: MerchantSettings = { keyMode: 'both', callbackPublicKeyShare: 1, signTestRate: 0 };

/** What signs V1, the app gateway of 2014, which knows the merchant by a number of its own (protocol notes §4). */
export interface V1Credentials {
  /** 128 characters. */
  paySignKey: string;
  /** 10 digits. */
  partner: string;
  /** 32 characters. */
  partnerKey: string;
}

export interface Merchant extends MerchantSettings {
  mchId: string;
  /** Signs V2 (32 characters). */
  apiKey: string;
  /** Encrypts V3 notifications (32 characters). */
  apiV3Key: string;
  v1: V1Credentials;
  /** Name of WeChat's public key for this merchant. */
  publicKeyId: string;
  /** The platform certificate in use; absent: the newest. */
  platformSerial?: string;
}

/** What a merchant has of each: buyers pay in all three. */
const APP_KINDS = ['miniProgram', 'app', 'officialAccount'] as const;

export interface App {
  appId: string;
  secret: string;
  kind: (typeof APP_KINDS)[number];
  /** Merchant accounts this app may take money for. */
  mchIds: string[];
}

/** The merchant accounts and apps WeChat knows. They outlive a reset: a running merchant keeps its settings. */
export class Merchants {
  constructor(
    private readonly merchants: Collection<Merchant>,
    private readonly apps: Collection<App>,
  ) {
    if (merchants.all().length === 0) this.openFirstAccount();
    // A journal written before there were settings, V1, or official accounts.
    for (const merchant of merchants.all()) {
      const { v1 = newV1Credentials() } = merchant as Partial<Merchant>;
      merchants.set(merchant.mchId, { ...SETTINGS, ...merchant, v1 });
      const { mchId } = merchant;
      if (!apps.all().some(({ kind, mchIds }) => kind === 'officialAccount' && mchIds.includes(mchId)))
        this.addApp('officialAccount', [mchId]);
    }
  }

  /** The account whose material is written to DIR. */
  get first(): Merchant {
    const [merchant] = this.merchants.all();
    if (!merchant) throw new Error('no merchant account');
    return merchant;
  }

  all(): Merchant[] {
    return this.merchants.all();
  }

  allApps(): App[] {
    return this.apps.all();
  }

  byMchId(mchId: string): Merchant | undefined {
    return this.merchants.get(mchId);
  }

  byPartner(partner: string): Merchant | undefined {
    return this.merchants.all().find(({ v1 }) => v1.partner === partner);
  }

  app(appId: string): App | undefined {
    return this.apps.get(appId);
  }

  /** The account's app of that kind, the first account's by default. */
  appOfKind(kind: App['kind'], mchId = this.first.mchId): App {
    const app = this.apps.all().find((each) => each.kind === kind && each.mchIds.includes(mchId));
    if (!app) throw new Error(`no ${kind} for ${mchId}`);
    return app;
  }

  /** A number nobody has. */
  freeMchId(): string {
    const mchId = `19${randomInt(10_000_000, 99_999_999)}`;
    return this.merchants.get(mchId) ? this.freeMchId() : mchId;
  }

  /** One more account. These apps are bound to it; for a kind that is not among them it gets one of its own. */
  open(mchId: string, appIds: string[] = []): Merchant {
    const bound = this.apps.all().filter(({ appId }) => appIds.includes(appId));
    for (const app of bound) this.apps.set(app.appId, { ...app, mchIds: [...app.mchIds, mchId] });
    for (const kind of APP_KINDS) if (!bound.some((app) => app.kind === kind)) this.addApp(kind, [mchId]);
    return this.merchants.set(mchId, {
      ...SETTINGS,
      mchId,
      apiKey: Formatter.nonce(32),
      apiV3Key: Formatter.nonce(32),
      v1: newV1Credentials(),
      publicKeyId: `PUB_KEY_ID_01${mchId}${randomInt(1e9, 1e10)}`,
    });
  }

  /** At once, as in the merchant platform. */
  change(merchant: Merchant, changes: Partial<Merchant>): Merchant {
    return this.merchants.set(merchant.mchId, { ...merchant, ...changes });
  }

  /** Accounts and keys stay, what a test has set for them does not. */
  resetSettings(): void {
    for (const merchant of this.all()) this.change(merchant, SETTINGS);
  }

  private openFirstAccount(): void {
    this.open(this.freeMchId());
    // Exists, but is bound to nobody: whoever uses it meets APPID_MCHID_NOT_MATCH.
    this.addApp('miniProgram', []);
  }

  private addApp(kind: App['kind'], mchIds: string[]): void {
    const appId = `wx${randomBytes(8).toString('hex')}`;
    this.apps.set(appId, { appId, secret: randomBytes(16).toString('hex'), kind, mchIds });
  }
}

function newV1Credentials(): V1Credentials {
  return {
    paySignKey: Formatter.nonce(128),
    partner: `12${randomInt(10_000_000, 99_999_999)}`,
    partnerKey: Formatter.nonce(32),
  };
}
