import type { Merchant } from '../state/merchants.js';
import type { Refund } from '../trade/refund.js';
import type { Payment, Transaction } from '../trade/transaction.js';
import * as v1 from '../v1/payment-notification.js';
import * as v2Payment from '../v2/payment-notification.js';
import * as v2Refund from '../v2/refund-notification.js';
import * as v3 from '../v3/notification.js';
import type { Deliveries } from './deliveries.js';

/** Tells the merchant that an order was paid, in the protocol the order came by. */
export function announcePayment(
  deliveries: Deliveries,
  transaction: Transaction,
  payment: Payment,
  merchant: Merchant,
): void {
  const { signType, notifyUrl: url } = transaction;
  const inItsProtocol = () => {
    if (signType === 'SHA1') {
      const told = v1.paymentNotification(transaction, payment, merchant);
      return { ...told, protocol: 'v1' as const, contentType: 'text/xml' };
    }
    return signType === 'RSA'
      ? { url, ...json(v3.paymentNotification(transaction, payment, merchant)) }
      : { url, ...xml(v2Payment.paymentNotification(transaction, payment, merchant, signType)) };
  };
  const message = {
    kind: 'payment' as const,
    mchId: transaction.mchId,
    outTradeNo: transaction.outTradeNo,
    ...inItsProtocol(),
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
    ...(refund.protocol === 'v3'
      ? json(v3.refundNotification(refund, payment, merchant))
      : xml(v2Refund.refundNotification(refund, payment, merchant))),
  };
  deliveries.announce(message, refund.concludedAt ?? refund.createdAt);
}

const xml = (body: string) => ({ protocol: 'v2' as const, contentType: 'text/xml', body });
const json = (body: string) => ({ protocol: 'v3' as const, contentType: 'application/json', body });
