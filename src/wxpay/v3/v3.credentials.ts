import { Inject, Injectable, Logger } from '@nestjs/common';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Clock } from '../../common/time/clock.js';
import { SETTINGS, SettingsError, type Settings } from '../../config/settings.js';
import { attempt, readCertificatePair } from '../certificate-pair.js';
import type { MerchantAccount } from '../merchant-accounts.js';

/** The merchant's side of API v3: what signs requests, under the serial number WeChat knows it by. */
export interface V3Signer {
  mchId: string;
  /** 40 hex digits in capitals. */
  serialNo: string;
  privateKey: KeyObject;
}

/** WeChat Pay's public key, downloaded once from the merchant platform (protocol §2.4). */
export interface WxPayPublicKey {
  id: string;
  key: KeyObject;
}

/** The keys of every account that speaks API v3, or is still told of payments by it, parsed once: parsing a PEM costs more than using it. */
@Injectable()
export class V3Credentials {
  private readonly signers = new Map<string, V3Signer>();
  private readonly publicKeys = new Map<string, WxPayPublicKey>();

  /** @throws SettingsError naming the file that is wrong */
  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'wxpay'>, clock: Clock) {
    for (const account of settings.wxpay.accounts) {
      const now = clock.now();
      const signer = account.api === 'v3' ? readSigner(account, now) : signerBesides(account, now);
      if (signer !== undefined) this.signers.set(account.id, signer);
      const publicKey = readPublicKey(account);
      if (publicKey !== undefined) this.publicKeys.set(account.id, publicKey);
    }
  }

  /** Whether the account can ask WeChat anything over API v3. */
  signs({ id }: MerchantAccount): boolean {
    return this.signers.has(id);
  }

  /** @throws Error for an account that does not make v3 calls */
  signer({ id }: MerchantAccount): V3Signer {
    const signer = this.signers.get(id);
    if (signer === undefined) throw new Error(`account ${id} has no key for API v3`);
    return signer;
  }

  publicKey({ id }: MerchantAccount): WxPayPublicKey | undefined {
    return this.publicKeys.get(id);
  }
}

/**
 * For an account that makes its calls over another version: an order begun over v3 is notified over v3, and the platform
 * certificates that vouch for it have to be asked for. Where its PEM pair does not serve for that, nothing else may fail.
 */
function signerBesides(account: MerchantAccount, now: Date): V3Signer | undefined {
  const { id, apiV3Keys, certPath, keyPath } = account;
  if (apiV3Keys.length === 0 || !existsSync(certPath) || !existsSync(keyPath)) return undefined;
  try {
    return readSigner(account, now);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const words = error.lines.join('; ');
    new Logger('wxpay').warn(`account ${id} cannot ask for platform certificates: ${words}`);
    return undefined;
  }
}

/** @throws SettingsError when certificate or key cannot be read, do not belong together, or the certificate has expired */
export function readSigner(account: MerchantAccount, now: Date): V3Signer {
  const { certificate, privateKey } = readCertificatePair(account, now);
  return { mchId: account.mchId, serialNo: certificate.serialNumber.toUpperCase(), privateKey };
}

/** @throws SettingsError when the file is no public key */
export function readPublicKey({ publicKey, names }: MerchantAccount): WxPayPublicKey | undefined {
  if (publicKey === undefined) return undefined;
  const key = attempt(
    () => createPublicKey(readFileSync(publicKey.path)),
    `${names.publicKeyPath}: ${publicKey.path} is not there or no public key in PEM form`,
  );
  return { id: publicKey.id, key };
}
