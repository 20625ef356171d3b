import createClient from 'openapi-fetch';
import { ApiProblem, problemOf } from './problem.ts';
import type { paths } from './schema.d.ts';

/** Longer than the service waits for WeChat, shorter than a person waits for a page. */
const PATIENCE_MS = 40_000;
const CHANGES = /^(POST|PUT|PATCH|DELETE)$/;

let csrfToken = '';

/** Every change repeats it; it comes with the login and with `GET /me`. */
export function keepCsrfToken(token: string): void {
  csrfToken = token;
}

/** The service's API, typed by its OpenAPI document (`npm run console:api`). The session is an httpOnly cookie. */
export const api = createClient<paths>({
  credentials: 'same-origin',
  fetch: (request) =>
    fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]) }),
});

api.use({
  onRequest({ request }) {
    if (CHANGES.test(request.method)) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
});

interface Outcome<Answer> {
  data?: Answer;
  error?: unknown;
  response: Response;
}

/**
 * The answer of a call.
 * @throws ApiProblem what the service refused, or `NO_ANSWER` when none came
 */
export async function answered<Answer>(call: Promise<Outcome<Answer>>): Promise<Answer> {
  let outcome: Outcome<Answer>;
  try {
    outcome = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiProblem({
      code: 'NO_ANSWER',
      detail: cause instanceof Error ? cause.message : '',
      status: 0,
    });
  }
  if (!outcome.response.ok) throw problemOf(outcome.response, outcome.error);
  return outcome.data as Answer;
}
