import { randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import { publicHalf } from './key-files.js';

/** X.509 name: short names (CN, O, OU, L, C) to values. */
export type Name = Record<string, string>;

export interface CertificateOrder {
  subject: Name;
  /** PEM (SPKI) of the key the certificate is about. */
  publicKey: string;
  issuer: Name;
  /** PEM (PKCS#8) of the issuer's key. */
  issuerKey: string;
  years: number;
  isAuthority?: boolean;
  /** DNS names and IP addresses of a server. */
  hosts?: { dns: string[]; ip: string[] };
}

/** An X.509 certificate as PEM. Its serial has 40 hexadecimal digits, like WeChat's. */
export function issueCertificate(order: CertificateOrder): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(order.publicKey);
  certificate.serialNumber = serialNumber();
  // A day back: a merchant's clock may be a little behind.
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
  certificate.validity.notAfter = new Date(Date.now() + order.years * 365 * 86_400_000);
  certificate.setSubject(nameFields(order.subject));
  certificate.setIssuer(nameFields(order.issuer));
  certificate.setExtensions(extensions(order));
  signWithNode(certificate, order.issuerKey);
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/**
 * A PKCS#12 file with the merchant's pair. AES, because OpenSSL 3 (Node 18 and later) no longer reads the RC2 and
 * 3DES of older files without its legacy provider.
 */
export function pkcs12(certificate: string, key: string, password: string): Buffer {
  const file = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(key),
    [forge.pki.certificateFromPem(certificate)],
    password,
    { algorithm: 'aes256', friendlyName: 'Tenpay Certificate' },
  );
  return Buffer.from(forge.asn1.toDer(file).getBytes(), 'binary');
}

function nameFields(name: Name): forge.pki.CertificateField[] {
  return Object.entries(name).map(([shortName, value]) => ({
    shortName,
    value,
    // Country is a PrintableString by definition; the rest may be Chinese. forge takes the ASN.1 type here, its typings say otherwise.
    valueTagClass: (shortName === 'C'
      ? forge.asn1.Type.PRINTABLESTRING
      : forge.asn1.Type.UTF8) as unknown as forge.asn1.Class,
  }));
}

/**
 * forge asks its key object for the signature. Its own RSA is plain JavaScript: 30 ms a certificate, and seconds
 * inside jest, where every global is looked up through the sandbox.
 */
function signWithNode(certificate: forge.pki.Certificate, issuerKey: string): void {
  const key = {
    sign: () => {
      const signed = Buffer.from(forge.asn1.toDer(certificate.tbsCertificate).getBytes(), 'binary');
      return sign('sha256', signed, issuerKey).toString('binary');
    },
  };
  certificate.sign(key as unknown as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
}

function extensions(order: CertificateOrder): object[] {
  if (order.isAuthority) {
    return [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ];
  }
  const issuer = forge.pki.publicKeyFromPem(publicHalf(order.issuerKey));
  const keyIdentifier = forge.pki.getPublicKeyFingerprint(issuer, { type: 'RSAPublicKey' }).getBytes();
  const common = [
    { name: 'basicConstraints', cA: false },
    { name: 'subjectKeyIdentifier' },
    // Python 3.13 refuses a chain without it (VERIFY_X509_STRICT).
    { name: 'authorityKeyIdentifier', keyIdentifier },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
  ];
  if (!order.hosts) return [...common, { name: 'extKeyUsage', clientAuth: true }];
  const altNames = [
    ...order.hosts.dns.map((value) => ({ type: 2, value })),
    ...order.hosts.ip.map((ip) => ({ type: 7, ip })),
  ];
  return [...common, { name: 'extKeyUsage', serverAuth: true }, { name: 'subjectAltName', altNames }];
}

function serialNumber(): string {
  const bytes = randomBytes(20);
  // The first digit 4–7 keeps the number positive and all 40 digits visible.
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}
