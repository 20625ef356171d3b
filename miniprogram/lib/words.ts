import { Problem } from './api.js';
import type { OrderStatus, RefundStatus } from './model.js';

export const ORDER_WORDS: Readonly<Record<OrderStatus, string>> = {
  PENDING_PAYMENT: '待付款',
  PAID: '待发货',
  SHIPPED: '待收货',
  COMPLETED: '已完成',
  CLOSED: '已关闭',
};

export const REFUND_WORDS: Readonly<Record<RefundStatus, string>> = {
  REQUESTED: '等待商家审核',
  REJECTED: '商家已拒绝',
  WITHDRAWN: '已撤回',
  APPROVED: '商家已同意',
  PROCESSING: '微信退款中',
  SUCCESS: '已退款',
  ABNORMAL: '退款异常，商家处理中',
  CLOSED: '退款已关闭',
  FAILED: '退款失败，商家处理中',
};

/** What a buyer can do about it; other codes show the server's own words. */
const PROBLEM_WORDS: Readonly<Record<string, string>> = {
  OUT_OF_STOCK: '库存不足，请减少数量',
  SHOP_BUSY: '下单的人太多，请稍候再试',
  PRODUCT_NOT_ON_SALE: '商品已下架',
  COUPON_NOT_USABLE: '优惠券不可用',
  COUPON_EXPIRED: '优惠券已过期',
  COUPON_MINIMUM_NOT_REACHED: '未达到优惠券使用门槛',
  COUPON_USED_UP: '优惠券已领完',
  COUPON_BUYER_LIMIT_REACHED: '您已用过该优惠券',
  ORDER_ALREADY_PAID: '订单已付款',
  ORDER_CLOSED: '订单已关闭，请重新下单',
  ORDER_CLOSING: '订单正在关闭',
  ORDER_EXPIRED: '订单即将过期，请重新下单',
  BUYER_BLOCKED: '暂时无法下单，请联系商家',
  REFUNDABLE_CHANGED: '可退金额有变化，请返回重试',
  REFUND_TOO_LARGE: '超过可退金额',
  REFUND_WINDOW_OVER: '已超过可申请退款的时间',
  WXPAY_OUTCOME_UNKNOWN: '微信支付暂无答复，请稍后在订单中查看',
};

/** For a toast: what happened, and the code by which the shop finds it. */
export function problemWords(error: unknown): string {
  if (error instanceof Problem) return `${PROBLEM_WORDS[error.code] ?? error.message}（${error.code}）`;
  return '网络不给力，请稍后再试';
}

/** `19.90`: fen as yuan, by moving digits. */
export function yuan(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What somebody typed as yuan, in fen; undefined when it is no amount. */
export function fenOf(text: string): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,8})(?:\.(\d{0,2}))?$/.exec(text.trim()) ?? [];
  return whole === undefined ? undefined : Number(whole + decimals.padEnd(2, '0'));
}

/** `11-21 20:05`, China's time as the server gives it. */
export function shortTime(iso: string | undefined): string {
  return iso === undefined ? '' : iso.slice(5, 16).replace('T', ' ');
}
