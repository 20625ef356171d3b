import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemDocument } from './problem.js';
import type { ProblemCode } from './problem-codes.js';
import { NotDecided } from '../../database/group-commit.js';
import { isLockTimeout } from '../../database/transaction.js';

/** Turns whatever was thrown into one problem document; the one place where errors become HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also used for what fails before a route is found (malformed URL, unreadable body). */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = toProblem(thrown);
    if (problem.status >= 500) this.report(problem, thrown, request);
    if (problem.options.retryAfterSeconds !== undefined) {
      void reply.header('Retry-After', String(problem.options.retryAfterSeconds));
    }
    void reply
      .code(problem.status)
      .header('X-Request-Id', request.id) // hooks have not run when the URL itself was refused
      .header('Content-Type', 'application/problem+json; charset=utf-8')
      .send(problemDocument(problem, request));
  }

  /** What WeChat does to us is one line; only errors of our own need a stack, and must not drown among the others. */
  private report(problem: Problem, thrown: unknown, { id, method, url }: FastifyRequest): void {
    const context = { requestId: id, method, url };
    if (problem === thrown && problem.options.cause === undefined) this.logger.warn(problem.message, context);
    else this.logger.error(problem.message, { ...context, cause: problem.options.cause ?? thrown });
  }
}

/** Codes of errors that Fastify raises before any of our code has run. */
const FASTIFY_PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'Send JSON as application/json.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'There is nothing at this address.'],
  FST_ERR_BAD_URL: ['MALFORMED_REQUEST', 'The URL cannot be decoded.'],
};

const HTTP_PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  400: 'MALFORMED_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'SHUTTING_DOWN',
};

/** PostgreSQL is away or refuses new work: connection exceptions, shutdown, too many connections. */
const DATABASE_AWAY = /^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT)$/;

export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const known = FASTIFY_PROBLEMS[codeOf(thrown)];
  if (known !== undefined) return new Problem(...known);
  if (thrown instanceof HttpException) {
    const code = HTTP_PROBLEMS[thrown.getStatus()];
    if (code === 'NOT_FOUND') return new Problem(code, 'There is nothing at this address.');
    if (code !== undefined) return new Problem(code, thrown.message);
  }
  if (thrown instanceof NotDecided || isLockTimeout(thrown)) {
    return new Problem('SHOP_BUSY', 'Try again shortly, with the same Idempotency-Key.', {
      retryAfterSeconds: 2,
      cause: thrown,
    });
  }
  if (isDatabaseAway(thrown)) {
    return new Problem('DATABASE_UNAVAILABLE', 'Try again shortly; nothing was changed by this request.', {
      retryAfterSeconds: 2,
      cause: thrown,
    });
  }
  return new Problem('INTERNAL_ERROR', 'The request failed on our side; quote the requestId when you ask.', {
    cause: thrown,
  });
}

function isDatabaseAway(thrown: unknown): boolean {
  return (
    DATABASE_AWAY.test(codeOf(thrown)) ||
    (thrown instanceof Error &&
      /^(Connection terminated|timeout exceeded when trying to connect)/.test(thrown.message))
  );
}

/** By shape, not by class: errors of Node's own may come from another realm (tests run in one). */
function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
