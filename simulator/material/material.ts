import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { issueCertificate, type Name } from './certificate.js';
import { keyFile, publicFile, publicHalf } from './key-files.js';

/** The authority that issues the merchants' certificates and WeChat's platform certificates; PEM. */
export interface TenpayAuthority {
  certificate: string;
  key: string;
}

/** The keys and certificates of WeChat's servers; everything is PEM. */
export interface Material {
  serverKey: string;
  serverCertificate: string;
  /** The HTTPS server checks client certificates against it. */
  tenpay: TenpayAuthority;
}

const SERVER_AUTHORITY: Name = { C: 'CN', O: 'WeChat simulator', CN: 'WeChat simulator CA' };
const TENPAY_AUTHORITY: Name = {
  C: 'CN',
  O: 'Tenpay.com',
  OU: 'Tenpay.com CA Center',
  CN: 'Tenpay.com Root CA',
};
const HOSTS = {
  dns: [
    'localhost',
    'api.mch.weixin.qq.com',
    'api2.mch.weixin.qq.com',
    'api.weixin.qq.com',
    'api.feieyun.cn',
    // How containers reach it.
    'simulator',
    'host.docker.internal',
  ],
  ip: ['127.0.0.1', '::1'],
};

/**
 * Made on the first start (in parallel, key pairs are what takes time), read on later ones. `ca.pem` goes to `dir`,
 * the simulator's secrets to `dir`/simulator.
 */
export async function loadMaterial(dir: string): Promise<Material> {
  const own = join(dir, 'simulator');
  await mkdir(own, { recursive: true, mode: 0o700 });
  const [authorityKey, serverKey, tenpayKey] = await Promise.all([
    keyFile(join(own, 'ca_key.pem')),
    keyFile(join(own, 'server_key.pem')),
    keyFile(join(own, 'merchant_ca_key.pem')),
  ]);
  await publicFile(join(dir, 'ca.pem'), () => authorityCertificate(SERVER_AUTHORITY, authorityKey));
  const serverCertificate = await publicFile(join(own, 'server.pem'), () =>
    issueCertificate({
      subject: { C: 'CN', O: 'WeChat simulator', CN: 'api.mch.weixin.qq.com' },
      publicKey: publicHalf(serverKey),
      issuer: SERVER_AUTHORITY,
      issuerKey: authorityKey,
      years: 10,
      hosts: HOSTS,
    }),
  );
  const tenpayCertificate = await publicFile(join(own, 'merchant_ca.pem'), () =>
    authorityCertificate(TENPAY_AUTHORITY, tenpayKey),
  );
  return { serverKey, serverCertificate, tenpay: { certificate: tenpayCertificate, key: tenpayKey } };
}

/** A certificate as Tenpay.com issues it to `subject`, for five years; PEM. */
export function issuedByTenpay(tenpay: TenpayAuthority, subject: Name, key: string): string {
  return issueCertificate({
    subject,
    publicKey: publicHalf(key),
    issuer: TENPAY_AUTHORITY,
    issuerKey: tenpay.key,
    years: 5,
  });
}

function authorityCertificate(name: Name, key: string): string {
  return issueCertificate({
    subject: name,
    publicKey: publicHalf(key),
    issuer: name,
    issuerKey: key,
    years: 10,
    isAuthority: true,
  });
}
