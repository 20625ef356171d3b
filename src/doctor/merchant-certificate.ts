import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { APPLY_AGAIN, certificateChecks, ownerCheck, withoutCertificate } from './certificate-facts.js';
import { fault, ok, skipped, warning, type Check } from './check.js';
import { damaged, wrongKind, type GivenFile } from './given-file.js';
import { p12Checks } from './p12-file.js';

export interface MerchantFiles {
  certificate: GivenFile;
  key: GivenFile;
  /** Takes the place of the pair in mutual TLS (v2). */
  p12: GivenFile | undefined;
  mchId: string | undefined;
  api: 'v2' | 'v3';
}

/** The merchant's API certificate and its key as they lie on the disk; asks nobody. */
export function merchantCertificateChecks(files: MerchantFiles, now: Date): Check[] {
  const { certificate, key, p12, mchId, api } = files;
  if (p12 !== undefined) {
    const ofP12 = p12Checks(p12, mchId, now);
    return api === 'v2' ? ofP12 : [...pairChecks(files, now), ...ofP12.slice(0, 1)];
  }
  if (certificate.trouble === 'ENOENT' && key.trouble === 'ENOENT' && api === 'v2')
    return [
      warning('certificate-file', {
        found: `neither ${certificate.path} nor ${key.path} is there: paying works, refunds cannot be sent`,
        todo: `Download the API certificate from ${APPLY_AGAIN}, and set ${certificate.name} and ${key.name}.`,
        zh: '没有商户API证书：可以收款，但无法退款；请在商户平台“账户中心→API安全”下载证书。',
      }),
    ];
  return pairChecks(files, now);
}

/** The PEM pair. */
function pairChecks(files: MerchantFiles, now: Date): Check[] {
  const { certificate, key, mchId } = files;
  const read = readCertificate(certificate);
  const readKey = readPrivateKey(key);
  return [
    read.check,
    readKey.check,
    ...(read.value === undefined
      ? withoutCertificate('certificate-file')
      : certificateChecks(read.value, mchId, now)),
    keyPairCheck(read.value, readKey.value, files),
  ];
}

interface Read<Value> {
  check: Check;
  value?: Value;
}

function readCertificate(file: GivenFile): Read<X509Certificate> {
  const wrong = wrongKind('certificate-file', file, 'certificate', 'apiclient_cert.pem');
  if (wrong !== undefined) return { check: wrong };
  try {
    const value = new X509Certificate(file.content ?? '');
    return { value, check: ok('certificate-file', file.path) };
  } catch {
    return { check: damaged('certificate-file', file) };
  }
}

function readPrivateKey(file: GivenFile): Read<KeyObject> {
  const wrong = wrongKind('key-file', file, 'privateKey', 'apiclient_key.pem');
  if (wrong !== undefined) return { check: wrong };
  try {
    const value = createPrivateKey(file.content ?? '');
    return { value, check: ok('key-file', file.path) };
  } catch {
    return { check: damaged('key-file', file) };
  }
}

function keyPairCheck(
  certificate: X509Certificate | undefined,
  key: KeyObject | undefined,
  { certificate: { path: certPath }, key: { path: keyPath }, mchId }: MerchantFiles,
): Check {
  if (certificate === undefined) return skipped('key-pair', ['certificate-file']);
  if (key === undefined) return skipped('key-pair', ['key-file']);
  if (certificate.checkPrivateKey(key)) return ok('key-pair', 'they belong together');
  // Somebody else's certificate never fits our key; the owner is what is wrong then.
  if (ownerCheck(certificate, mchId).status === 'fault') return skipped('key-pair', ['certificate-owner']);
  return fault('key-pair', {
    found: `the key in ${keyPath} does not belong to the certificate in ${certPath}`,
    todo: 'Take both files from the same run of the certificate tool; a key that is lost cannot be made again: apply for a new certificate.',
    zh: '私钥与证书不匹配；两个文件必须来自证书工具的同一次生成，私钥丢失只能重新申请证书。',
  });
}
