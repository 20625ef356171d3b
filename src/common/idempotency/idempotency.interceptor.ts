import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, concatMap, from, of, throwError, type Observable } from 'rxjs';

import { uuidv7 } from '../uuid-v7.js';
import { IdempotencyKeys, type KeyClaim, type KeyScope } from './idempotency-keys.js';
import { principalOf } from '../http/principal.js';
import { problemDocument, Problem } from '../http/problem.js';
import { toProblem } from '../http/problem.filter.js';
import { setResourceId } from './resource-id.js';

/** Printable ASCII (CONTRACT §3). */
const KEY = /^[\x21-\x7e][\x20-\x7e]{0,63}$/;

/**
 * Runs a mutation once per key: the first answer is stored and replayed, a different body is refused, a second request
 * while the first runs is told so. Answers of 500 and above are not stored: the repeated request goes on, with the same
 * resource id and thus the same numbers (DESIGN §6.4).
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest & { rawBody?: Buffer }>();
    const reply = http.getResponse<FastifyReply>();
    const key = request.headers['idempotency-key'];
    const principal = principalOf(request);
    if (key === undefined || principal === undefined || request.method === 'GET') return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new Problem('IDEMPOTENCY_KEY_INVALID', 'Send 1 to 64 printable ASCII characters.', {
        errors: [{ field: 'Idempotency-Key', message: 'expected 1 to 64 printable ASCII characters' }],
      });
    }
    const scope = {
      principal: `${principal.kind}:${principal.id}`,
      method: request.method,
      path: request.url.split('?', 1)[0] ?? '',
      key,
    };
    const newId = uuidv7();
    const claim = await this.keys.claim(scope, request.rawBody ?? '', newId);
    if (claim.kind === 'replay') {
      reply.code(claim.status).header('Idempotency-Replayed', 'true');
      if (claim.status >= 400) reply.header('Content-Type', 'application/problem+json; charset=utf-8');
      return of(claim.body);
    }
    setResourceId(request, claim.resourceId, claim.resourceId !== newId);
    return this.keep(scope, claim, next.handle(), request, reply);
  }

  private keep(
    scope: KeyScope,
    claim: KeyClaim & { kind: 'run' },
    answers: Observable<unknown>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Observable<unknown> {
    return answers.pipe(
      concatMap(async (body) => {
        await this.keys.store(scope, claim, reply.statusCode, body);
        return body;
      }),
      catchError((thrown: unknown) => {
        const problem = toProblem(thrown);
        const kept =
          problem.status < 500
            ? this.keys.store(scope, claim, problem.status, problemDocument(problem, request))
            : this.keys.release(scope, claim);
        return from(kept).pipe(concatMap(() => throwError(() => thrown)));
      }),
    );
  }
}
