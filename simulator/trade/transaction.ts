export type TradeType = 'JSAPI' | 'APP' | 'NATIVE' | 'MWEB';
/** RSA is V3's, SHA1 is V1's: the sign type says by which protocol an order came. */
export type SignType = 'MD5' | 'HMAC-SHA256' | 'RSA' | 'SHA1';
export type TradeState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED';

/** Lifetimes on WeChat's side (protocol notes §1.4 and §1.7). */
export const PREPAY_LIFE_MS = 2 * 3_600_000;
export const MWEB_URL_LIFE_MS = 5 * 60_000;
export const ORDER_LIFE_MS = 7 * 86_400_000;

/** One accepted prepay request; the same order may have several. */
export interface Prepay {
  prepayId: string;
  createdAt: number;
  /** NATIVE: what the QR code says. */
  codeUrl?: string;
  /** MWEB: where the browser goes. */
  mwebUrl?: string;
}

/** The user's payment. Amounts are integer fen. */
export interface Payment {
  transactionId: string;
  paidAt: number;
  openid: string;
  totalFen: number;
  /** What the user paid himself: the total less the coupon. */
  cashFen: number;
  couponFen: number;
  /** CASH: the merchant's own prepaid coupon; NO_CASH lowers what is settled. */
  couponType: 'CASH' | 'NO_CASH';
  feeType: string;
  bankType: string;
}

/** Something that happened to the order, for people. */
export interface TimelineEntry {
  at: number;
  /** Request path, or what the user or a tester did. */
  event: string;
  result: string;
}

/** An order at WeChat, known by the merchant's number. Times are ms on the simulator's clock, amounts integer fen. */
export interface Transaction {
  mchId: string;
  appId: string;
  outTradeNo: string;
  tradeType: TradeType;
  totalFen: number;
  description: string;
  notifyUrl: string;
  attach?: string;
  deviceInfo?: string;
  /** JSAPI: the only user who may pay. */
  openid?: string;
  /** Answers and notifications about this order are signed like its first request. */
  signType: SignType;
  /** The request named its sign_type, so notifications do as well. */
  namesSignType: boolean;
  /** V1: in which charset the order came and its notification goes. */
  inputCharset?: 'GBK' | 'UTF-8';
  /** All parameters of the first request that a repetition must have as well: V2's but nonce_str and sign, V3's but time_expire. */
  fingerprint: string;
  createdAt: number;
  expiresAt: number;
  closedAt?: number;
  prepays: Prepay[];
  payment?: Payment;
  hasRefund: boolean;
  timeline: TimelineEntry[];
}

const STATE_DESCRIPTIONS: Record<TradeState, string> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款，退款详情请查询退款单',
  CLOSED: '订单已关闭',
};

/** What the merchant is credited: a NO_CASH coupon is a discount and not settled (protocol notes §1.6). Fen. */
export function settlementFen(payment: Payment): number {
  return payment.couponType === 'NO_CASH' ? payment.totalFen - payment.couponFen : payment.totalFen;
}

/** The state in WeChat's words (trade_state_desc). */
export function stateDescription(transaction: Transaction): string {
  return STATE_DESCRIPTIONS[tradeState(transaction)];
}

export function tradeState(transaction: Transaction): TradeState {
  if (transaction.payment) return transaction.hasRefund ? 'REFUND' : 'SUCCESS';
  return transaction.closedAt === undefined ? 'NOTPAY' : 'CLOSED';
}
