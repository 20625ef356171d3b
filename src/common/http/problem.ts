import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from './problem-codes.js';

/** One field that is wrong: `field` is the dotted path in the body, query or path. */
export interface FieldError {
  field: string;
  message: string;
}

export interface ProblemOptions {
  errors?: FieldError[];
  /** Members beside the standard ones, e.g. the order id of an unknown prepay. Never secrets. */
  extra?: Record<string, unknown>;
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Every expected failure is thrown as one of these; the filter writes it as `application/problem+json`. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = 'Problem';
    [this.status, this.title] = PROBLEMS[code];
  }
}

/** What goes over the wire (RFC 9457; CONTRACT §3). */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .loose();

export type ProblemDocument = z.infer<typeof problemSchema>;

export function problemDocument(problem: Problem, request: { url: string; id: string }): ProblemDocument {
  return {
    type: `urn:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: request.url.split('?', 1)[0] ?? '/',
    requestId: request.id,
    ...(problem.options.errors && { errors: problem.options.errors }),
    ...problem.options.extra,
  };
}
