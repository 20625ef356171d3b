export type RefundStatus = 'PROCESSING' | 'SUCCESS' | 'CHANGE' | 'REFUNDCLOSE';

/** Where the merchant's money for a refund comes from. */
export type RefundAccount = 'REFUND_SOURCE_UNSETTLED_FUNDS' | 'REFUND_SOURCE_RECHARGE_FUNDS';

/**
 * A refund WeChat accepted. Times are ms on the simulator's clock, amounts integer fen. CHANGE: the bank refused and
 * a person must act; REFUNDCLOSE: it will not happen, the money is the merchant's again.
 */
export interface Refund {
  /** By which protocol it was asked for: its result is told in the same. */
  protocol: 'v2' | 'v3';
  mchId: string;
  appId: string;
  outTradeNo: string;
  transactionId: string;
  outRefundNo: string;
  refundId: string;
  refundFen: number;
  /** The part that goes back as a coupon. */
  couponRefundFen: number;
  /** What the merchant's balance lost: the refund less a coupon that was never settled. */
  settlementRefundFen: number;
  account: RefundAccount;
  description?: string;
  /** Without one nobody is told. */
  notifyUrl?: string;
  status: RefundStatus;
  createdAt: number;
  /** When the result comes by itself; absent: somebody decides it over the control server. */
  resultAt?: number;
  concludedAt?: number;
  /** After CHANGE the merchant had it paid to a bank card. */
  toBankCard?: true;
}

/** Where the money went back to, in WeChat's words. */
export const RECEIVED_BY = '支付用户零钱';

/** Whether the money of this refund has left the merchant, or will. */
export function takesMoney(refund: Refund): boolean {
  return refund.status !== 'REFUNDCLOSE';
}
