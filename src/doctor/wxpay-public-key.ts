import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { fault, ok, type Check } from './check.js';
import { damaged, kindsOf, wrongKind, type GivenFile } from './given-file.js';

/** The file of WeChat Pay's public key. Node would take a certificate or a private key for one as well; WeChat means neither. */
export function publicKeyCheck(file: GivenFile, merchantCertificate: GivenFile): Check {
  const { content = Buffer.alloc(0), name, path } = file;
  if (content.length > 0 && kindsOf(content)[0] === 'certificate')
    return fault('public-key-file', {
      found: `${name}: ${path} is a certificate; WeChat Pay's public key is another file`,
      todo: 'Download pub_key.pem from the merchant platform: 账户中心 → API安全 → 微信支付公钥. With platform certificates instead, set neither this nor the id.',
      zh: '这是证书（可能是平台证书），不是微信支付公钥；请在商户平台“账户中心→API安全→微信支付公钥”下载 pub_key.pem。',
    });
  const wrong = wrongKind('public-key-file', file, 'publicKey', 'pub_key.pem');
  if (wrong !== undefined) return wrong;
  let key: KeyObject;
  try {
    key = createPublicKey(content);
  } catch {
    return damaged('public-key-file', file);
  }
  if (isOwn(key, merchantCertificate))
    return fault('public-key-file', {
      found: `${name}: ${path} is the merchant's own public key`,
      todo: "Download WeChat Pay's: pub_key.pem in the merchant platform at 账户中心 → API安全 → 微信支付公钥.",
      zh: '这是商户自己的公钥，不是微信支付公钥；请在商户平台下载 pub_key.pem。',
    });
  return ok('public-key-file', path);
}

function isOwn(key: KeyObject, { content }: GivenFile): boolean {
  try {
    return new X509Certificate(content ?? '').publicKey.equals(key);
  } catch {
    return false;
  }
}
