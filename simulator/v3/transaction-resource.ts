import { chinaRfc3339 } from '../trade/china-time.js';
import { stateDescription, tradeState, type Payment, type Transaction } from '../trade/transaction.js';

/** An order as queries answer it and as the payment notification carries it (protocol notes §2.8, §2.11). */
export function transactionResource(transaction: Transaction): object {
  const { payment, attach, deviceInfo } = transaction;
  return {
    mchid: transaction.mchId,
    appid: transaction.appId,
    out_trade_no: transaction.outTradeNo,
    trade_state: tradeState(transaction),
    trade_state_desc: stateDescription(transaction),
    ...(attach !== undefined && { attach }),
    ...(payment && paymentResource(transaction, payment)),
    ...(payment && deviceInfo !== undefined && { scene_info: { device_id: deviceInfo } }),
  };
}

function paymentResource(transaction: Transaction, payment: Payment): object {
  return {
    transaction_id: payment.transactionId,
    trade_type: transaction.tradeType,
    bank_type: payment.bankType,
    success_time: chinaRfc3339(payment.paidAt),
    payer: { openid: payment.openid },
    amount: {
      total: payment.totalFen,
      payer_total: payment.cashFen,
      currency: payment.feeType,
      payer_currency: payment.feeType,
    },
    ...(payment.couponFen > 0 && { promotion_detail: [promotion(payment)] }),
  };
}

function promotion({ transactionId, couponFen, couponType, feeType }: Payment): object {
  const isPrepaid = couponType === 'CASH';
  return {
    coupon_id: `1000${transactionId.slice(-6)}`,
    name: '模拟优惠',
    scope: 'GLOBAL',
    type: isPrepaid ? 'CASH' : 'NOCASH',
    amount: couponFen,
    wechatpay_contribute: 0,
    merchant_contribute: isPrepaid ? couponFen : 0,
    other_contribute: isPrepaid ? 0 : couponFen,
    currency: feeType,
  };
}
