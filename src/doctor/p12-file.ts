import type { X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { certificateChecks, withoutCertificate } from './certificate-facts.js';
import { fault, ok, skipped, type Check } from './check.js';
import { wrongKind, type GivenFile } from './given-file.js';

/** The p12 file and the certificate inside; its password is the merchant number. */
export function p12Checks(p12: GivenFile, mchId: string | undefined, now: Date): Check[] {
  const wrong = wrongKind('p12-file', p12, 'p12', 'apiclient_cert.p12');
  if (wrong !== undefined) return [wrong, ...withoutCertificate('p12-file')];
  if (mchId === undefined) return [skipped('p12-file', ['settings']), ...withoutCertificate('settings')];
  try {
    const certificate = certificateOf(p12, mchId);
    return [ok('p12-file', p12.path), ...certificateChecks(certificate, mchId, now)];
  } catch (error) {
    return [unopened(p12, error), ...withoutCertificate('p12-file')];
  }
}

/** @throws Error when the file does not open */
function certificateOf({ content = Buffer.alloc(0) }: GivenFile, mchId: string): X509Certificate {
  const secureContext = createSecureContext({ pfx: content, passphrase: mchId });
  // A socket that is never connected: only TLS reads p12 files in Node, and only a socket shows what is inside.
  const socket = new TLSSocket(new Socket(), { secureContext, isServer: true });
  const certificate = socket.getX509Certificate();
  socket.destroy();
  if (certificate === undefined) throw new Error('there is no certificate inside');
  return certificate;
}

function unopened({ name, path }: GivenFile, error: unknown): Check {
  const { message } = error as Error;
  if (/unsupported/i.test(message))
    return fault('p12-file', {
      found: `${name}: ${path} is encrypted the old way (RC2), which this OpenSSL no longer opens`,
      todo: 'Leave it out and use apiclient_cert.pem and apiclient_key.pem; or convert it: openssl pkcs12 -legacy -in … | openssl pkcs12 -export -out …',
      zh: 'p12文件使用旧算法（RC2）加密，新版OpenSSL无法打开；请改用 apiclient_cert.pem 和 apiclient_key.pem。',
    });
  return fault('p12-file', {
    found: `${name}: ${path} does not open with the merchant number as its password`,
    todo: 'It is of another merchant number, or damaged; the password of a p12 file is the merchant number.',
    zh: 'p12文件无法用商户号作为密码打开：可能属于其他商户号，或文件损坏。',
  });
}
