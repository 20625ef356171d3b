import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { issueCertificate, pkcs12, type Name } from './certificate.js';
import { fileOrMake, keyFile, publicFile, publicHalf } from './key-files.js';

/** What the simulator itself needs of all the keys and certificates; everything is PEM. */
export interface Material {
  serverKey: string;
  serverCertificate: string;
  /** Issued the merchants' certificates: the HTTPS server checks client certificates against it. */
  merchantAuthority: string;
  /** Signs V3 answers and notifications in the name of platform_cert.pem. */
  platformKey: string;
  /** Signs V3 answers and notifications in the name of wxpay_public_key.pem. */
  wxpayKey: string;
}

const SERVER_AUTHORITY: Name = { C: 'CN', O: 'WeChat simulator', CN: 'WeChat simulator CA' };
const MERCHANT_AUTHORITY: Name = {
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
 * Keys and certificates of WeChat and of one merchant: made on the first start (in parallel, key pairs are what
 * takes time), read on later ones. The merchant's own go to `dir`, the simulator's secrets to `dir`/simulator.
 */
export async function loadMaterial(dir: string, mchId: string): Promise<Material> {
  const own = join(dir, 'simulator');
  await mkdir(own, { recursive: true, mode: 0o700 });
  const [authorityKey, serverKey, merchantAuthorityKey, platformKey, wxpayKey, merchantKey] =
    await Promise.all([
      keyFile(join(own, 'ca_key.pem')),
      keyFile(join(own, 'server_key.pem')),
      keyFile(join(own, 'merchant_ca_key.pem')),
      keyFile(join(own, 'platform_key.pem')),
      keyFile(join(own, 'wxpay_private_key.pem')),
      keyFile(join(dir, 'apiclient_key.pem')),
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
  const merchantAuthority = await publicFile(join(own, 'merchant_ca.pem'), () =>
    authorityCertificate(MERCHANT_AUTHORITY, merchantAuthorityKey),
  );
  const issuedByTenpay = (subject: Name, key: string): string =>
    issueCertificate({
      subject,
      publicKey: publicHalf(key),
      issuer: MERCHANT_AUTHORITY,
      issuerKey: merchantAuthorityKey,
      years: 5,
    });
  await publicFile(join(dir, 'platform_cert.pem'), () =>
    issuedByTenpay(
      { C: 'CN', O: 'Tenpay.com', OU: 'Tenpay.com CA Center', CN: 'Tenpay.com sign' },
      platformKey,
    ),
  );
  await publicFile(join(dir, 'wxpay_public_key.pem'), () => publicHalf(wxpayKey));
  const merchantCertificate = await publicFile(join(dir, 'apiclient_cert.pem'), () =>
    issuedByTenpay(
      { C: 'CN', L: 'Shenzhen', O: '微信商户系统', OU: 'Simulated merchant', CN: mchId },
      merchantKey,
    ),
  );
  await fileOrMake(join(dir, 'apiclient_cert.p12'), 0o600, () =>
    pkcs12(merchantCertificate, merchantKey, mchId),
  );
  return { serverKey, serverCertificate, merchantAuthority, platformKey, wxpayKey };
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
