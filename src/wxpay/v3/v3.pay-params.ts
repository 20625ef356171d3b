import { nonce } from '../nonce.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { neededForCashier, type PayParams, type Prepaid, type PrepayRequest } from '../protocol.js';
import type { V3Signer } from './v3.credentials.js';
import { signV3 } from './v3.signature.js';

/**
 * What the client hands to WeChat's cashier, signed with the merchant's private key over four lines (protocol §2.7). The
 * fourth is `prepay_id=…` for JSAPI and the bare id for an app.
 * @throws Error when WeChat accepted the prepay without the id this trade type needs
 */
export function v3PayParams(
  account: MerchantAccount,
  { privateKey }: V3Signer,
  request: PrepayRequest,
  prepaid: Prepaid,
  now: Date,
): PayParams {
  const seconds = String(Math.floor(now.getTime() / 1000));
  const nonceStr = nonce();
  switch (request.tradeType) {
    case 'JSAPI': {
      const prepay = `prepay_id=${neededForCashier(prepaid.prepayId, 'prepay_id')}`;
      return {
        appId: request.appId,
        timeStamp: seconds,
        nonceStr,
        package: prepay,
        signType: 'RSA',
        paySign: signV3(privateKey, [request.appId, seconds, nonceStr, prepay]),
      };
    }
    case 'APP': {
      const prepayId = neededForCashier(prepaid.prepayId, 'prepay_id');
      return {
        appid: request.appId,
        partnerid: account.mchId,
        prepayid: prepayId,
        package: 'Sign=WXPay',
        noncestr: nonceStr,
        timestamp: seconds,
        sign: signV3(privateKey, [request.appId, seconds, nonceStr, prepayId]),
      };
    }
    case 'NATIVE':
      return { codeUrl: neededForCashier(prepaid.codeUrl, 'code_url') };
    case 'H5':
      return { h5Url: neededForCashier(prepaid.h5Url, 'h5_url') };
  }
}
