import { ApiError } from './api-error.js';
import type { Handler } from './endpoint.js';
import { refundResource } from './refund-resource.js';

/** `GET /v3/refund/domestic/refunds/{out_refund_no}` (protocol notes §2.9). */
export const refundQuery: Handler = ({ params, merchant }, world) => {
  const refund = world.refunds.byNumber(merchant.mchId, params['outRefundNo'] ?? '');
  const payment = refund && world.transactions.byTransactionId(refund.transactionId)?.payment;
  if (!refund || !payment) throw new ApiError('RESOURCE_NOT_EXISTS', '退款单不存在');
  return refundResource(refund, payment);
};
