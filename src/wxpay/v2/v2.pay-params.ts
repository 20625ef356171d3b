import type { MerchantAccount } from '../merchant-accounts.js';
import { nonce } from '../nonce.js';
import { neededForCashier, type PayParams, type Prepaid, type PrepayRequest } from '../protocol.js';
import { signV2 } from './v2.signature.js';

/**
 * What the client hands to WeChat's cashier (protocol §1.5): exact letter case, `timeStamp` as a string of seconds.
 * @throws Error when WeChat accepted the prepay without the id this trade type needs
 */
export function v2PayParams(
  account: MerchantAccount,
  apiKey: string,
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
        package: `prepay_id=${neededForCashier(prepaid.prepayId, 'prepay_id')}`,
        signType: account.signType,
      };
      return { ...fields, paySign: sign(account, apiKey, fields) };
    }
    case 'APP': {
      const fields = {
        appid: request.appId,
        partnerid: account.mchId,
        prepayid: neededForCashier(prepaid.prepayId, 'prepay_id'),
        package: 'Sign=WXPay',
        noncestr: nonce(),
        timestamp: seconds,
      };
      return { ...fields, sign: sign(account, apiKey, fields) };
    }
    case 'NATIVE':
      return { codeUrl: neededForCashier(prepaid.codeUrl, 'code_url') };
    case 'H5':
      return { h5Url: neededForCashier(prepaid.h5Url, 'mweb_url') };
  }
}

function sign({ signType }: MerchantAccount, apiKey: string, fields: Record<string, string>): string {
  return signV2(signType, new Map(Object.entries(fields)), apiKey);
}
