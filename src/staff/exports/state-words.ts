import type { LedgerAccount } from '../../ledger/ledger-entry.entity.js';
import type { MovementKind } from '../../ledger/movement-kind.js';
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

export const MOVEMENT_WORDS: Readonly<Record<MovementKind, Words>> = {
  PAYMENT_RECEIVED: { zh: '收到付款', en: 'payment received' },
  REFUND_PAID: { zh: '退款', en: 'refund paid' },
  SUSPENSE_RECEIVED: { zh: '收到待处理款项', en: 'money into suspense' },
  SUSPENSE_RETURNED: { zh: '退回待处理款项', en: 'money returned' },
  SUSPENSE_ACCEPTED: { zh: '待处理款项入账', en: 'money kept' },
  FEE_CHARGED: { zh: '微信手续费', en: 'fee charged' },
  SETTLED_TO_BANK: { zh: '结算到银行卡', en: 'paid out to the bank' },
};

export const ACCOUNT_WORDS: Readonly<Record<LedgerAccount, Words>> = {
  WECHAT_RECEIVABLE: { zh: '应收微信', en: 'WeChat receivable' },
  SETTLED_CASH: { zh: '已结算资金', en: 'settled cash' },
  FEES: { zh: '手续费', en: 'fees' },
  WECHAT_COUPON_DISCOUNT: { zh: '微信代金券', en: 'WeChat coupons' },
  CUSTOMER_DEPOSITS: { zh: '预收货款', en: 'customer deposits' },
  REVENUE: { zh: '销售收入', en: 'revenue' },
  OTHER_INCOME: { zh: '其他收入', en: 'other income' },
  REFUNDS_PAYABLE: { zh: '应付退款', en: 'refunds payable' },
  SUSPENSE: { zh: '待处理款项', en: 'suspense' },
};
