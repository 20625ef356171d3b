import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { World } from '../world.js';
import { payAtCashier, payInput } from './cashier.js';
import { ControlError, readInput } from './input.js';
import { transactionView } from './views.js';

const loginInput = z.strictObject({
  openid: z.string().min(1).max(128).optional(),
  /** Of a mini-program, an app or an official account; the mini-program's by default. */
  appId: z.string().optional(),
});
const listInput = z.object({ outTradeNo: z.string().optional(), mchId: z.string().optional() });

/** Logging in, paying, and what WeChat knows of orders. */
export function tradeRoutes(app: FastifyInstance, world: World): void {
  app.post('/_sim/login-code', (request) => {
    const input = readInput(loginInput, request.body ?? {});
    const appId = input.appId ?? world.merchants.appOfKind('miniProgram').appId;
    if (!world.merchants.app(appId)) throw new ControlError(400, 'INVALID_INPUT', 'unknown app', 'appId');
    const { code, openid } = world.logins.issueCode(appId, input.openid);
    return { code, openid };
  });

  app.post('/_sim/pay', (request) =>
    transactionView(payAtCashier(readInput(payInput, request.body ?? {}), world)),
  );

  app.get('/_sim/transactions', (request) => {
    const { outTradeNo, mchId } = readInput(listInput, request.query);
    if (outTradeNo === undefined) return { items: world.transactions.all().map(transactionView) };
    const transaction = world.transactions.byNumber(mchId ?? world.merchants.first.mchId, outTradeNo);
    return { items: transaction ? [transactionView(transaction)] : [] };
  });
}
