import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pkcs12 } from './certificate.js';
import { fileOrMake, keyFile, publicFile, publicHalf } from './key-files.js';
import { issuedByTenpay, type TenpayAuthority } from './material.js';

export interface PlatformCertificate {
  /** 40 hexadecimal digits, capitals. */
  serial: string;
  pem: string;
  /** Signs in the certificate's name. */
  key: KeyObject;
  /** ms since 1970. */
  validFrom: number;
  validTo: number;
}

/** What V3 needs of one merchant account: its own public key and WeChat's private ones. */
export interface Keyring {
  /** Serial of the merchant's API certificate: 40 hexadecimal digits, capitals. */
  merchantSerial: string;
  /** Verifies what the merchant signed. */
  merchantKey: KeyObject;
  /** Signs in the name of the WeChat Pay public key. */
  wxpayKey: KeyObject;
  /** Oldest first, at least one. */
  platformCertificates: PlatformCertificate[];
}

/** Where an account's keys and certificates are kept: what WeChat hands out, and what it keeps to itself. */
export interface KeyFolders {
  merchant: string;
  own: string;
}

/** Reads the account's keys and certificates; makes those that are not there yet. */
export async function loadKeyring(
  folders: KeyFolders,
  mchId: string,
  tenpay: TenpayAuthority,
): Promise<Keyring> {
  await mkdir(folders.merchant, { recursive: true });
  await mkdir(folders.own, { recursive: true, mode: 0o700 });
  const [wxpayKey, merchantKey, firstPlatform] = await Promise.all([
    keyFile(join(folders.own, 'wxpay_private_key.pem')),
    keyFile(join(folders.merchant, 'apiclient_key.pem')),
    platformCertificate(folders, 1, tenpay),
  ]);
  await publicFile(join(folders.merchant, 'wxpay_public_key.pem'), () => publicHalf(wxpayKey));
  const subject = { C: 'CN', L: 'Shenzhen', O: '微信商户系统', OU: 'Simulated merchant', CN: mchId };
  const pem = await publicFile(join(folders.merchant, 'apiclient_cert.pem'), () =>
    issuedByTenpay(tenpay, subject, merchantKey),
  );
  await fileOrMake(join(folders.merchant, 'apiclient_cert.p12'), 0o600, () =>
    pkcs12(pem, merchantKey, mchId),
  );
  const certificate = new X509Certificate(pem);
  const platformCertificates = [firstPlatform];
  while (existsSync(join(folders.merchant, platformFile(platformCertificates.length + 1))))
    platformCertificates.push(await platformCertificate(folders, platformCertificates.length + 1, tenpay));
  return {
    merchantSerial: certificate.serialNumber,
    merchantKey: certificate.publicKey,
    wxpayKey: createPrivateKey(wxpayKey),
    platformCertificates,
  };
}

/** The account's `count`th platform certificate, made when it is not there yet. */
export async function platformCertificate(
  folders: KeyFolders,
  count: number,
  tenpay: TenpayAuthority,
): Promise<PlatformCertificate> {
  const key = await keyFile(
    join(folders.own, count === 1 ? 'platform_key.pem' : `platform_key_${count}.pem`),
  );
  const subject = { C: 'CN', O: 'Tenpay.com', OU: 'Tenpay.com CA Center', CN: 'Tenpay.com sign' };
  const pem = await publicFile(join(folders.merchant, platformFile(count)), () =>
    issuedByTenpay(tenpay, subject, key),
  );
  const certificate = new X509Certificate(pem);
  return {
    serial: certificate.serialNumber,
    pem,
    key: createPrivateKey(key),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  };
}

function platformFile(count: number): string {
  return count === 1 ? 'platform_cert.pem' : `platform_cert_${count}.pem`;
}
