import { z } from 'zod';
import { toFen } from '../../common/fen.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import type { PaidTransaction } from '../protocol.js';
import { flatFields } from './v3.fields.js';

const fen = z.int().min(0);

/** A transaction as query and notification show it (protocol §2.8, §2.11); unpaid ones lack most of it. */
export const transactionSchema = z.looseObject({
  appid: z.string().optional(),
  mchid: z.string().optional(),
  out_trade_no: z.string(),
  trade_state: z.string(),
  trade_state_desc: z.string().optional(),
  transaction_id: z.string().optional(),
  trade_type: z.string().optional(),
  bank_type: z.string().optional(),
  attach: z.string().optional(),
  success_time: z.string().optional(),
  payer: z.looseObject({ openid: z.string().optional() }).optional(),
  amount: z.looseObject({ total: fen.optional(), currency: z.string().optional() }).optional(),
  promotion_detail: z.array(z.looseObject({ amount: fen.optional(), type: z.string().optional() })).nullish(),
});
export type V3Transaction = z.output<typeof transactionSchema>;

/** @returns undefined when a mandatory field of a paid transaction is missing or malformed */
export function readTransaction(
  account: MerchantAccount,
  answer: V3Transaction,
): PaidTransaction | undefined {
  const { mchid, appid, transaction_id: transactionId, amount, payer } = answer;
  const paidAt = new Date(answer.success_time ?? '');
  if (!mchid || !appid || !transactionId || amount?.total === undefined || Number.isNaN(paidAt.getTime()))
    return undefined;
  // A coupon the merchant has not paid for is a discount: it never reaches him (protocol §1.6: settlement_total_fee).
  const discounts = (answer.promotion_detail ?? []).filter(({ type }) => type === 'NOCASH');
  const discountFen = discounts.reduce((sum, each) => sum + (each.amount ?? 0), 0);
  return {
    accountId: account.id,
    mchId: mchid,
    appId: appid,
    outTradeNo: answer.out_trade_no,
    transactionId,
    tradeType: answer.trade_type ?? '',
    totalFen: toFen(amount.total),
    settlementFen: toFen(amount.total - discountFen),
    currency: amount.currency ?? 'CNY',
    paidAt,
    ...(payer?.openid && { openid: payer.openid }),
    ...(answer.bank_type && { bankType: answer.bank_type }),
    ...(answer.attach && { attach: answer.attach }),
    fields: flatFields(answer),
  };
}
