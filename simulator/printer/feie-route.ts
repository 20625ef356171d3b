import type { FastifyInstance } from 'fastify';
import { withFaults } from '../gateway/connection-faults.js';
import type { World } from '../world.js';
import { feieAnswer } from './feie.js';

const PATH = '/Api/Open/';

/** api.feieyun.cn. All calls have one path; faults find them as `/Api/Open/<apiname>`. */
export function feieRoute(app: FastifyInstance, world: World): void {
  app.post(PATH, (request, reply) => {
    const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString() : '');
    const respond = (): string => {
      void reply.type('application/json; charset=utf-8');
      return feieAnswer(form, world.printerCloud);
    };
    return withFaults(request, reply, world, respond, PATH + (form.get('apiname') ?? ''));
  });
}
