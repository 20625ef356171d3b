import { Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { MerchantAccount } from '../merchant-accounts.js';
import { PlatformCertificates } from './platform-certificates.js';
import { V3Credentials } from './v3.credentials.js';

export interface NamedKey {
  serial: string;
  key: KeyObject;
}

/**
 * The keys that speak for WeChat, by the serial a message names: its public key and its platform certificates, side by
 * side, because WeChat moves notifications from one to the other in stages (protocol §2.4).
 */
@Injectable()
export class V3Keys {
  constructor(
    private readonly credentials: V3Credentials,
    private readonly certificates: PlatformCertificates,
  ) {}

  /** Only looks; an unknown serial makes the certificates be asked for in the background (M-36). */
  find(account: MerchantAccount, serial: string): KeyObject | undefined {
    const publicKey = this.credentials.publicKey(account);
    if (publicKey?.id === serial) return publicKey.key;
    const key = this.certificates.find(account, serial);
    if (key === undefined) this.certificates.refreshSoon(account);
    return key;
  }

  /** The key WeChat shall answer with; waits for the first certificate where there is no public key. */
  async expected(account: MerchantAccount): Promise<NamedKey | undefined> {
    const publicKey = this.credentials.publicKey(account);
    if (publicKey !== undefined) return { serial: publicKey.id, key: publicKey.key };
    if (this.certificates.newest(account) === undefined) await this.certificates.refresh(account);
    const certificate = this.certificates.newest(account);
    return certificate && { serial: certificate.serialNo, key: certificate.key };
  }
}
