import { fromCompactBeijing } from '../../common/time/beijing-time.js';
import { parseFen } from '../../common/fen.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import type { PaidTransaction } from '../protocol.js';
import type { V2Fields } from './v2.signature.js';

/** Never part of the record: it proves nothing once verified. */
const NOT_RECORDED = new Set(['sign', 'nonce_str']);

/**
 * The paid transaction in a verified notification or orderquery answer (protocol §1.6, §1.12).
 * @returns undefined when a mandatory field is missing or malformed
 */
export function readTransaction(account: MerchantAccount, fields: V2Fields): PaidTransaction | undefined {
  const mchId = fields.get('mch_id');
  const appId = fields.get('appid');
  const outTradeNo = fields.get('out_trade_no');
  const transactionId = fields.get('transaction_id');
  const totalFen = parseFen(fields.get('total_fee') ?? '');
  // Absent unless WeChat's own coupons were used; the merchant then receives less than the buyer's order cost.
  const settlementFen = fields.has('settlement_total_fee')
    ? parseFen(fields.get('settlement_total_fee') ?? '')
    : totalFen;
  const paidAt = fromCompactBeijing(fields.get('time_end') ?? '');
  if (
    !mchId ||
    !appId ||
    !outTradeNo ||
    !transactionId ||
    totalFen === undefined ||
    settlementFen === undefined ||
    paidAt === undefined
  ) {
    return undefined;
  }
  const openid = fields.get('openid');
  const bankType = fields.get('bank_type');
  const attach = fields.get('attach');
  return {
    accountId: account.id,
    mchId,
    appId,
    outTradeNo,
    transactionId,
    tradeType: fields.get('trade_type') ?? '',
    totalFen,
    settlementFen,
    currency: fields.get('fee_type') || 'CNY',
    paidAt,
    ...(openid && { openid }),
    ...(bankType && { bankType }),
    ...(attach && { attach }),
    fields: recorded(fields),
  };
}

function recorded(fields: V2Fields): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of fields) if (!NOT_RECORDED.has(name)) kept[name] = value;
  return kept;
}
