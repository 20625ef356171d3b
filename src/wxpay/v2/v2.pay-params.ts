import type { MerchantAccount } from '../merchant-accounts.js';
import type { PayParams, Prepaid, PrepayRequest } from '../protocol.js';
import { nonce } from './v2.call.js';
import { signV2 } from './v2.signature.js';

/**
 * What the client hands to WeChat's cashier (protocol §1.5): exact letter case, `timeStamp` as a string of seconds.
 * @throws Error when WeChat accepted the prepay without the id this trade type needs
 */
export function v2PayParams(
  account: MerchantAccount,
  request: PrepayRequest,
  prepaid: Prepaid,
  now: Date,
): PayParams {
  const seconds = String(Math.floor(now.getTime() / 1000));
  switch (request.tradeType) {
    case 'JSAPI': {
      const fields = {
        appId: request.appId,
        timeStamp: seconds,
        nonceStr: nonce(),
        package: `prepay_id=${needed(prepaid.prepayId, 'prepay_id')}`,
        signType: account.signType,
      };
      return { ...fields, paySign: sign(account, fields) };
    }
    case 'APP': {
      const fields = {
        appid: request.appId,
        partnerid: account.mchId,
        prepayid: needed(prepaid.prepayId, 'prepay_id'),
        package: 'Sign=WXPay',
        noncestr: nonce(),
        timestamp: seconds,
      };
      return { ...fields, sign: sign(account, fields) };
    }
    case 'NATIVE':
      return { codeUrl: needed(prepaid.codeUrl, 'code_url') };
    case 'H5':
      return { h5Url: needed(prepaid.h5Url, 'mweb_url') };
  }
}

function sign(account: MerchantAccount, fields: Record<string, string>): string {
  return signV2(account.signType, new Map(Object.entries(fields)), account.apiKey);
}

function needed(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`WeChat accepted the prepay without ${name}`);
  return value;
}
