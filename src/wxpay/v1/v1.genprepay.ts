import { toCompactBeijing } from '../../common/time/beijing-time.js';
import { nonce } from '../nonce.js';
import type { PrepayRequest } from '../protocol.js';
import { sentText } from '../sent-text.js';
import type { V1Credentials } from './v1.credentials.js';
import { packageOf } from './v1.package.js';
import { signSha1 } from './v1.signature.js';

/** CNY, the only one there is. */
export const FEE_TYPE_CNY = '1';

/** Fields of the package (protocol §4.1). The same request gives the same package, always. */
function packageFields(request: PrepayRequest, partner: string): Record<string, string> {
  return {
    bank_type: 'WX',
    body: sentText(request.description),
    ...(request.attach !== undefined && { attach: sentText(request.attach) }),
    partner,
    out_trade_no: request.outTradeNo,
    total_fee: String(request.totalFen),
    fee_type: FEE_TYPE_CNY,
    notify_url: request.notifyUrl,
    spbill_create_ip: request.clientIp,
    time_start: toCompactBeijing(new Date(request.startsAt)),
    time_expire: toCompactBeijing(new Date(request.expiresAt)),
    // Not GBK, which has no emoji: a product's name shall reach the buyer whole.
    input_charset: 'UTF-8',
  };
}

/** The body of `POST /pay/genprepay` (protocol §4.2). */
export function genprepayBody(
  { paySignKey, partner, partnerKey }: V1Credentials,
  request: PrepayRequest,
  now: Date,
): Record<string, string> {
  const signed = {
    appid: request.appId,
    // Whose payment it is; WeChat wants it to stay the same for the same one.
    traceid: request.outTradeNo,
    noncestr: nonce(),
    package: packageOf(packageFields(request, partner), partnerKey),
    timestamp: String(Math.floor(now.getTime() / 1000)),
  };
  return { ...signed, app_signature: signSha1(signed, paySignKey), sign_method: 'sha1' };
}
