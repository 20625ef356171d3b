import type { Refund } from '../trade/refund.js';
import { settlementFen, type Payment, type Transaction } from '../trade/transaction.js';

/** A payment or a refund in a day's bill. Times are ms on the simulator's clock, amounts integer fen. */
export interface BillRow {
  at: number;
  appId: string;
  mchId: string;
  deviceInfo: string;
  transactionId: string;
  outTradeNo: string;
  openid: string;
  tradeType: string;
  bankType: string;
  feeType: string;
  /** What was paid, and what of it is settled; both 0 in a refund's row. */
  totalFen: number;
  settlementFen: number;
  couponFen: number;
  /** Negative where WeChat gives it back with a refund. */
  feeFen: number;
  description: string;
  attach: string;
  /** Absent in a payment's row. */
  refund?: BillRefund;
}

export interface BillRefund {
  refundId: string;
  outRefundNo: string;
  /** What was asked for, and what the merchant's account lost. */
  refundFen: number;
  settlementRefundFen: number;
  couponRefundFen: number;
  status: string;
  /** From recharged money: the rows of RECHARGE_REFUND. */
  isFromRecharge: boolean;
  succeededAt?: number;
}

/** WeChat's fee: 0.60 %, each row rounded half up to a fen. */
export function feeOf(fen: number): number {
  return Math.floor((fen * 6 + 500) / 1000);
}

export function paymentRow(transaction: Transaction, payment: Payment): BillRow {
  return {
    ...orderColumns(transaction, payment),
    at: payment.paidAt,
    totalFen: payment.totalFen,
    settlementFen: settlementFen(payment),
    couponFen: payment.couponFen,
    feeFen: feeOf(settlementFen(payment)),
  };
}

export function refundRow(refund: Refund, transaction: Transaction, payment: Payment): BillRow {
  const { status, concludedAt } = refund;
  return {
    ...orderColumns(transaction, payment),
    at: refund.createdAt,
    totalFen: 0,
    settlementFen: 0,
    couponFen: 0,
    feeFen: -feeOf(refund.settlementRefundFen),
    refund: {
      refundId: refund.refundId,
      outRefundNo: refund.outRefundNo,
      refundFen: refund.refundFen,
      settlementRefundFen: refund.settlementRefundFen,
      couponRefundFen: refund.couponRefundFen,
      status,
      isFromRecharge: refund.account === 'REFUND_SOURCE_RECHARGE_FUNDS',
      ...(status === 'SUCCESS' && concludedAt !== undefined && { succeededAt: concludedAt }),
    },
  };
}

function orderColumns(transaction: Transaction, payment: Payment) {
  return {
    appId: transaction.appId,
    mchId: transaction.mchId,
    deviceInfo: transaction.deviceInfo ?? '',
    transactionId: payment.transactionId,
    outTradeNo: transaction.outTradeNo,
    openid: payment.openid,
    tradeType: transaction.tradeType,
    bankType: payment.bankType,
    feeType: payment.feeType,
    description: transaction.description,
    attach: transaction.attach ?? '',
  };
}
