import { z } from 'zod';
import { tradeState } from '../trade/transaction.js';
import { ApiError } from './api-error.js';
import type { Handler } from './endpoint.js';
import { checkBody } from './json-body.js';

const closing = z.strictObject({ mchid: z.string() });

/** `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close` (protocol notes §2.8): 204, signed all the same. */
export const closeOrder: Handler = ({ body, params, merchant }, world) => {
  const { mchid } = checkBody(closing, body);
  if (mchid !== merchant.mchId) throw new ApiError('NO_AUTH', '商户号与签名的商户号不一致');
  const transaction = world.transactions.byNumber(mchid, params['outTradeNo'] ?? '');
  if (!transaction) throw new ApiError('ORDER_NOT_EXIST');
  const state = tradeState(transaction);
  if (state === 'CLOSED') throw new ApiError('ORDER_CLOSED');
  if (state !== 'NOTPAY') throw new ApiError('ORDERPAID');
  world.transactions.close(transaction);
  return undefined;
};
