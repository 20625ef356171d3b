import { existsSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { SettingsError, type Settings } from '../config/settings.js';
import { attempt, readCertificatePair, readGiven } from './certificate-pair.js';
import type { MerchantAccount } from './merchant-accounts.js';
import { readPublicKey, readSigner } from './v3/v3.credentials.js';

/** What the merchant shows in mutual TLS (protocol §1.1), in the words of Node's TLS options. */
export type ClientCertificate = { cert: string; key: string } | { pfx: Buffer; passphrase: string };

/**
 * Reads and checks an account's API certificate: the p12 file when one is named, the PEM pair otherwise.
 * @returns undefined when there are no files at all: paying works without, refunds by API v2 do not
 * @throws SettingsError naming the file that is wrong and why; never its contents
 */
export function readClientCertificate(account: MerchantAccount, now: Date): ClientCertificate | undefined {
  if (account.p12Path !== undefined) return readP12(account.p12Path, account);
  const { certPath, keyPath } = account;
  if (!existsSync(certPath) && !existsSync(keyPath)) return undefined;
  const { cert, key } = readCertificatePair(account, now);
  return { cert, key };
}

/**
 * Reads every certificate once, before anything is connected: what is wrong with any of them is said at the start, and at
 * once.
 * @throws SettingsError with one line for each file that is wrong
 */
export function checkCertificates({ wxpay }: Settings, now: Date): void {
  const wrong = [
    ...refusal(() => certificateAuthorities(wxpay.caPath)),
    ...wxpay.accounts.flatMap((account) => {
      const pair = refusal(() => readClientCertificate(account, now));
      return [
        ...pair,
        // Without a p12 these are the same two files: what is wrong with them is said once.
        ...(account.api === 'v3' && (account.p12Path !== undefined || pair.length === 0)
          ? refusal(() => readSigner(account, now))
          : []),
        ...refusal(() => readPublicKey(account)),
      ];
    }),
  ];
  if (wrong.length > 0) throw new SettingsError(wrong);
}

function refusal(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.lines;
    throw error;
  }
}

function readP12(path: string, { mchId: passphrase, names }: MerchantAccount): ClientCertificate {
  const pfx = readGiven(names.p12Path, path);
  attempt(
    () => createSecureContext({ pfx, passphrase }),
    `${names.p12Path}: ${path} does not open with the merchant number as its password, or is no p12 file`,
  );
  return { pfx, passphrase };
}
