import type { FastifyInstance } from 'fastify';
import { withFaults } from '../gateway/connection-faults.js';
import type { World } from '../world.js';
import { billFileHandler, fundFlowHandler, tradeBillHandler } from './bill.js';
import { certificates } from './certificates.js';
import { closeOrder } from './close-order.js';
import { answer, type Handler } from './endpoint.js';
import { queryByNumber, queryByTransactionId } from './order-query.js';
import { prepay } from './prepay.js';
import { refund } from './refund.js';
import { abnormalRefund } from './refund-abnormal.js';
import { refundQuery } from './refund-query.js';

const ROUTES: [method: 'GET' | 'POST', url: string, Handler][] = [
  ['POST', '/v3/pay/transactions/jsapi', prepay('JSAPI')],
  ['POST', '/v3/pay/transactions/app', prepay('APP')],
  ['POST', '/v3/pay/transactions/native', prepay('NATIVE')],
  ['POST', '/v3/pay/transactions/h5', prepay('MWEB')],
  ['GET', '/v3/pay/transactions/id/:transactionId', queryByTransactionId],
  ['GET', '/v3/pay/transactions/out-trade-no/:outTradeNo', queryByNumber],
  ['POST', '/v3/pay/transactions/out-trade-no/:outTradeNo/close', closeOrder],
  ['POST', '/v3/refund/domestic/refunds', refund],
  ['GET', '/v3/refund/domestic/refunds/:outRefundNo', refundQuery],
  ['POST', '/v3/refund/domestic/refunds/:refundId/apply-abnormal-refund', abnormalRefund],
  ['GET', '/v3/bill/tradebill', tradeBillHandler],
  ['GET', '/v3/bill/fundflowbill', fundFlowHandler],
  ['GET', '/v3/billdownload/file', billFileHandler],
  ['GET', '/v3/certificates', certificates],
];

/** WeChat Pay's API v3 (protocol notes §2). */
export function v3Routes(app: FastifyInstance, world: World): void {
  for (const [method, url, handler] of ROUTES) {
    app.route<{ Params: Record<string, string> }>({
      method,
      url,
      handler: (request, reply) =>
        withFaults(request, reply, world, (fault) => {
          const { headers, params } = request;
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const { authorization } = headers;
          const signed = { method: request.method, url: request.url, body, authorization };
          const decided = answer({ ...signed, route: url, params, headers }, handler, fault, world);
          void reply.code(decided.status).headers(decided.headers);
          return decided.body;
        }),
    });
  }
}
