import { X509Certificate, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { MerchantAccount } from '../wxpay/merchant-accounts.js';
import { openResource, sealedResourceSchema } from '../wxpay/v3/v3.cipher.js';
import type { V3Request } from '../wxpay/v3/v3.request.js';
import { fault, ok, type Check } from './check.js';
import { readRefusal } from './v3-refusal.js';
import { unreached } from './wxpay-reach.js';

export interface NamedKey {
  serial: string;
  key: KeyObject;
}

const listSchema = z.object({ data: z.array(z.object({ encrypt_certificate: sealedResourceSchema })) });

/** Downloads WeChat's platform certificates; that they open is the one proof of the APIv3 key before a notification comes. */
export async function platformCertificates(
  account: MerchantAccount,
  request: V3Request,
): Promise<{ check: Check; keys: NamedKey[] }> {
  const answer = await request.send(account, { method: 'GET', url: '/v3/certificates' });
  if (answer.kind === 'unknown') return { check: unreached('platform-certificates', answer), keys: [] };
  if (answer.status === 404) return { check: noneCheck(account), keys: [] };
  if (answer.status !== 200) {
    const { words } = readRefusal(answer);
    const finding = {
      found: words,
      todo: 'Try again; if it stays, WeChat Pay’s support asks for the Request-ID.',
      zh: '下载平台证书失败；请重试，若仍失败请联系微信支付客服并提供Request-ID。',
    };
    return { check: fault('platform-certificates', finding), keys: [] };
  }
  return open(account, answer.body);
}

/** 404 无可用的平台证书 is how WeChat answers merchants of the public-key mode (protocol §2.3). */
function noneCheck({ names, publicKey }: MerchantAccount): Check {
  if (publicKey !== undefined)
    return ok(
      'platform-certificates',
      'none, as it should be with a public key; only a notification proves the APIv3 key',
    );
  return fault('platform-certificates', {
    found: 'WeChat has none for this merchant (404 无可用的平台证书), and no public key is set',
    todo: `Apply for the public key in the merchant platform (账户中心 → API安全 → 微信支付公钥), and set ${names.publicKeyId} and ${names.publicKeyPath}.`,
    zh: '该商户号没有平台证书；请在商户平台“账户中心→API安全”申请微信支付公钥，并配置公钥ID和公钥文件。',
  });
}

function open({ apiV3Keys, names }: MerchantAccount, body: Buffer): { check: Check; keys: NamedKey[] } {
  try {
    const { data } = listSchema.parse(JSON.parse(body.toString()));
    const certificates = data.map(
      ({ encrypt_certificate: sealed }) => new X509Certificate(openResource(apiV3Keys, sealed)),
    );
    const keys = certificates.map(({ serialNumber, publicKey }) => ({
      serial: serialNumber.toUpperCase(),
      key: publicKey,
    }));
    return { check: ok('platform-certificates', keys.map(({ serial }) => serial).join(', ')), keys };
  } catch {
    const finding = {
      found: `they do not open with the key in ${names.apiV3Key}`,
      todo: `Set ${names.apiV3Key} to the APIv3 key from the merchant platform (账户中心 → API安全); it is not the API key (v2). If nobody knows it, set a new one there.`,
      zh: 'APIv3密钥不正确，无法解密平台证书；请填写商户平台“账户中心→API安全”设置的APIv3密钥（不是v2的API密钥）。',
    };
    return { check: fault('platform-certificates', finding), keys: [] };
  }
}
