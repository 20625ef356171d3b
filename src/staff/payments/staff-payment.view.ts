import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { Payment } from '../../payment/payment.entity.js';
import { paymentView } from '../../payment/payment.view.js';
import { maskFields } from '../masked.js';
import type { StaffPaymentRow, StaffPaymentView } from './staff-payment.schema.js';

/** An attempt in a list. What was sent to WeChat stays inside: it names the buyer's openid and address. */
export function staffPaymentRow(payment: Payment): StaffPaymentRow {
  return {
    ...paymentView(payment),
    orderId: payment.orderId,
    attempt: payment.attempt,
    account: payment.accountId,
    mchId: payment.mchId,
    createdAt: toBeijingIso(payment.createdAt),
    ...(payment.prepaidAt && { prepaidAt: toBeijingIso(payment.prepaidAt) }),
    ...(payment.paidAt && { paidAt: toBeijingIso(payment.paidAt) }),
    ...(payment.failure && { failure: payment.failure }),
  };
}

export function staffPaymentView(payment: Payment): StaffPaymentView {
  return {
    ...staffPaymentRow(payment),
    ...(payment.nextCheckAt && { nextCheckAt: toBeijingIso(payment.nextCheckAt) }),
    ...(payment.receipt && { receipt: maskFields(payment.receipt) }),
  };
}
