import type { Transaction } from '../trade/transaction.js';
import { ApiError, invalidQuery } from './api-error.js';
import type { Call } from './call.js';
import type { Handler } from './endpoint.js';
import { transactionResource } from './transaction-resource.js';

/** `GET /v3/pay/transactions/id/{transaction_id}?mchid=` (protocol notes §2.8). */
export const queryByTransactionId: Handler = (call, world) =>
  resource(call, world.transactions.byTransactionId(call.params['transactionId'] ?? ''));

/** `GET /v3/pay/transactions/out-trade-no/{out_trade_no}?mchid=`. */
export const queryByNumber: Handler = (call, world) =>
  resource(call, world.transactions.byNumber(call.merchant.mchId, call.params['outTradeNo'] ?? ''));

function resource({ query, merchant }: Call, transaction: Transaction | undefined): object {
  const mchId = query.get('mchid');
  if (!mchId) throw invalidQuery('mchid', mchId, '不能为空');
  if (mchId !== merchant.mchId) throw new ApiError('NO_AUTH', '商户号与签名的商户号不一致');
  if (!transaction || transaction.mchId !== mchId) throw new ApiError('ORDER_NOT_EXIST');
  return transactionResource(transaction);
}
