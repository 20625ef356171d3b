import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault } from '../state/faults.js';
import { hold } from '../state/hold.js';
import type { World } from '../world.js';

/**
 * Answers a request to WeChat, or does to it what somebody ordered. `respond` gets the fault as well: wrong
 * signatures and error codes are a matter of the protocol, not of the connection. `path` is what faults name it by.
 */
export async function withFaults(
  request: FastifyRequest,
  reply: FastifyReply,
  world: World,
  respond: (fault: Fault | undefined) => string | Buffer,
  path = request.url.split('?')[0] ?? '',
): Promise<FastifyReply | string | Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body.toString() : '';
  const fault = world.faults.forRequest(`${request.method} ${path}`, body);
  if (!fault) return respond(undefined);
  switch (fault.fault) {
    case 'reset':
      return breakOff(request, reply);
    case 'timeout':
      await hold(fault.ms, world.stopping);
      return breakOff(request, reply);
    case 'processedThenTimeout':
      respond(fault);
      await hold(fault.ms, world.stopping);
      return breakOff(request, reply);
    case 'http500':
      return reply.code(500).type('text/html').send('<html><title>500 Internal Server Error</title></html>');
    case 'garbage':
      return reply.type('text/html').send('<html><body>系统繁忙，请稍后再试</body></html>');
    case 'slow':
      await hold(fault.ms, world.stopping);
      return world.stopping.aborted ? breakOff(request, reply) : respond(fault);
    default:
      return respond(fault);
  }
}

function breakOff(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}
