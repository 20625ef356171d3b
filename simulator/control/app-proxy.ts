import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the merchant's backend listens; may come and go while the simulator runs. */
export interface AppAddress {
  url: string | undefined;
}

/** Headers that belong to one connection, not to the message (RFC 9110 §7.6.1). */
const CONNECTION_HEADERS = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'host',
];

/** `/api/*` goes to the merchant's backend unchanged, so that the phone page has one origin. */
export function proxyToApp(app: FastifyInstance, address: AppAddress): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The body stays a stream: it is passed on, not read.
    scope.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    scope.all('/api/*', (request, reply) => pass(request, reply, address));
    done();
  });
}

async function pass(
  request: FastifyRequest,
  reply: FastifyReply,
  address: AppAddress,
): Promise<FastifyReply> {
  if (!address.url) return unreachable(reply, 'no app is set (start the simulator with --app URL)');
  try {
    const answer = await forward(request, new URL(request.url, address.url));
    return await reply
      .code(answer.statusCode ?? 502)
      .headers(withoutConnectionHeaders(answer.headers))
      .send(answer);
  } catch (error) {
    return unreachable(
      reply,
      `${address.url} does not answer: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
}

function forward(request: FastifyRequest, target: URL): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = withoutConnectionHeaders(request.headers);
    const outgoing = httpRequest(target, { method: request.method, headers }, resolve);
    outgoing.on('error', reject);
    request.raw.pipe(outgoing);
  });
}

function withoutConnectionHeaders<T>(headers: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.includes(name)));
}

function unreachable(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(503).send({ code: 'APP_UNREACHABLE', message });
}
