import type { Dispatcher, Pool } from 'undici';

export interface WxPayAnswer {
  kind: 'answered';
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export interface WxPayHttpRequest {
  method: 'GET' | 'POST';
  /** With the query, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** WeChat's answers are a few KB; what is larger is not WeChat's. Bills are streamed elsewhere. */
const MAX_ANSWER_BYTES = 1024 * 1024;
export const COMMON_HEADERS = { accept: '*/*', 'user-agent': 'wechat-pay-checkout' };

/**
 * Sends a request once and collects its answer. By undici's callbacks: its promises make a stream, an iterator and an
 * abort signal for every answer, which is a twentieth of what a checkout costs us.
 * @param deadline on the clock of `performance.now()`; connecting, sending and reading end by then
 * @throws Error of undici's, or one named `TimeoutError`
 */
export function exchange(
  host: Pool,
  { headers, ...request }: WxPayHttpRequest,
  deadline: number,
): Promise<WxPayAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WxPayAnswer>();
  const answer = new CollectedAnswer(deadline, resolve, reject);
  host.dispatch({ ...request, headers: { ...COMMON_HEADERS, ...headers } }, answer);
  return promise;
}

class CollectedAnswer implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private status = 0;
  private headers: WxPayAnswer['headers'] = {};
  private controller: Dispatcher.DispatchController | undefined;
  private failure: Error | undefined;

  constructor(
    deadline: number,
    private readonly resolve: (answer: WxPayAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(() => {
      this.fail(new DOMException('no answer in time', 'TimeoutError'));
    }, deadline - performance.now());
  }

  /** A request that waited for a connection until its time was over is not sent any more. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.failure !== undefined) controller.abort(this.failure);
  }

  onResponseStart(_: unknown, status: number, headers: WxPayAnswer['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > MAX_ANSWER_BYTES) this.fail(new Error('the answer is larger than 1 MB'));
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    const { status, headers, chunks } = this;
    this.resolve({ kind: 'answered', status, headers, body: Buffer.concat(chunks) });
  }

  onResponseError(_: unknown, error: Error): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  private fail(error: Error): void {
    clearTimeout(this.timer);
    this.failure = error;
    this.reject(error);
    this.controller?.abort(error);
  }
}
