import { z } from 'zod';
import { toFen } from '../../common/fen.js';
import type { RefundRequest, RefundResult } from '../protocol.js';
import { flatFields } from './v3.fields.js';
import { threeByteText } from './v3.text.js';

const fen = z.int().min(0);

/** A refund as every v3 endpoint shows it (protocol §2.9). */
export const refundSchema = z.looseObject({
  refund_id: z.string().min(1),
  out_refund_no: z.string(),
  status: z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']),
  success_time: z.string().nullish(),
  user_received_account: z.string().nullish(),
  amount: z.looseObject({ refund: fen, settlement_refund: fen.optional() }),
});
export type V3Refund = z.output<typeof refundSchema>;

/** The body of a refund (protocol §2.9). The same refund gives the same body, always. */
export function refundBody(request: RefundRequest): object {
  const reason = threeByteText(request.reason, '');
  return {
    transaction_id: request.transactionId,
    out_refund_no: request.outRefundNo,
    ...(reason !== '' && { reason }),
    notify_url: request.notifyUrl,
    amount: { refund: request.refundFen, total: request.totalFen, currency: request.currency },
  };
}

export function readRefund(refund: V3Refund): RefundResult {
  const succeededAt = new Date(refund.success_time ?? '');
  return {
    state: refund.status,
    refundId: refund.refund_id,
    refundFen: toFen(refund.amount.refund),
    settlementFen: toFen(refund.amount.settlement_refund ?? refund.amount.refund),
    ...(!Number.isNaN(succeededAt.getTime()) && { succeededAt }),
    ...(refund.user_received_account && { receivedBy: refund.user_received_account }),
    fields: flatFields(refund),
  };
}
