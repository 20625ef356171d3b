import { toCompactBeijing } from '../../common/time/beijing-time.js';
import type { PrepayRequest, TradeType } from '../protocol.js';
import { sentText } from '../sent-text.js';

const V2_TRADE_TYPE: Readonly<Record<TradeType, string>> = {
  JSAPI: 'JSAPI',
  APP: 'APP',
  NATIVE: 'NATIVE',
  H5: 'MWEB',
};

/** Fields of unifiedorder beside the common ones (protocol §1.4). The same request gives the same fields, always. */
export function unifiedOrderFields(request: PrepayRequest): Record<string, string> {
  return {
    body: sentText(request.description),
    out_trade_no: request.outTradeNo,
    total_fee: String(request.totalFen),
    fee_type: request.currency,
    spbill_create_ip: request.clientIp,
    time_start: toCompactBeijing(new Date(request.startsAt)),
    time_expire: toCompactBeijing(new Date(request.expiresAt)),
    notify_url: request.notifyUrl,
    trade_type: V2_TRADE_TYPE[request.tradeType],
    ...(request.attach !== undefined && { attach: sentText(request.attach) }),
    ...(request.tradeType === 'JSAPI' && request.openid !== undefined && { openid: request.openid }),
    ...(request.tradeType === 'NATIVE' && { product_id: request.productId }),
    ...(request.tradeType === 'H5' && { scene_info: h5Scene(request.siteUrl) }),
  };
}

function h5Scene(siteUrl: string): string {
  return JSON.stringify({ h5_info: { type: 'Wap', wap_url: siteUrl, wap_name: 'Shop' } });
}
