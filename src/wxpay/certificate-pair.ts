import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SettingsError } from '../config/settings.js';
import type { MerchantAccount } from './merchant-accounts.js';

/** The merchant's API certificate and its key, as their files hold them and parsed. */
export interface CertificatePair {
  cert: string;
  key: string;
  certificate: X509Certificate;
  privateKey: KeyObject;
}

/**
 * Reads and checks an account's PEM pair, which API v2 shows in mutual TLS and API v3 signs with.
 * @throws SettingsError naming the file that is wrong and why; never its contents
 */
export function readCertificatePair(
  { certPath, keyPath, names }: MerchantAccount,
  now: Date,
): CertificatePair {
  const cert = readGiven(names.certPath, certPath).toString();
  const key = readGiven(names.keyPath, keyPath).toString();
  const certificate = attempt(
    () => new X509Certificate(cert),
    `${names.certPath}: ${certPath} is no certificate in PEM form`,
  );
  const privateKey = attempt(
    () => createPrivateKey(key),
    `${names.keyPath}: ${keyPath} is no unencrypted private key in PEM form`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new SettingsError([
      `${names.keyPath}: the key in ${keyPath} does not belong to the certificate in ${certPath}`,
    ]);
  }
  if (certificate.validToDate < now) {
    throw new SettingsError([
      `${names.certPath}: the certificate in ${certPath} expired on ${certificate.validTo}`,
    ]);
  }
  return { cert, key, certificate, privateKey };
}

/**
 * @param name of the setting that says the path
 * @throws SettingsError
 */
export function readGiven(name: string, path: string): Buffer {
  return attempt(() => readFileSync(path), `${name}: ${path} cannot be read`);
}

/** @throws SettingsError with these words when the work throws: what was thrown may quote a secret */
export function attempt<Result>(work: () => Result, words: string): Result {
  try {
    return work();
  } catch {
    throw new SettingsError([words]);
  }
}
