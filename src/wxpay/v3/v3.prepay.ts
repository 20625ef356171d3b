import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import type { PrepayRequest, TradeType } from '../protocol.js';
import { threeByteText } from './v3.text.js';

export const PREPAY_PATH: Readonly<Record<TradeType, string>> = {
  JSAPI: '/v3/pay/transactions/jsapi',
  APP: '/v3/pay/transactions/app',
  NATIVE: '/v3/pay/transactions/native',
  H5: '/v3/pay/transactions/h5',
};

/** The body of a prepay (protocol §2.6). The same request gives the same body, always: WeChat takes only identical repetitions. */
export function prepayBody(account: MerchantAccount, request: PrepayRequest): object {
  const attach = request.attach === undefined ? '' : threeByteText(request.attach, '');
  return {
    appid: request.appId,
    mchid: account.mchId,
    description: threeByteText(request.description, '商品'),
    out_trade_no: request.outTradeNo,
    time_expire: toBeijingIso(new Date(request.expiresAt)),
    ...(attach !== '' && { attach }),
    notify_url: request.notifyUrl,
    amount: { total: request.totalFen, currency: request.currency },
    ...(request.tradeType === 'JSAPI' && { payer: { openid: request.openid } }),
    scene_info: {
      payer_client_ip: request.clientIp,
      ...(request.tradeType === 'H5' && {
        h5_info: { type: 'Wap', app_name: 'Shop', app_url: request.siteUrl },
      }),
    },
  };
}
