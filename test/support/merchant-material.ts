import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import forge from 'node-forge';
import { issueCertificate } from '../../simulator/material/certificate.js';
import { publicHalf } from '../../simulator/material/key-files.js';

/** Paths of what people put in the wrong place: the merchant's own files, and others of each kind. */
export type MerchantMaterial = Awaited<ReturnType<typeof prepareMaterial>>;

/**
 * @param wechat the simulator's folder
 * @param home where the files are written
 */
export async function prepareMaterial(wechat: string, home: string, mchId: string) {
  const authority = await readFile(join(wechat, 'simulator', 'merchant_ca_key.pem'), 'utf8');
  const key = await readFile(join(wechat, 'apiclient_key.pem'), 'utf8');
  const own = publicHalf(key);
  const other = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = (owner: string, publicKey: string, days: number, issuerKey = authority): string =>
    issueCertificate({
      subject: { C: 'CN', O: '微信商户系统', CN: owner },
      publicKey,
      issuer: { C: 'CN', O: 'Tenpay.com', OU: 'Tenpay.com CA Center', CN: 'Tenpay.com Root CA' },
      issuerKey,
      years: days / 365,
    });
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    const path = join(home, name);
    await writeFile(path, content);
    return path;
  };
  return {
    certificate: join(wechat, 'apiclient_cert.pem'),
    p12: join(wechat, 'apiclient_cert.p12'),
    privateKey: join(wechat, 'apiclient_key.pem'),
    platformCertificate: join(wechat, 'platform_cert.pem'),
    authority: join(wechat, 'ca.pem'),
    otherKey: await file('other_key.pem', other.privateKey),
    otherPublicKey: await file('other_public.pem', other.publicKey),
    ownPublicKey: await file('own_public.pem', own),
    /** Of the same merchant, as after a change in the merchant platform. */
    otherCertificate: await file('other.pem', certificate(mchId, other.publicKey, 365)),
    foreignCertificate: await file('foreign.pem', certificate('1234567890', own, 365)),
    /** As certificate tools of years ago made it. */
    oldP12: await file(
      'old.p12',
      oldP12(await readFile(join(wechat, 'apiclient_cert.pem'), 'utf8'), key, mchId),
    ),
    /** Looks right, and no authority of WeChat's has signed it. */
    selfMade: await file('self-made.pem', certificate(mchId, own, 365, other.privateKey)),
    expired: await file('expired.pem', certificate(mchId, own, -0.5)),
    expiring: await file('expiring.pem', certificate(mchId, own, 20)),
    garbage: await file('garbage.pem', 'not a key, but a secret all the same'),
    missing: join(home, 'missing.pem'),
  };
}

function oldP12(certificate: string, key: string, password: string): Buffer {
  const file = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(key),
    [forge.pki.certificateFromPem(certificate)],
    password,
    { algorithm: 'des' as 'aes128' }, // DES like RC2: gone from OpenSSL 3; the typings know only the newer ones
  );
  return Buffer.from(forge.asn1.toDer(file).getBytes(), 'binary');
}
