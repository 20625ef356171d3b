import { stateDescription, tradeState } from '../trade/transaction.js';
import type { World } from '../world.js';
import { findTransaction, type Call } from './call.js';
import { paymentFields } from './payment-notification.js';
import { lackOf, Refusal } from './refusal.js';
import type { Fields } from './xml.js';

/** `POST /pay/orderquery` (protocol notes §1.6). */
export function orderQuery(call: Call, world: World): Fields {
  if (!call.fields['transaction_id'] && !call.fields['out_trade_no']) {
    throw lackOf('out_trade_no');
  }
  const transaction = findTransaction(call, world.transactions);
  if (!transaction) throw new Refusal('ORDERNOTEXIST');
  return {
    trade_state: tradeState(transaction),
    trade_state_desc: stateDescription(transaction),
    out_trade_no: transaction.outTradeNo,
    attach: transaction.attach ?? '',
    device_info: transaction.deviceInfo ?? '',
    ...(transaction.payment && paymentFields(transaction, transaction.payment)),
  };
}
