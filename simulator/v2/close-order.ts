import { tradeState } from '../trade/transaction.js';
import type { World } from '../world.js';
import type { Call } from './call.js';
import { lackOf, Refusal } from './refusal.js';
import type { Fields } from './xml.js';

/** `POST /pay/closeorder` (protocol notes §1.7). */
export function closeOrder(call: Call, world: World): Fields {
  const outTradeNo = call.fields['out_trade_no'];
  if (!outTradeNo) throw lackOf('out_trade_no');
  const transaction = world.transactions.byNumber(call.merchant.mchId, outTradeNo);
  if (!transaction) throw new Refusal('ORDERNOTEXIST');
  const state = tradeState(transaction);
  if (state === 'CLOSED') throw new Refusal('ORDERCLOSED');
  if (state !== 'NOTPAY') throw new Refusal('ORDERPAID');
  world.transactions.close(transaction);
  return { result_msg: 'OK' };
}
