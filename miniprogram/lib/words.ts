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

export const MESSAGE_WORDS: Readonly<Record<string, string>> = {
  ORDER_PAID: '付款成功通知',
  ORDER_SHIPPED: '发货通知',
  REFUND_DECIDED: '退款审核结果',
  REFUND_RETURNED: '退款到账通知',
  STAFF_NEW_ORDER: '新订单提醒（员工）',
  STAFF_REFUND_ASKED: '退款申请提醒（员工）',
  STAFF_RECONCILIATION: '对账异常提醒（员工）',
};

/** What a buyer can do about it. The server's own words are for engineers: they are never shown. */
const PROBLEM_WORDS: Readonly<Record<string, string>> = {
  VALIDATION_FAILED: '填写的内容有误，请检查后重试',
  UNAUTHENTICATED: '登录已失效，请重新进入小程序',
  TOO_MANY_REQUESTS: '操作太频繁，请稍后再试',
  IDEMPOTENCY_KEY_RUNNING: '上一次操作还在处理，请稍候',
  APP_UNKNOWN: '商家的小程序配置有误，请联系商家',
  LOGIN_CODE_INVALID: '微信登录未成功，请重试',
  LOGIN_BLOCKED: '微信限制了该账号登录',
  LOGIN_TOO_OFTEN: '登录太频繁，请稍后再试',
  WECHAT_UNAVAILABLE: '微信登录暂时不可用，请稍后再试',
  WECHAT_CREDENTIALS_REFUSED: '商家的小程序配置有误，请联系商家',
  BUYER_BLOCKED: '暂时无法下单，请联系商家',
  OUT_OF_STOCK: '库存不足，请减少数量',
  SHOP_BUSY: '下单的人太多，请稍候再试',
  PRODUCT_NOT_FOUND: '商品已下架',
  PRODUCT_NOT_ON_SALE: '商品已下架',
  AMOUNT_TOO_LARGE: '金额超过单笔上限，请分开下单',
  COUPON_NOT_USABLE: '优惠券不可用',
  COUPON_OF_ANOTHER_BUYER: '该优惠券不属于您',
  COUPON_NOT_STARTED: '优惠券还未到使用时间',
  COUPON_EXPIRED: '优惠券已过期',
  COUPON_MINIMUM_NOT_REACHED: '未达到优惠券使用门槛',
  COUPON_USED_UP: '优惠券已领完',
  COUPON_BUYER_LIMIT_REACHED: '您已用过该优惠券',
  ORDER_NOT_FOUND: '订单不存在',
  ORDER_ALREADY_PAID: '订单已付款',
  ORDER_CLOSED: '订单已关闭，请重新下单',
  ORDER_CLOSING: '订单正在关闭',
  ORDER_EXPIRED: '订单即将过期，请重新下单',
  ORDER_NOT_SHIPPED: '商家还未发货',
  TRADE_TYPE_NOT_OFFERED: '商家暂不支持该支付方式',
  PAYMENT_CHANGED: '支付状态有变化，请重试',
  WXPAY_REJECTED: '微信支付未受理，请联系商家',
  WXPAY_OUTCOME_UNKNOWN: '微信支付暂无答复，请稍后在订单中查看',
  ORDER_NOT_REFUNDABLE: '该订单没有可退的款项',
  REFUND_NOT_FOUND: '退款申请不存在',
  REFUNDABLE_CHANGED: '可退金额有变化，请返回重试',
  REFUND_TOO_LARGE: '超过可退金额',
  REFUND_WINDOW_OVER: '已超过可申请退款的时间',
  REFUND_LIMIT_REACHED: '退款次数已达上限，请联系商家',
  REFUND_ITEMS_IMPOSSIBLE: '所退商品与订单不符，请返回重试',
  REFUND_ALREADY_DECIDED: '商家已处理该申请',
  TOO_MANY_PICTURES: '图片数量已达上限',
  DATABASE_UNAVAILABLE: '服务暂时不可用，请稍后再试',
  SHUTTING_DOWN: '服务暂时不可用，请稍后再试',
  INTERNAL_ERROR: '服务暂时不可用，请稍后再试',
};

/** For a toast: what happened, and the code by which the shop finds it. */
export function problemWords(error: unknown): string {
  if (error instanceof Problem)
    return `${PROBLEM_WORDS[error.code] ?? '操作未成功，请稍后再试'}（${error.code}）`;
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
