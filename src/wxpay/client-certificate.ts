import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { SettingsError, type Settings } from '../config/settings.js';
import type { MerchantAccount } from './merchant-accounts.js';

/** What the merchant shows in mutual TLS (protocol §1.1), in the words of Node's TLS options. */
export type ClientCertificate = { cert: string; key: string } | { pfx: Buffer; passphrase: string };

/**
 * Reads and checks an account's API certificate: the p12 file when one is named, the PEM pair otherwise.
 * @returns undefined when there are no files at all: paying works without, refunds by API v2 do not
 * @throws SettingsError naming the file that is wrong and why; never its contents
 */
export function readClientCertificate(account: MerchantAccount, now: Date): ClientCertificate | undefined {
  if (account.p12Path !== undefined) return readP12(account.p12Path, account.mchId);
  const { certPath, keyPath } = account;
  if (!existsSync(certPath) && !existsSync(keyPath)) return undefined;
  return readPair(
    read('WXPAY_CERT_PATH', certPath).toString(),
    read('WXPAY_KEY_PATH', keyPath).toString(),
    account,
    now,
  );
}

/**
 * Reads every certificate once, before anything is connected: what is wrong with them is said at the start.
 * @throws SettingsError
 */
export function checkCertificates({ wxpay }: Settings, now: Date): void {
  certificateAuthorities(wxpay.caPath);
  for (const account of wxpay.accounts) readClientCertificate(account, now);
}

function readPair(
  cert: string,
  key: string,
  { certPath, keyPath }: MerchantAccount,
  now: Date,
): ClientCertificate {
  const certificate = attempt(
    () => new X509Certificate(cert),
    `WXPAY_CERT_PATH: ${certPath} is no certificate in PEM form`,
  );
  const privateKey = attempt(
    () => createPrivateKey(key),
    `WXPAY_KEY_PATH: ${keyPath} is no unencrypted private key in PEM form`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new SettingsError([
      `WXPAY_KEY_PATH: the key in ${keyPath} does not belong to the certificate in ${certPath}`,
    ]);
  }
  if (certificate.validToDate < now) {
    throw new SettingsError([
      `WXPAY_CERT_PATH: the certificate in ${certPath} expired on ${certificate.validTo}`,
    ]);
  }
  return { cert, key };
}

function readP12(path: string, passphrase: string): ClientCertificate {
  const pfx = read('WXPAY_P12_PATH', path);
  attempt(
    () => createSecureContext({ pfx, passphrase }),
    `WXPAY_P12_PATH: ${path} does not open with the merchant number as its password, or is no p12 file`,
  );
  return { pfx, passphrase };
}

function read(name: string, path: string): Buffer {
  return attempt(() => readFileSync(path), `${name}: ${path} cannot be read`);
}

function attempt<Result>(work: () => Result, words: string): Result {
  try {
    return work();
  } catch {
    throw new SettingsError([words]);
  }
}
