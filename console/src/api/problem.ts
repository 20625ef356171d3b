/** What the service says when it refuses (RFC 9457), or what stands in for it when no answer came. */
export interface ProblemDocument {
  code: string;
  detail: string;
  status: number;
  requestId?: string;
  errors?: { field: string; message: string }[];
  /** With REFUND_REVIEW_REFUSED: what the review policy objects to. */
  reason?: string;
}

export class ApiProblem extends Error {
  constructor(
    readonly document: ProblemDocument,
    /** From `Retry-After`. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`${document.code}: ${document.detail}`);
    this.name = 'ApiProblem';
  }

  get code(): string {
    return this.document.code;
  }

  /** Nobody knows whether the request arrived: the same one may be sent again with its Idempotency-Key. */
  get isUnanswered(): boolean {
    return this.document.status === 0;
  }

  /** A fresh code of the second factor opens the way. */
  get wantsStepUp(): boolean {
    return this.code === 'STEP_UP_REQUIRED' || this.document.reason === 'STEP_UP_REQUIRED';
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function toProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiProblem({ code: 'CONSOLE_ERROR', detail, status: -1 });
}

/** @param body what the service sent: a problem document, or anything a proxy in between made up */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const given = isProblem(body) ? body : undefined;
  return new ApiProblem(
    given ?? {
      code: `HTTP_${response.status}`,
      detail: response.statusText,
      status: response.status,
      requestId: response.headers.get('X-Request-Id') ?? undefined,
    },
    Number.isFinite(seconds) ? seconds : undefined,
  );
}

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
