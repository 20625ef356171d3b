import type { MerchantAccount } from '../wxpay/merchant-accounts.js';
import type { Outcome } from '../wxpay/outcome.js';
import { V2Call } from '../wxpay/v2/v2.call.js';
import type { V2Fields } from '../wxpay/v2/v2.signature.js';
import { V2SigningKeys } from '../wxpay/v2/v2.signing-keys.js';
import type { WxPayHttp } from '../wxpay/wxpay.http.js';
import { fault, ok, skipped, warning, type Check } from './check.js';
import { numberOfNothing } from './number-of-nothing.js';
import { unreached } from './wxpay-reach.js';

/** WeChat knows who asks and says only that the app is not his. */
const NOT_BOUND = /^APPID_(NOT_EXIST|MCHID_NOT_MATCH)$|appid.*不匹配/i;

/** Asks about an order that does not exist: the answer "no such order" proves merchant number, key and app. */
export async function v2SignatureChecks(account: MerchantAccount, http: WxPayHttp): Promise<Check[]> {
  const keys = new V2SigningKeys();
  const call = new V2Call(http, keys);
  const ask = (appId: string): Promise<Outcome<V2Fields>> =>
    call.post(account, '/pay/orderquery', appId, { out_trade_no: numberOfNothing() });
  const outcome = await ask(account.appId);
  const refusal = refused(outcome, account);
  if (refusal !== undefined) return [refusal, skipped('app-binding', ['signature'])];
  const bindings: Check[] = [];
  for (const appId of account.appIds)
    bindings.push(bindingCheck(appId, appId === account.appId ? outcome : await ask(appId), account));
  // A FAIL comes without a signature: whether WeChat has looked at ours is not known.
  const unread = outcome.kind === 'rejected' && outcome.code === 'FAIL';
  return [unread ? skipped('signature', ['app-binding']) : acceptedCheck(account, keys), ...bindings];
}

/** @returns undefined when WeChat has accepted the signature */
function refused(outcome: Outcome<V2Fields>, { names, mchId }: MerchantAccount): Check | undefined {
  if (outcome.kind === 'accepted') return undefined;
  if (outcome.kind === 'unknown') return unreached('signature', outcome);
  const { code, message } = outcome;
  if (code === 'ORDERNOTEXIST' || isUnbound(outcome)) return undefined;
  const words = `WeChat says ${code} ${message}`.trim();
  if (/签名错误|SIGN ?ERROR/i.test(words))
    return fault('signature', {
      found: `${words}: the key in ${names.apiKey} is not the one of merchant ${mchId}`,
      todo: `Set ${names.apiKey} to the API key (v2) from the merchant platform: 账户中心 → API安全 → API密钥. It is neither the APIv3 key nor the app secret; if nobody knows it, set a new one there.`,
      zh: '签名错误：API密钥（v2）与商户平台设置的不一致；请核对“账户中心→API安全→API密钥”，注意它不是APIv3密钥，也不是AppSecret。',
    });
  if (/MCH_?ID_NOT_EXIST|(MCHID|mch_id|商户号).*(不存在|有误|错误)/i.test(words))
    return fault('signature', {
      found: `${words}: ${mchId} is no merchant number WeChat knows`,
      todo: `Set ${names.mchId} to the number at 账户中心 → 商户信息 in the merchant platform.`,
      zh: `微信不认识商户号 ${mchId}；请核对商户平台“账户中心→商户信息”中的商户号。`,
    });
  return fault('signature', {
    found: words,
    todo: "Look the code up in WeChat Pay's documentation of orderquery (查询订单).",
    zh: `微信返回 ${code} ${message}；请查阅微信支付“查询订单”文档中的错误码。`,
  });
}

function isUnbound(outcome: Outcome<V2Fields>): boolean {
  return outcome.kind === 'rejected' && (NOT_BOUND.test(outcome.code) || NOT_BOUND.test(outcome.message));
}

function acceptedCheck(account: MerchantAccount, keys: V2SigningKeys): Check {
  const { apiKeys, names } = account;
  return keys.of(account) === apiKeys[0]
    ? ok('signature', 'WeChat answers a question about an order that does not exist')
    : warning('signature', {
        found: `WeChat still takes ${names.apiKeyPrevious} and not yet ${names.apiKey}`,
        todo: 'Finish the change in the merchant platform; until then payments are signed with the previous key.',
        zh: '微信仍在使用旧的API密钥；请在商户平台完成密钥更换。',
      });
}

function bindingCheck(appId: string, outcome: Outcome<V2Fields>, account: MerchantAccount): Check {
  if (!isUnbound(outcome)) {
    const refusal = refused(outcome, account);
    return refusal === undefined ? ok('app-binding', appId) : { ...refusal, check: 'app-binding' };
  }
  const { mchId, names } = account;
  return fault('app-binding', {
    found: `${appId} is not bound to merchant ${mchId}`,
    todo: `Bind it in the merchant platform (产品中心 → AppID账号管理), or set ${names.appId} and ${names.appAppId} right.`,
    zh: `${appId} 未与商户号 ${mchId} 绑定；请在商户平台“产品中心→AppID账号管理”中关联，或更正AppID。`,
  });
}

/**
 * Shows WeChat the certificate by an empty request to the refund interface: its web server asks for the certificate
 * before it reads anything, and a request that names no refund and bears no signature moves no money. There is no
 * harmless interface behind mutual TLS: all of /secapi/ acts.
 */
export async function certificateAcceptedCheck(account: MerchantAccount, http: WxPayHttp): Promise<Check> {
  const answer = await http.sendWithCertificate(account.id, {
    method: 'POST',
    path: '/secapi/pay/refund',
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: '',
  });
  if (answer.kind === 'unknown') return unreached('certificate-accepted', answer);
  const page = answer.body.toString();
  if (answer.status === 200 && page.includes('return_code'))
    return ok('certificate-accepted', 'shown and taken');
  if (/SSL certificate/i.test(page))
    return fault('certificate-accepted', {
      found: `WeChat's server says "${/<title>(.*?)<\/title>/.exec(page)?.[1] ?? 'SSL certificate error'}"`,
      todo: `It takes only certificates that WeChat issued and nobody revoked: download the current one for merchant ${account.mchId}.`,
      zh: '微信不接受该证书：可能不是微信支付签发，或已被更换、作废；请在商户平台下载当前证书。',
    });
  return unreached('certificate-accepted', {
    kind: 'unknown',
    reason: 'HTTP_STATUS',
    message: `WeChat Pay answered with HTTP ${answer.status}`,
  });
}
