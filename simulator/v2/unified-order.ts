import { tradeState, type Transaction, type TradeType } from '../trade/transaction.js';
import type { World } from '../world.js';
import type { Call } from './call.js';
import { Refusal } from './refusal.js';
import { fingerprint } from './signature.js';
import { checkUnifiedOrder, orderExpiry } from './unified-order-rules.js';
import type { Fields } from './xml.js';

/** `POST /pay/unifiedorder` (protocol notes §1.4). */
export function unifiedOrder(call: Call, world: World): Fields {
  const { fields, merchant } = call;
  checkUnifiedOrder(fields);
  if (fields['openid'] && !world.logins.hasUser(fields['appid'] ?? '', fields['openid'])) {
    throw new Refusal('PARAM_ERROR', 'openid和appid不匹配');
  }
  const known = world.transactions.byNumber(merchant.mchId, fields['out_trade_no'] ?? '');
  if (known) checkRepetition(known, call);
  const prepay = world.transactions.addPrepay(known ?? createOrder(call, world));
  return {
    trade_type: fields['trade_type'] ?? '',
    prepay_id: prepay.prepayId,
    ...(prepay.codeUrl && { code_url: prepay.codeUrl }),
    ...(prepay.mwebUrl && { mweb_url: prepay.mwebUrl }),
  };
}

/** A number may come again as long as it is unpaid, open and everything else is the same. */
function checkRepetition(known: Transaction, call: Call): void {
  const state = tradeState(known);
  if (state === 'CLOSED') throw new Refusal('ORDERCLOSED');
  if (state !== 'NOTPAY') throw new Refusal('ORDERPAID');
  if (known.fingerprint !== fingerprint(call.fields))
    throw new Refusal('INVALID_REQUEST', '201 商户订单号重复');
}

function createOrder({ fields, merchant, signType }: Call, world: World): Transaction {
  const optional = {
    ...(fields['attach'] && { attach: fields['attach'] }),
    ...(fields['device_info'] && { deviceInfo: fields['device_info'] }),
    ...(fields['openid'] && fields['trade_type'] === 'JSAPI' && { openid: fields['openid'] }),
  };
  return world.transactions.create({
    mchId: merchant.mchId,
    appId: fields['appid'] ?? '',
    outTradeNo: fields['out_trade_no'] ?? '',
    tradeType: fields['trade_type'] as TradeType,
    totalFen: Number(fields['total_fee']),
    description: fields['body'] ?? '',
    notifyUrl: fields['notify_url'] ?? '',
    ...optional,
    signType,
    namesSignType: Boolean(fields['sign_type']),
    fingerprint: fingerprint(fields),
    expiresAt: orderExpiry(fields, world.clock.now()),
  });
}
