import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Problem } from './problem.js';
import { unstorableText } from './unstorable-text.js';

const JSON_LIMIT_BYTES = 256 * 1024;
/** A notification may be a megabyte (requirement A6). */
const NOTIFICATION_LIMIT_BYTES = 1024 * 1024;

/** A photograph of a parcel; a phone makes it small enough before it is sent. */
const PICTURE_LIMIT_BYTES = 1024 * 1024;

/** Stands for the body of a notification that is too large; the guard refuses it in WeChat's own form. */
export const OVERSIZE = Symbol('oversize body');

/**
 * Notifications keep their bytes exactly as they came, whatever their content type: the signature covers bytes, not a
 * parsed copy (M-07). Everything else is JSON, but for the one address that takes pictures; the bytes stay beside it, for
 * the Idempotency-Key's hash.
 */
export function readRequestBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  // Fastify refuses a malformed content type by itself, in words WeChat does not read; without one it asks the parser.
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (isNotification(request)) delete request.headers['content-type'];
    done();
  });
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    if (isNotification(request)) return (await read(payload, NOTIFICATION_LIMIT_BYTES)) ?? OVERSIZE;
    const body = await read(payload, JSON_LIMIT_BYTES);
    if (body === undefined)
      throw new Problem('PAYLOAD_TOO_LARGE', `A body may have ${JSON_LIMIT_BYTES} bytes.`);
    Object.assign(request, { rawBody: body });
    return body.length === 0 ? undefined : parseJson(body);
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    done(request.url.includes('%00') ? unstorableText(request.query) : undefined);
  });
  fastify.addContentTypeParser(/^image\//, async (request: FastifyRequest, payload: Readable) => {
    if (request.routeOptions.url?.endsWith('/pictures') !== true) throw notJson();
    const body = await read(payload, PICTURE_LIMIT_BYTES);
    if (body === undefined)
      throw new Problem('PAYLOAD_TOO_LARGE', `A picture may have ${PICTURE_LIMIT_BYTES} bytes.`);
    return Object.assign(request, { rawBody: body }).rawBody;
  });
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    if (isNotification(request)) return (await read(payload, NOTIFICATION_LIMIT_BYTES)) ?? OVERSIZE;
    throw notJson();
  });
}

function notJson(): Problem {
  return new Problem('UNSUPPORTED_MEDIA_TYPE', 'Send JSON as application/json.');
}

function isNotification(request: FastifyRequest): boolean {
  return request.url.startsWith('/notify/');
}

/** @returns undefined as soon as there are more than `limit` bytes; the rest is not kept */
function read(payload: Readable, limit: number): Promise<Buffer | undefined> {
  // By events, not by iteration: a notification is one chunk, and an iterator costs more than reading it.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        payload.pause().removeAllListeners('data');
        resolve(undefined);
      }
    });
    payload.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    payload.once('error', reject);
    payload.once('close', () => {
      if (!payload.readableEnded) reject(new Error('the body ended early')); // an error costs 30 µs: not for every body
    });
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Also a key written with escapes; the look at each key costs three times as much as reading a request. */
const MAY_REACH_A_PROTOTYPE = /__proto__|\\u/;

/** A key that reaches a prototype is no field of any request. */
function withoutPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** Only escapes bring them: a body is UTF-8, which has no half characters, and JSON takes no NUL as it is. */
const MAY_BE_UNSTORABLE = /\\u(0000|[dD][89a-fA-F])/;

/** @throws Problem `INVALID_JSON`; `VALIDATION_FAILED` for text that cannot be kept */
function parseJson(body: Buffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = UTF8.decode(body);
    value = JSON.parse(text, MAY_REACH_A_PROTOTYPE.test(text) ? withoutPrototype : undefined);
  } catch (error) {
    throw new Problem('INVALID_JSON', 'The body is not valid JSON in UTF-8.', { cause: error });
  }
  const refused = MAY_BE_UNSTORABLE.test(text) ? unstorableText(value) : undefined;
  if (refused !== undefined) throw refused;
  return value;
}
