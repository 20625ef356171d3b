import type { IncomingMessage } from 'node:http';
import { uuidv7 } from '../uuid-v7.js';

/** The caller's `X-Request-Id` when it is a plain word, a new one otherwise; it stands in every answer and log line. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : uuidv7();
}
