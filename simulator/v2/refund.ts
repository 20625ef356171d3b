import type { Refund, RefundAccount } from '../trade/refund.js';
import type { RefundOrder } from '../trade/refunds.js';
import { settlementFen, type Payment, type Transaction } from '../trade/transaction.js';
import type { World } from '../world.js';
import { findTransaction, type Call } from './call.js';
import { Refusal } from './refusal.js';
import { checkRefund, refusalOf } from './refund-rules.js';
import type { Fields } from './xml.js';

/** `POST /secapi/pay/refund` (protocol notes §1.8). SUCCESS says accepted; what becomes of it is told later. */
export function refund(call: Call, world: World): Fields {
  const { fields, merchant } = call;
  if (call.certificateMchId !== merchant.mchId) throw new Refusal('CERT_ERROR');
  checkRefund(fields);
  const { transaction, payment } = paidOrder(call, world);
  const known = world.refunds.byNumber(merchant.mchId, fields['out_refund_no'] ?? '');
  const isOther =
    known &&
    (known.transactionId !== payment.transactionId || String(known.refundFen) !== fields['refund_fee']);
  if (isOther || Number(fields['total_fee']) !== payment.totalFen) throw new Refusal('REFUND_FEE_MISMATCH');
  return refundFields(known ?? acceptRefund(call, transaction, payment, world), payment);
}

function paidOrder(call: Call, world: World): { transaction: Transaction; payment: Payment } {
  const transaction = findTransaction(call, world.transactions);
  if (!transaction)
    throw new Refusal(call.fields['transaction_id'] ? 'INVALID_TRANSACTIONID' : 'ORDERNOTEXIST');
  if (!transaction.payment) throw new Refusal('ERROR', '订单未支付，不能退款');
  return { transaction, payment: transaction.payment };
}

function acceptRefund(call: Call, transaction: Transaction, payment: Payment, world: World): Refund {
  const { fields } = call;
  const order: RefundOrder = {
    protocol: 'v2',
    outRefundNo: fields['out_refund_no'] ?? '',
    refundFen: Number(fields['refund_fee']),
    account: (fields['refund_account'] || 'REFUND_SOURCE_UNSETTLED_FUNDS') as RefundAccount,
    ...(fields['refund_desc'] && { description: fields['refund_desc'] }),
    ...(fields['notify_url'] && { notifyUrl: fields['notify_url'] }),
  };
  const obstacle = world.refunds.obstacle(payment, order, transaction.mchId);
  if (obstacle) throw refusalOf(obstacle);
  world.transactions.markRefunded(transaction);
  return world.refunds.accept(transaction, payment, order);
}

function refundFields(refund: Refund, payment: Payment): Fields {
  return {
    transaction_id: refund.transactionId,
    out_trade_no: refund.outTradeNo,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_fee: String(refund.refundFen),
    settlement_refund_fee: String(refund.settlementRefundFen),
    total_fee: String(payment.totalFen),
    settlement_total_fee: String(settlementFen(payment)),
    fee_type: payment.feeType,
    cash_fee: String(payment.cashFen),
    cash_fee_type: payment.feeType,
    cash_refund_fee: String(refund.refundFen - refund.couponRefundFen),
    ...couponFields(refund, payment, ''),
  };
}

/** The coupon's share. `suffix` is "" in the answer of refund and "_$n" in the one of refundquery. */
export function couponFields(refund: Refund, payment: Payment, suffix: string): Fields {
  const fields = { [`coupon_refund_fee${suffix}`]: String(refund.couponRefundFen) };
  if (refund.couponRefundFen === 0) return { ...fields, [`coupon_refund_count${suffix}`]: '0' };
  return {
    ...fields,
    [`coupon_refund_count${suffix}`]: '1',
    [`coupon_type${suffix}_0`]: payment.couponType,
    [`coupon_refund_id${suffix}_0`]: `1000${payment.transactionId.slice(-6)}`,
    [`coupon_refund_fee${suffix}_0`]: String(refund.couponRefundFen),
  };
}
