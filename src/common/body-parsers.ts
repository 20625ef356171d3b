import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A notification may be a megabyte (requirement A6); one byte more is refused before it is read. */
const NOTIFICATION_LIMIT_BYTES = 1024 * 1024;
const isNotification = (request: FastifyRequest): boolean => request.url.startsWith('/notify/');

/**
 * Notifications keep their bytes exactly as they came, whatever their content type: the signature covers bytes, not a
 * parsed copy (M-07). Everything else is JSON; its bytes are kept beside it, for the Idempotency-Key's hash.
 */
export function readRequestBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith('/notify/')) route.bodyLimit = NOTIFICATION_LIMIT_BYTES;
  });
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isNotification(request)) return done(null, body);
    Object.assign(request, { rawBody: body });
    try {
      done(null, body.length === 0 ? undefined : parseJson(body));
    } catch (error) {
      done(Object.assign(error as Error, { code: 'FST_ERR_CTP_INVALID_JSON_BODY', statusCode: 400 }));
    }
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isNotification(request) || body.length === 0)
      return done(null, isNotification(request) ? body : undefined);
    done(
      Object.assign(new Error('unsupported media type'), {
        code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE',
        statusCode: 415,
      }),
    );
  });
}

/** Keys that reach a prototype are dropped; the schemas then refuse them as unknown fields or never see them. */
function parseJson(body: Buffer): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  return JSON.parse(text, (key: string, value: unknown) =>
    key === '__proto__' ? undefined : value,
  ) as unknown;
}
