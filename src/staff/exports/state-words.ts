import type { OrderStatus } from '../../order/order.status.js';
import type { RefundStatus } from '../../refund/refund.status.js';
import type { Words } from './csv.js';

export const ORDER_WORDS: Readonly<Record<OrderStatus, Words>> = {
  PENDING_PAYMENT: { zh: '待付款', en: 'to be paid' },
  PAID: { zh: '已付款', en: 'paid' },
  SHIPPED: { zh: '已发货', en: 'shipped' },
  COMPLETED: { zh: '已完成', en: 'completed' },
  CLOSED: { zh: '已关闭', en: 'closed' },
};

export const REFUND_WORDS: Readonly<Record<RefundStatus, Words>> = {
  REQUESTED: { zh: '待审核', en: 'to be decided' },
  REJECTED: { zh: '已拒绝', en: 'rejected' },
  WITHDRAWN: { zh: '已撤回', en: 'withdrawn' },
  APPROVED: { zh: '已同意', en: 'approved' },
  PROCESSING: { zh: '退款中', en: 'processing' },
  SUCCESS: { zh: '已退款', en: 'refunded' },
  ABNORMAL: { zh: '退款异常', en: 'abnormal' },
  CLOSED: { zh: '退款关闭', en: 'closed' },
  FAILED: { zh: '退款失败', en: 'failed' },
};
