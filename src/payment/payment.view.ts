import { toBeijingIso } from '../common/time/beijing-time.js';
import type { Payment } from './payment.entity.js';
import type { PaymentView } from './payment.schema.js';

/** The attempt as its buyer sees it (CONTRACT §3). */
export function paymentView(payment: Payment): PaymentView {
  return {
    id: payment.id,
    outTradeNo: payment.outTradeNo,
    tradeType: payment.tradeType,
    status: payment.status,
    amountFen: payment.amountFen,
    ...(payment.transactionId !== null && { transactionId: payment.transactionId }),
    expiresAt: toBeijingIso(payment.expiresAt),
  };
}
