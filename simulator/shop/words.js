import { t } from './lang.js';

const ORDER = {
  PENDING_PAYMENT: ['待付款', 'To be paid'],
  PAID: ['待发货', 'Paid'],
  SHIPPED: ['待收货', 'On its way'],
  COMPLETED: ['已完成', 'Completed'],
  CLOSED: ['已关闭', 'Closed'],
};
const REFUND = {
  REQUESTED: ['等待商家审核', 'Waiting for the shop'],
  REJECTED: ['商家已拒绝', 'Refused by the shop'],
  WITHDRAWN: ['已撤回', 'Withdrawn'],
  APPROVED: ['商家已同意', 'Approved'],
  PROCESSING: ['微信退款中', 'WeChat is refunding'],
  SUCCESS: ['已退款', 'Refunded'],
  ABNORMAL: ['退款异常，商家处理中', 'Abnormal; the shop is on it'],
  CLOSED: ['退款已关闭', 'Refund closed'],
  FAILED: ['退款失败，商家处理中', 'Failed; the shop is on it'],
};
const MESSAGE = {
  ORDER_PAID: ['付款成功通知', 'Payment received'],
  ORDER_SHIPPED: ['发货通知', 'Order shipped'],
  REFUND_DECIDED: ['退款审核结果', 'Refund decided'],
  REFUND_RETURNED: ['退款到账通知', 'Refund arrived'],
  STAFF_NEW_ORDER: ['新订单提醒（员工）', 'New order (staff)'],
  STAFF_REFUND_ASKED: ['退款申请提醒（员工）', 'Refund asked (staff)'],
  STAFF_RECONCILIATION: ['对账异常提醒（员工）', 'Day differs from the bill (staff)'],
};

const say = (words, name) => t(...(words[name] ?? [name, name]));

export const orderWords = (status) => say(ORDER, status);
export const refundWords = (status) => say(REFUND, status);
export const messageWords = (message) => say(MESSAGE, message);

/** Refunds that are not over yet. */
export const OPEN_REFUNDS = new Set(['REQUESTED', 'APPROVED', 'PROCESSING', 'ABNORMAL', 'FAILED']);
