import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { uuidv7 } from '../uuid-v7.js';

const current = new AsyncLocalStorage<string | undefined>();

/** The caller's `X-Request-Id` when it is a plain word, a new one otherwise; it stands in every answer and log line. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : uuidv7();
}

/** Whatever `work` begins belongs to the request: its log lines carry this id (`common/log.ts`). */
export function withinRequest<Result>(id: string, work: () => Result): Result {
  return current.run(id, work);
}

/** For what a request only sets off and what is about others as well: no id in its log lines, rather than a wrong one. */
export function outsideRequests<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** @returns undefined in loops, jobs and groups, which belong to no single request */
export function currentRequestId(): string | undefined {
  return current.getStore();
}
