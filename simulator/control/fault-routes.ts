import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ANSWER_FAULTS, CONNECTION_FAULTS, DELIVERY_FAULTS, NOTIFY_PATH } from '../state/faults.js';
import type { World } from '../world.js';
import { readInput } from './input.js';

const NAMES = [...CONNECTION_FAULTS, ...DELIVERY_FAULTS];
/** WeChat's own codes: err_code in capitals, errcode as a number. */
const WECHAT_CODE = /^([A-Z][A-Z0-9_]+|\d{5,9})$/;

const faultInput = z
  .strictObject({
    path: z.string().min(1),
    fault: z.string().refine((name) => NAMES.includes(name) || WECHAT_CODE.test(name), {
      message: `must be one of ${NAMES.join(', ')} or an error code of WeChat's`,
    }),
    rate: z.number().min(0).max(1).default(1),
    count: z.int().min(1).optional(),
    about: z.array(z.string().min(1)).min(1).optional(),
    ms: z.int().min(0).max(600_000).default(30_000),
    message: z.string().min(1).max(128).optional(),
  })
  .refine(
    ({ path, fault }) => path !== NOTIFY_PATH || (NAMES.includes(fault) && !ANSWER_FAULTS.includes(fault)),
    {
      path: ['fault'],
      message: 'means nothing on a delivery',
    },
  );

/** Ordering trouble. */
export function faultRoutes(app: FastifyInstance, world: World): void {
  app.get('/_sim/faults', () => ({ items: world.faults.list() }));

  app.post('/_sim/faults', (request) => {
    const { body } = request;
    const orders = Array.isArray(body) ? readInput(z.array(faultInput), body) : [readInput(faultInput, body)];
    return {
      items: orders.map(({ count, about, message, ...order }) =>
        world.faults.add({
          ...order,
          ...(about && { about }),
          ...(message && { message }),
          remaining: count ?? null,
        }),
      ),
    };
  });

  app.delete('/_sim/faults', () => {
    world.faults.forgetAll();
    return { items: [] };
  });
}
