import type { RefundObstacle } from '../trade/refunds.js';
import { invalidParameter, lackOf, Refusal } from './refusal.js';
import { checkNotifyUrl } from './unified-order-rules.js';
import type { Fields } from './xml.js';

const PATTERNS: Record<string, RegExp> = {
  out_refund_no: /^[0-9A-Za-z_\-|*@]{1,64}$/,
  total_fee: /^[1-9]\d{0,10}$/,
  refund_fee: /^[1-9]\d{0,10}$/,
  refund_fee_type: /^CNY$/,
  refund_account: /^REFUND_SOURCE_(UNSETTLED|RECHARGE)_FUNDS$/,
};
/** In UTF-8 bytes (protocol notes §1.8). */
const MAX_BYTES: Record<string, number> = { nonce_str: 32, refund_desc: 80, notify_url: 256, op_user_id: 32 };

/** What can be said about the request without knowing the order. Throws Refusal. */
export function checkRefund(fields: Fields): void {
  if (!fields['transaction_id'] && !fields['out_trade_no']) throw lackOf('out_trade_no');
  for (const name of ['out_refund_no', 'total_fee', 'refund_fee']) {
    if (!fields[name]) throw lackOf(name);
  }
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    if (fields[name] && !pattern.test(fields[name])) throw invalidParameter(name);
  }
  for (const [name, max] of Object.entries(MAX_BYTES)) {
    if (Buffer.byteLength(fields[name] ?? '') > max) throw invalidParameter(name, `长度超过${max}字节`);
  }
  if (fields['notify_url']) checkNotifyUrl(fields['notify_url']);
}

/** V2's code for what stands against a refund. */
export function refusalOf(obstacle: RefundObstacle): Refusal {
  switch (obstacle) {
    case 'overdue':
      return new Refusal('TRADE_OVERDUE');
    case 'tooMuch':
      return new Refusal('ERROR', '累计退款金额大于支付金额');
    case 'tooMany':
      return new Refusal('ERROR', '一笔订单最多支持50次部分退款');
    case 'tooSoon':
      return new Refusal('FREQUENCY_LIMITED', '频率限制，同一笔订单多次退款请间隔1分钟');
    case 'notEnough':
      return new Refusal('NOTENOUGH', '基本账户余额不足，请充值后重新发起');
  }
}
