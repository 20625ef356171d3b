import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { SettingsError } from '../config/settings.js';

/**
 * The authorities that may vouch for WeChat's servers: the system's own, and the one of WXPAY_CA_PATH beside them.
 * @returns undefined for the system's own only
 * @throws SettingsError when the file cannot be read or holds no certificate
 */
export function certificateAuthorities(caPath: string | undefined): string[] | undefined {
  if (caPath === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(caPath, 'utf8');
  } catch {
    throw new SettingsError([`WXPAY_CA_PATH cannot be read: expected a PEM file at ${caPath}`]);
  }
  if (!isCertificate(pem)) {
    throw new SettingsError([
      `WXPAY_CA_PATH holds no certificate: expected PEM ("-----BEGIN CERTIFICATE-----") at ${caPath}`,
    ]);
  }
  return [...rootCertificates, pem];
}

/** Said at the start: a broken file would otherwise show only as calls to WeChat that fail. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).publicKey.type === 'public';
  } catch {
    return false;
  }
}
