import type { z } from 'zod';
import type { Refund } from '../trade/refund.js';
import type { Payment, Transaction } from '../trade/transaction.js';
import type { World } from '../world.js';
import { ApiError } from './api-error.js';
import type { Handler } from './endpoint.js';
import { checkBody } from './json-body.js';
import { refundResource } from './refund-resource.js';
import { REFUND, refusalOf } from './refund-rules.js';

type RefundRequest = z.infer<typeof REFUND>;

/** `POST /v3/refund/domestic/refunds` (protocol notes §2.9): 200 says accepted; what becomes of it is told later. */
export const refund: Handler = ({ body, merchant }, world) => {
  const request = checkBody(REFUND, body);
  const { transaction, payment } = paidOrder(request, merchant.mchId, world);
  const known = world.refunds.byNumber(merchant.mchId, request.out_refund_no);
  if (known && (known.transactionId !== payment.transactionId || known.refundFen !== request.amount.refund))
    throw new ApiError('INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试');
  if (request.amount.total !== payment.totalFen)
    throw new ApiError('INVALID_REQUEST', '订单金额与实际支付金额不一致');
  return refundResource(known ?? acceptRefund(request, transaction, payment, world), payment);
};

function paidOrder(
  { transaction_id: transactionId, out_trade_no: outTradeNo }: RefundRequest,
  mchId: string,
  world: World,
): { transaction: Transaction; payment: Payment } {
  const transaction =
    transactionId === undefined
      ? world.transactions.byNumber(mchId, outTradeNo ?? '')
      : world.transactions.byTransactionId(transactionId);
  if (!transaction?.payment) throw new ApiError('RESOURCE_NOT_EXISTS', '订单不存在');
  if (transaction.mchId !== mchId) throw new ApiError('NO_AUTH', '没有退款权限');
  return { transaction, payment: transaction.payment };
}

function acceptRefund(
  request: RefundRequest,
  transaction: Transaction,
  payment: Payment,
  world: World,
): Refund {
  const order = {
    protocol: 'v3' as const,
    outRefundNo: request.out_refund_no,
    refundFen: request.amount.refund,
    account:
      request.funds_account === 'AVAILABLE'
        ? ('REFUND_SOURCE_RECHARGE_FUNDS' as const)
        : ('REFUND_SOURCE_UNSETTLED_FUNDS' as const),
    ...(request.reason && { description: request.reason }),
    ...(request.notify_url && { notifyUrl: request.notify_url }),
  };
  const obstacle = world.refunds.obstacle(payment, order, transaction.mchId);
  if (obstacle) throw refusalOf(obstacle);
  world.transactions.markRefunded(transaction);
  return world.refunds.accept(transaction, payment, order);
}
