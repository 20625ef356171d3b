import { chinaDateTimeWithDashes } from '../trade/china-time.js';
import { RECEIVED_BY, type Refund } from '../trade/refund.js';
import { settlementFen, type Payment } from '../trade/transaction.js';
import type { World } from '../world.js';
import { findTransaction, type Call } from './call.js';
import { couponFields } from './refund.js';
import { invalidParameter, lackOf, Refusal } from './refusal.js';
import type { Fields } from './xml.js';

/** More refunds than this come in pages, by `offset`. */
const PAGE = 10;

/** `POST /pay/refundquery` (protocol notes §1.9): one refund, or all of a payment. */
export function refundQuery(call: Call, world: World): Fields {
  const refunds = findRefunds(call, world);
  const offset = call.fields['offset'] || '0';
  if (!/^\d{1,5}$/.test(offset)) throw invalidParameter('offset');
  const page = refunds.slice(Number(offset), Number(offset) + PAGE);
  const [first] = page;
  const payment = first && world.transactions.byTransactionId(first.transactionId)?.payment;
  if (!first || !payment) throw new Refusal('REFUNDNOTEXIST');
  return {
    total_refund_count: String(refunds.length),
    transaction_id: first.transactionId,
    out_trade_no: first.outTradeNo,
    total_fee: String(payment.totalFen),
    settlement_total_fee: String(settlementFen(payment)),
    fee_type: payment.feeType,
    cash_fee: String(payment.cashFen),
    refund_count: String(page.length),
    ...Object.assign({}, ...page.map((refund, index) => refundFields(refund, payment, index))),
  };
}

/** By refund_id, else out_refund_no, else transaction_id, else out_trade_no: the first that is there counts. */
function findRefunds(call: Call, world: World): Refund[] {
  const { fields, merchant } = call;
  if (fields['refund_id'] || fields['out_refund_no']) {
    const refund = fields['refund_id']
      ? world.refunds.byRefundId(fields['refund_id'])
      : world.refunds.byNumber(merchant.mchId, fields['out_refund_no'] ?? '');
    return refund?.mchId === merchant.mchId ? [refund] : [];
  }
  if (!fields['transaction_id'] && !fields['out_trade_no']) throw lackOf('out_refund_no');
  const transaction = findTransaction(call, world.transactions);
  if (!transaction && fields['transaction_id']) throw new Refusal('INVALID_TRANSACTIONID');
  return transaction?.payment ? world.refunds.of(transaction.payment.transactionId) : [];
}

function refundFields(refund: Refund, payment: Payment, index: number): Fields {
  const isPaidBack = refund.status === 'SUCCESS' && refund.concludedAt !== undefined;
  return {
    [`out_refund_no_${index}`]: refund.outRefundNo,
    [`refund_id_${index}`]: refund.refundId,
    [`refund_channel_${index}`]: 'ORIGINAL',
    [`refund_fee_${index}`]: String(refund.refundFen),
    [`settlement_refund_fee_${index}`]: String(refund.settlementRefundFen),
    ...couponFields(refund, payment, `_${index}`),
    [`refund_status_${index}`]: refund.status,
    [`refund_account_${index}`]: refund.account,
    // Misspelt in the protocol.
    [`refund_recv_accout_${index}`]: RECEIVED_BY,
    [`refund_success_time_${index}`]: isPaidBack ? chinaDateTimeWithDashes(refund.concludedAt ?? 0) : '',
  };
}
