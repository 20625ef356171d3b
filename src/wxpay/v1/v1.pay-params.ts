import { nonce } from '../nonce.js';
import { neededForCashier, type PayParams, type Prepaid, type PrepayRequest } from '../protocol.js';
import type { V1Credentials } from './v1.credentials.js';
import { signSha1 } from './v1.signature.js';

/** What the app hands to WeChat's SDK (protocol §4.2). @throws Error when WeChat accepted the prepay without its id */
export function v1PayParams(
  { paySignKey, partner }: V1Credentials,
  request: PrepayRequest,
  prepaid: Prepaid,
  now: Date,
): PayParams {
  const fields = {
    appid: request.appId,
    partnerid: partner,
    prepayid: neededForCashier(prepaid.prepayId, 'prepayid'),
    package: 'Sign=WXPay',
    noncestr: nonce(),
    timestamp: String(Math.floor(now.getTime() / 1000)),
  };
  return { ...fields, sign: signSha1(fields, paySignKey) };
}
