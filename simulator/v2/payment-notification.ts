import { Formatter } from 'wechatpay-axios-plugin';
import type { Merchant } from '../state/merchants.js';
import { chinaDateTime } from '../trade/china-time.js';
import { settlementFen, type Payment, type Transaction } from '../trade/transaction.js';
import { sign, type V2SignType } from './signature.js';
import { writeXml, type Fields } from './xml.js';

/** How a payment looks in the answer of orderquery and in the payment notification, which share these fields. */
export function paymentFields(transaction: Transaction, payment: Payment): Fields {
  const { totalFen, cashFen, couponFen, couponType } = payment;
  const fields: Fields = {
    openid: payment.openid,
    is_subscribe: 'N',
    trade_type: transaction.tradeType,
    bank_type: payment.bankType,
    total_fee: String(totalFen),
    settlement_total_fee: String(settlementFen(payment)),
    fee_type: payment.feeType,
    cash_fee: String(cashFen),
    cash_fee_type: payment.feeType,
    transaction_id: payment.transactionId,
    out_trade_no: transaction.outTradeNo,
    attach: transaction.attach ?? '',
    time_end: chinaDateTime(payment.paidAt),
  };
  if (couponFen === 0) return fields;
  return {
    ...fields,
    coupon_fee: String(couponFen),
    coupon_count: '1',
    coupon_type_0: couponType,
    coupon_id_0: `1000${payment.transactionId.slice(-6)}`,
    coupon_fee_0: String(couponFen),
  };
}

/** The XML that tells the merchant "paid", signed like the order's own request. */
export function paymentNotification(
  transaction: Transaction,
  payment: Payment,
  merchant: Merchant,
  signType: V2SignType,
): string {
  const fields: Fields = {
    return_code: 'SUCCESS',
    return_msg: 'OK',
    result_code: 'SUCCESS',
    appid: transaction.appId,
    mch_id: transaction.mchId,
    device_info: transaction.deviceInfo ?? '',
    nonce_str: Formatter.nonce(32),
    ...(transaction.namesSignType && { sign_type: signType }),
    ...paymentFields(transaction, payment),
  };
  return writeXml({ ...fields, sign: sign(fields, signType, merchant.apiKey) });
}
