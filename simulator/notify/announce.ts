import type { Merchant } from '../state/merchants.js';
import type { Refund } from '../trade/refund.js';
import type { Payment, Transaction } from '../trade/transaction.js';
import { paymentNotification } from '../v2/payment-notification.js';
import { refundNotification } from '../v2/refund-notification.js';
import type { Deliveries } from './deliveries.js';

/** Tells the merchant that an order was paid. */
export function announcePayment(
  deliveries: Deliveries,
  transaction: Transaction,
  payment: Payment,
  merchant: Merchant,
): void {
  const message = {
    kind: 'payment' as const,
    mchId: transaction.mchId,
    outTradeNo: transaction.outTradeNo,
    url: transaction.notifyUrl,
    contentType: 'text/xml',
    body: paymentNotification(transaction, payment, merchant),
  };
  deliveries.announce(message, payment.paidAt);
}

/** Tells the merchant what became of a refund, when the refund's request named an address. */
export function announceRefund(
  deliveries: Deliveries,
  refund: Refund,
  payment: Payment,
  merchant: Merchant,
): void {
  if (refund.notifyUrl === undefined) return;
  const message = {
    kind: 'refund' as const,
    mchId: refund.mchId,
    outTradeNo: refund.outTradeNo,
    outRefundNo: refund.outRefundNo,
    url: refund.notifyUrl,
    contentType: 'text/xml',
    body: refundNotification(refund, payment, merchant),
  };
  deliveries.announce(message, refund.concludedAt ?? refund.createdAt);
}
