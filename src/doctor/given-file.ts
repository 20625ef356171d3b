import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CheckName } from './check-names.js';
import { fault, type Check } from './check.js';

/** What a credential file turns out to be, in the words of a sentence. */
export const KINDS = {
  certificate: { en: 'a certificate', zh: '证书' },
  privateKey: { en: 'a private key', zh: '私钥' },
  encryptedKey: { en: 'a private key under a password', zh: '加密的私钥' },
  publicKey: { en: 'a public key', zh: '公钥' },
  request: { en: 'a certificate request', zh: '证书请求文件' },
  p12: { en: 'a p12 file', zh: 'p12文件' },
  derCertificate: { en: 'a certificate in binary form (DER)', zh: '二进制（DER）证书' },
  empty: { en: 'an empty file', zh: '空文件' },
  unknown: { en: 'neither a key nor a certificate', zh: '既不是密钥也不是证书' },
} as const;

export type Kind = keyof typeof KINDS;

export interface GivenFile {
  /** How the settings call it. */
  name: string;
  path: string;
  content: Buffer | undefined;
  /** Why there is no content, e.g. ENOENT. */
  trouble?: string;
}

export function readGivenFile(name: string, path: string): GivenFile {
  try {
    return { name, path, content: readFileSync(path) };
  } catch (error) {
    return { name, path, content: undefined, trouble: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
  }
}

const LABELS: Readonly<Record<string, Kind>> = {
  CERTIFICATE: 'certificate',
  'PRIVATE KEY': 'privateKey',
  'RSA PRIVATE KEY': 'privateKey',
  'EC PRIVATE KEY': 'privateKey',
  'ENCRYPTED PRIVATE KEY': 'encryptedKey',
  'PUBLIC KEY': 'publicKey',
  'RSA PUBLIC KEY': 'publicKey',
  'CERTIFICATE REQUEST': 'request',
};

/** A PKCS#12 file begins with a SEQUENCE whose first member is the version 3. */
const P12 = /^3082....020103/;

/** What the bytes are, however the file is called. A PEM file may hold several things. */
export function kindsOf(content: Buffer): Kind[] {
  const text = content.toString('latin1');
  if (text.trim() === '') return ['empty'];
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, label]) => label ?? '');
  if (labels.length > 0) {
    const encrypted = text.includes('Proc-Type: 4,ENCRYPTED');
    const kinds = labels.map((label) => LABELS[label] ?? 'unknown');
    return encrypted ? kinds.map((kind) => (kind === 'privateKey' ? 'encryptedKey' : kind)) : kinds;
  }
  if (P12.test(content.subarray(0, 7).toString('hex'))) return ['p12'];
  return [isCertificate(content) ? 'derCertificate' : 'unknown'];
}

function isCertificate(content: Buffer): boolean {
  try {
    return new X509Certificate(content).publicKey.type === 'public';
  } catch {
    return false;
  }
}

/** @returns undefined when the file holds what it should */
export function wrongKind(check: CheckName, file: GivenFile, wanted: Kind, usual: string): Check | undefined {
  const { name, path, content, trouble } = file;
  if (content === undefined)
    return fault(check, {
      found: `${name}: ${path} cannot be read (${trouble})`,
      todo: `Put ${usual} there, readable for the user the service runs as, or set the path right.`,
      zh: `无法读取 ${path}（${trouble}）；请检查 ${name} 的路径和文件权限。`,
    });
  const kinds = kindsOf(content);
  if (kinds.includes(wanted)) return undefined;
  const { en, zh } = KINDS[kinds[0] ?? 'unknown'];
  const p12 =
    kinds[0] === 'p12' && check !== 'public-key-file'
      ? ' For mutual TLS a p12 file may be set as WXPAY_P12_PATH (p12Path) instead.'
      : '';
  return fault(check, {
    found: `${name}: ${path} is ${en}, not ${KINDS[wanted].en} in PEM form`,
    todo: `Set it to ${usual} ("-----BEGIN …").${p12}`,
    zh: `${path} 是${zh}，此处需要PEM格式的${KINDS[wanted].zh}（${usual}）。`,
  });
}

/** A file of the right kind that does not parse. */
export function damaged(check: CheckName, { name, path }: GivenFile): Check {
  return fault(check, {
    found: `${name}: ${path} begins like it should and cannot be read: it is damaged or cut off`,
    todo: 'Copy the file again, whole, as binary.',
    zh: `${path} 内容损坏或不完整，请重新拷贝原文件。`,
  });
}
