import type { V1Credentials } from './v1.credentials.js';
import { signSha1 } from './v1.signature.js';

/** The goods of an order are on their way. */
export interface Delivery {
  /** The payment's. */
  appId: string;
  outTradeNo: string;
  transactionId: string;
  /** Of the payer under `appId`. */
  openid: string;
  deliveredAt: Date;
}

/** The body of `POST /pay/delivernotify` (protocol §4.4). The same delivery gives the same body, always. */
export function deliverNotifyBody({ paySignKey }: V1Credentials, delivery: Delivery): Record<string, string> {
  const signed = {
    appid: delivery.appId,
    openid: delivery.openid,
    transid: delivery.transactionId,
    out_trade_no: delivery.outTradeNo,
    deliver_timestamp: String(Math.floor(delivery.deliveredAt.getTime() / 1000)),
    deliver_status: '1',
    deliver_msg: 'ok',
  };
  return { ...signed, app_signature: signSha1(signed, paySignKey), sign_method: 'sha1' };
}
