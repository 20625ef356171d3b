import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { NoAnswer } from '../notify/merchant-line.js';
import type { World } from '../world.js';
import { ControlError, readInput } from './input.js';
import { notificationView } from './views.js';

/** Makes a body of the tester's own genuine: as if WeChat had signed it so long ago, with that key. */
const signInput = z.strictObject({
  mchId: z.string().optional(),
  ageSeconds: z.number().default(0),
  serial: z.string().optional(),
});

const forgeryInput = z.strictObject({
  kind: z.enum(['payment', 'refund', 'message']).default('payment'),
  body: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  sign: signInput.optional(),
  url: z.url({ protocol: /^https?$/ }),
});
const listInput = z.object({ outTradeNo: z.string().optional(), kind: z.string().optional() });

/** Every delivery to merchants, and forgeries. */
export function notificationRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/notifications', (request) => {
    const { outTradeNo, kind } = readInput(listInput, request.query);
    const items = world.deliveries
      .all()
      .filter((each) => outTradeNo === undefined || each.outTradeNo === outTradeNo)
      .filter((each) => kind === undefined || each.kind === kind);
    const probes = items.flatMap(({ attempts }) => attempts).filter((each) => each.kind === 'probe');
    const accepted = probes.filter((each) => each.outcome === 'probeAccepted').length;
    return { items: items.map(notificationView), probes: { sent: probes.length, accepted } };
  });

  app.post<{ Params: { id: string } }>('/_sim/notifications/:id/resend', async (request) => {
    const notification = world.deliveries.byId(request.params.id);
    if (!notification) throw new ControlError(404, 'NOT_FOUND', 'no such notification', 'id');
    await world.deliveries.resend(notification);
    return notificationView(notification);
  });

  // Exactly these bytes, kept nowhere: what a forger, or WeChat on a bad day, would send.
  app.post('/_sim/notify', async (request) => {
    const { url, headers, body, sign } = readInput(forgeryInput, request.body);
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const signature = sign && signed(world, body, sign);
    const contentType = signature ? 'application/json' : 'text/xml';
    const sent = { 'content-type': contentType, 'user-agent': 'Mozilla/4.0', ...signature, ...given };
    try {
      return await world.merchantLine.post(url, sent, body);
    } catch (error) {
      if (error instanceof NoAnswer) throw new ControlError(502, 'NO_ANSWER', error.message, 'url');
      throw error;
    }
  });
}

function signed(
  world: World,
  body: string,
  { mchId = world.merchants.first.mchId, ageSeconds, serial }: z.infer<typeof signInput>,
): Record<string, string> {
  if (!world.merchants.byMchId(mchId))
    throw new ControlError(404, 'NOT_FOUND', 'unknown merchant', 'sign.mchId');
  const headers = world.callbackSigner.headersBy(mchId, body, { ageSeconds, serial });
  if (!headers) throw new ControlError(404, 'NOT_FOUND', 'the merchant has no such key', 'sign.serial');
  return headers;
}
