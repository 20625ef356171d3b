import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { World } from '../world.js';
import { ControlError, readInput } from './input.js';
import { refundView } from './views.js';

/** V2's names, and V3's for the same. */
const RESULTS = {
  SUCCESS: 'SUCCESS',
  CHANGE: 'CHANGE',
  ABNORMAL: 'CHANGE',
  REFUNDCLOSE: 'REFUNDCLOSE',
  CLOSED: 'REFUNDCLOSE',
} as const;

const result = z.enum(Object.keys(RESULTS) as (keyof typeof RESULTS)[]).transform((name) => RESULTS[name]);
const concludeInput = z.strictObject({ status: result });
const listInput = z.object({ outTradeNo: z.string().optional(), outRefundNo: z.string().optional() });
const seconds = z
  .number()
  .min(0)
  .max(366 * 86_400);
const settingsInput = z.strictObject({
  refundSeconds: seconds.nullable().optional(),
  refundResult: result.optional(),
  refundIntervalSeconds: seconds.optional(),
});
const fen = z.int().min(0);
const balanceInput = z.strictObject({
  mchId: z.string().optional(),
  unsettledFen: fen.optional(),
  rechargeFen: fen.optional(),
});

/** What becomes of refunds, and the money they are paid from. */
export function refundRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/refunds', (request) => {
    const { outTradeNo, outRefundNo } = readInput(listInput, request.query);
    const items = world.refunds
      .all()
      .filter((each) => outTradeNo === undefined || each.outTradeNo === outTradeNo)
      .filter((each) => outRefundNo === undefined || each.outRefundNo === outRefundNo);
    return { items: items.map(refundView) };
  });

  // By refund_id or by the first account's out_refund_no.
  app.post<{ Params: { id: string } }>('/_sim/refunds/:id', (request) => {
    const { status } = readInput(concludeInput, request.body);
    const { id } = request.params;
    const refund = world.refunds.byRefundId(id) ?? world.refunds.byNumber(world.merchants.first.mchId, id);
    if (!refund) throw new ControlError(404, 'NOT_FOUND', 'WeChat knows no such refund', 'id');
    if (refund.status !== 'PROCESSING' && refund.status !== 'CHANGE') {
      throw new ControlError(409, 'REFUND_CONCLUDED', `the refund is ${refund.status} for good`, 'status');
    }
    world.refunds.conclude(refund, status, world.clock.now());
    return refundView(refund);
  });

  app.get('/_sim/settings', () => world.settings.current);
  app.post('/_sim/settings', (request) => {
    const changes = readInput(settingsInput, request.body);
    // What is absent keeps its value; undefined would overwrite it.
    return world.settings.change(
      Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
    );
  });

  app.get('/_sim/balance', () => world.balances.of(world.merchants.first.mchId));
  app.post('/_sim/balance', (request) => {
    const { mchId = world.merchants.first.mchId, ...changes } = readInput(balanceInput, request.body);
    if (!world.merchants.byMchId(mchId))
      throw new ControlError(404, 'NOT_FOUND', 'unknown merchant', 'mchId');
    const { unsettledFen, rechargeFen } = world.balances.of(mchId);
    return world.balances.set({
      mchId,
      unsettledFen: changes.unsettledFen ?? unsettledFen,
      rechargeFen: changes.rechargeFen ?? rechargeFen,
    });
  });
}
