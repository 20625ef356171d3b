import { Inject, Injectable } from '@nestjs/common';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Clock } from '../../common/time/clock.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
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

/** The keys of every account that speaks API v3, parsed once: parsing a PEM costs more than using it. */
@Injectable()
export class V3Credentials {
  private readonly signers = new Map<string, V3Signer>();
  private readonly publicKeys = new Map<string, WxPayPublicKey>();

  /** @throws SettingsError naming the file that is wrong */
  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'wxpay'>, clock: Clock) {
    for (const account of settings.wxpay.accounts) {
      if (account.api === 'v3') this.signers.set(account.id, readSigner(account, clock.now()));
      const publicKey = readPublicKey(account);
      if (publicKey !== undefined) this.publicKeys.set(account.id, publicKey);
    }
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
