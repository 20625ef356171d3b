import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { World } from '../world.js';
import { readInput } from './input.js';

const tokensInput = z.strictObject({
  /** Ends every token of the app with this errcode. */
  refuseWith: z.union([z.literal(40001), z.literal(40014), z.literal(42001)]).optional(),
  /** WeChat goes on handing out the refused token until it is forced to make another. */
  stuck: z.boolean().default(false),
  /** null: WeChat's own quota again. */
  quotaPerDay: z.int().min(0).nullable().optional(),
});

/** Levers of api.weixin.qq.com, all about the first account's mini-program. */
export function weixinRoutes(app: FastifyInstance, world: World): void {
  const { appId } = world.merchants.appOfKind('miniProgram');

  app.get('/_sim/access-tokens', () => world.accessTokens.account(appId));
  app.post('/_sim/access-tokens', (request) => {
    const { refuseWith, stuck, quotaPerDay } = readInput(tokensInput, request.body);
    if (refuseWith !== undefined) world.accessTokens.refuse(appId, refuseWith, stuck);
    if (quotaPerDay !== undefined) world.accessTokens.setQuota(appId, quotaPerDay ?? undefined);
    return world.accessTokens.account(appId);
  });
}
