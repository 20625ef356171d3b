import type { AppCall } from '../mini-program/app-call.js';
import { tradeState } from '../trade/transaction.js';
import type { World } from '../world.js';
import { authenticated } from './gateway-call.js';
import { paymentFields } from './payment-notification.js';

/** Tenpay's word for an order it does not have; the protocol notes only say that 0 is success. */
const NO_SUCH_ORDER = '88221009';

/** `POST /pay/orderquery?access_token=` (protocol notes §4.4). */
export function orderQuery(call: AppCall, world: World): object {
  const { merchant, package: asked } = authenticated(
    call,
    ['appid', 'package', 'timestamp'],
    world.merchants,
  );
  const transaction = world.transactions.byNumber(merchant.mchId, asked.fields['out_trade_no'] ?? '');
  if (!transaction)
    return success({ ret_code: NO_SUCH_ORDER, ret_msg: '订单不存在', input_charset: asked.charset });
  world.transactions.note(transaction, '/pay/orderquery', 'SUCCESS');
  const found = { ret_code: 0, ret_msg: '', input_charset: transaction.inputCharset ?? 'GBK' };
  const { payment, outTradeNo } = transaction;
  if (!payment)
    return success({
      ...found,
      trade_state: tradeState(transaction) === 'CLOSED' ? '2' : '1',
      partner: merchant.v1.partner,
      out_trade_no: outTradeNo,
    });
  return success({
    ...found,
    ...paymentFields(transaction, payment, merchant),
    is_split: 'false',
    is_refund: String(transaction.hasRefund),
    rmb_total_fee: '',
  });
}

function success(info: object): object {
  return { errcode: 0, errmsg: 'ok', order_info: info };
}
