import { tradeState, type TradeState } from '../trade/transaction.js';
import type { World } from '../world.js';
import { findTransaction, type Call } from './call.js';
import { paymentFields } from './payment-notification.js';
import { lackOf, Refusal } from './refusal.js';
import type { Fields } from './xml.js';

const STATE_DESCRIPTIONS: Record<TradeState, string> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款，退款详情请查询退款单',
  CLOSED: '订单已关闭',
};

/** `POST /pay/orderquery` (protocol notes §1.6). */
export function orderQuery(call: Call, world: World): Fields {
  if (!call.fields['transaction_id'] && !call.fields['out_trade_no']) {
    throw lackOf('out_trade_no');
  }
  const transaction = findTransaction(call, world.transactions);
  if (!transaction) throw new Refusal('ORDERNOTEXIST');
  const state = tradeState(transaction);
  return {
    trade_state: state,
    trade_state_desc: STATE_DESCRIPTIONS[state],
    out_trade_no: transaction.outTradeNo,
    attach: transaction.attach ?? '',
    device_info: transaction.deviceInfo ?? '',
    ...(transaction.payment && paymentFields(transaction, transaction.payment)),
  };
}
