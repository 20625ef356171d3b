import type { WxPayAnswer } from '../wxpay/http-exchange.js';
import type { MerchantAccount } from '../wxpay/merchant-accounts.js';
import { answerSignature } from '../wxpay/v3/v3.headers.js';
import type { V3Request } from '../wxpay/v3/v3.request.js';
import { verifyV3 } from '../wxpay/v3/v3.signature.js';
import { fault, ok, skipped, warning, type Check } from './check.js';
import { numberOfNothing } from './number-of-nothing.js';
import { platformCertificates, type NamedKey } from './platform-certificates.js';
import { readRefusal, type V3Refusal } from './v3-refusal.js';
import { unreached } from './wxpay-reach.js';

/**
 * Asks about an order that does not exist, and for the platform certificates: both only read.
 * @param serialNo of the merchant's certificate
 * @param publicKey undefined when there is none, or its file is wrong
 */
export async function v3SignatureChecks(
  account: MerchantAccount,
  serialNo: string,
  publicKey: NamedKey | undefined,
  request: V3Request,
): Promise<Check[]> {
  const url = `/v3/pay/transactions/out-trade-no/${numberOfNothing()}?mchid=${account.mchId}`;
  const answer = await request.send(account, { method: 'GET', url, wechatpaySerial: publicKey?.serial });
  const signature =
    answer.kind === 'unknown' ? unreached('signature', answer) : signatureCheck(answer, account, serialNo);
  if (answer.kind === 'unknown' || signature.status === 'fault')
    return [signature, skipped('platform-certificates', ['signature']), skipped('answers', ['signature'])];
  const platform = await platformCertificates(account, request);
  if (account.publicKey !== undefined && publicKey === undefined)
    return [signature, platform.check, skipped('answers', ['public-key-file'])];
  const keys = [...(publicKey === undefined ? [] : [publicKey]), ...platform.keys];
  return [signature, platform.check, answersCheck(answer, account, keys, publicKey)];
}

function signatureCheck(answer: WxPayAnswer, account: MerchantAccount, serialNo: string): Check {
  if (answer.status === 200 || answer.status === 404)
    return ok('signature', 'WeChat answers a question about an order that does not exist');
  const refusal = readRefusal(answer);
  if (namesWrongKey(refusal)) return ok('signature', 'WeChat has only a complaint about its own key, below');
  return fault('signature', { found: refusal.words, ...remedy(refusal, account, serialNo) });
}

/** WeChat looks at Wechatpay-Serial after it has accepted the signature. */
function namesWrongKey({ code, message, field }: V3Refusal): boolean {
  return code === 'PARAM_ERROR' && /wechatpay-serial|平台证书序列号/i.test(`${field} ${message}`);
}

function remedy(
  { status, code, field, message }: V3Refusal,
  { mchId, names }: MerchantAccount,
  serialNo: string,
): { todo: string; zh: string } {
  if (field === 'timestamp' || /timestamp/.test(message))
    return {
      todo: "Put this machine's clock right.",
      zh: '请求时间与微信相差超过5分钟；请校准系统时间。',
    };
  if (field === 'serial_no' || /证书序列号/.test(message))
    return {
      todo: `WeChat does not have ${serialNo} as the current certificate of merchant ${mchId}: compare with 账户中心 → API安全, and use the certificate that is shown there.`,
      zh: `微信没有商户号 ${mchId} 的证书 ${serialNo}（可能已更换，或属于其他商户号）；请与商户平台“账户中心→API安全”显示的序列号核对。`,
    };
  if (field === 'mchid' || code === 'MCH_NOT_EXISTS' || /商户号/.test(message))
    return {
      todo: `Set ${names.mchId} to the number at 账户中心 → 商户信息 in the merchant platform.`,
      zh: `微信不认识商户号 ${mchId}；请核对商户平台“账户中心→商户信息”。`,
    };
  if (code === 'SIGN_ERROR')
    return {
      todo: `The key in ${names.keyPath} is not that of the certificate WeChat has under this serial number; take both files from the same run of the certificate tool.`,
      zh: '验签失败：私钥与微信所存证书不匹配；请使用同一次生成的证书和私钥。',
    };
  if (code === 'SYSTEM_ERROR')
    return {
      todo: `Try once more. If it stays: this is what WeChat commonly answers to a wrong serial number or merchant number; compare ${serialNo} and ${mchId} with 账户中心 → API安全.`,
      zh: `请重试；若仍为SYSTEM_ERROR，通常是证书序列号或商户号有误：请将 ${serialNo} 和 ${mchId} 与商户平台核对。`,
    };
  if (status === 429) return { todo: 'Try again in a minute.', zh: '请求过于频繁，请一分钟后重试。' };
  if (code === 'NO_AUTH')
    return {
      todo: 'Open the payment product in the merchant platform: 产品中心.',
      zh: '商户号没有该产品权限；请在商户平台“产品中心”开通。',
    };
  return {
    todo: "Look the code up in WeChat Pay's documentation; its support asks for the Request-ID.",
    zh: '请查阅微信支付文档中的错误码；联系微信支付客服时请提供Request-ID。',
  };
}

/** Whether an answer of WeChat's verifies with what the account trusts. */
function answersCheck(
  answer: WxPayAnswer,
  { names }: MerchantAccount,
  keys: readonly NamedKey[],
  publicKey: NamedKey | undefined,
): Check {
  if (answer.status === 400)
    return fault('answers', {
      found: `WeChat does not know the public key id ${publicKey?.serial ?? ''} for this merchant`,
      todo: `Set ${names.publicKeyId} and ${names.publicKeyPath} to what the merchant platform shows: 账户中心 → API安全 → 微信支付公钥.`,
      zh: '微信不认识该公钥ID；请在商户平台“账户中心→API安全→微信支付公钥”核对公钥ID，并下载对应的公钥文件。',
    });
  if (keys.length === 0) return skipped('answers', ['platform-certificates']);
  const signature = answerSignature(answer.headers);
  if (signature === undefined)
    return warning('answers', {
      found: 'this answer came without a signature, so nothing could be verified',
      todo: 'Try again; the next call that WeChat signs is verified in any case.',
      zh: '本次应答没有签名，未能验签；请重试。',
    });
  const key = keys.find(({ serial }) => serial === signature.serial)?.key;
  if (key === undefined)
    return fault('answers', {
      found: `WeChat signs with ${signature.serial}, which is not known here`,
      todo: signature.serial.startsWith('PUB_KEY_ID_')
        ? `Set ${names.publicKeyId} to it and ${names.publicKeyPath} to its file, from 账户中心 → API安全 → 微信支付公钥.`
        : 'It is a platform certificate that could not be downloaded; see above.',
      zh: `微信使用 ${signature.serial} 签名，本地没有对应的公钥或平台证书；请在商户平台核对微信支付公钥。`,
    });
  if (verifyV3(key, signature, answer.body)) return ok('answers', `signed with ${signature.serial}`);
  return fault('answers', {
    found: `the key in ${names.publicKeyPath} is not the one WeChat calls ${signature.serial}`,
    todo: 'Download pub_key.pem again from the merchant platform, of this very merchant number: 账户中心 → API安全 → 微信支付公钥.',
    zh: '公钥文件与公钥ID不对应，验签失败；请重新下载本商户号的微信支付公钥。',
  });
}
