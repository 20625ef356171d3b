import { Injectable } from '@nestjs/common';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { MerchantAccounts, type MerchantAccount } from './merchant-accounts.js';
import { PlatformCertificates } from './v3/platform-certificates.js';

export interface CertificateFacts {
  account: string;
  /** MERCHANT: what the merchant signs and shows with; PLATFORM: what WeChat signs with, downloaded by API v3. */
  kind: 'MERCHANT' | 'PLATFORM';
  serial: string;
  notBefore: Date;
  notAfter: Date;
}

/** Which certificates are in use and how long they last: for people, who have to renew them in time. */
@Injectable()
export class AccountCertificates {
  constructor(
    private readonly accounts: MerchantAccounts,
    private readonly platform: PlatformCertificates,
  ) {}

  async list(): Promise<CertificateFacts[]> {
    const lists = await Promise.all(
      this.accounts.all().map(async (account) => [
        ...(await merchantCertificate(account)),
        ...this.platform.all(account).map(({ serialNo, effectiveAt, expiresAt }) => ({
          account: account.id,
          kind: 'PLATFORM' as const,
          serial: serialNo,
          notBefore: effectiveAt,
          notAfter: expiresAt,
        })),
      ]),
    );
    return lists.flat();
  }
}

/** None where there is no file: paying works without one. What is in the file was checked at the start. */
async function merchantCertificate({ id, certPath }: MerchantAccount): Promise<CertificateFacts[]> {
  const pem = await readFile(certPath).catch(() => undefined);
  if (pem === undefined) return [];
  const { serialNumber, validFromDate, validToDate } = new X509Certificate(pem);
  return [
    { account: id, kind: 'MERCHANT', serial: serialNumber, notBefore: validFromDate, notAfter: validToDate },
  ];
}
