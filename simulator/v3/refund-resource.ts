import { chinaRfc3339 } from '../trade/china-time.js';
import { RECEIVED_BY, type Refund, type RefundAccount, type RefundStatus } from '../trade/refund.js';
import { settlementFen, type Payment } from '../trade/transaction.js';

const STATUS: Record<RefundStatus, string> = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CHANGE: 'ABNORMAL',
  REFUNDCLOSE: 'CLOSED',
};
const ACCOUNT: Record<RefundAccount, string> = {
  REFUND_SOURCE_UNSETTLED_FUNDS: 'UNSETTLED',
  REFUND_SOURCE_RECHARGE_FUNDS: 'AVAILABLE',
};

/** A refund's status under V3's names. */
export function refundStatus(refund: Refund): string {
  return STATUS[refund.status];
}

/** A refund as asking for it and querying it answer (protocol notes §2.9). */
export function refundResource(refund: Refund, payment: Payment): object {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: refund.transactionId,
    out_trade_no: refund.outTradeNo,
    channel: refund.toBankCard ? 'OTHER_BANKCARD' : 'ORIGINAL',
    user_received_account: RECEIVED_BY,
    ...successTime(refund),
    create_time: chinaRfc3339(refund.createdAt),
    status: refundStatus(refund),
    funds_account: ACCOUNT[refund.account],
    amount: {
      total: payment.totalFen,
      refund: refund.refundFen,
      from: [],
      ...payerAmount(refund, payment),
      settlement_refund: refund.settlementRefundFen,
      settlement_total: settlementFen(payment),
      discount_refund: refund.couponRefundFen,
      currency: payment.feeType,
    },
    promotion_detail: [],
  };
}

/** What the notification carries of it (§2.11). */
export function refundNews(refund: Refund, payment: Payment): object {
  return {
    mchid: refund.mchId,
    transaction_id: refund.transactionId,
    out_trade_no: refund.outTradeNo,
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    refund_status: refundStatus(refund),
    ...successTime(refund),
    user_received_account: RECEIVED_BY,
    amount: { total: payment.totalFen, refund: refund.refundFen, ...payerAmount(refund, payment) },
  };
}

function payerAmount(refund: Refund, payment: Payment): object {
  return { payer_total: payment.cashFen, payer_refund: refund.refundFen - refund.couponRefundFen };
}

function successTime({ status, concludedAt }: Refund): { success_time?: string } {
  return status === 'SUCCESS' && concludedAt !== undefined ? { success_time: chinaRfc3339(concludedAt) } : {};
}
