import { call, pause, WxError, type Wx } from './wx.js';

/** How often a request whose outcome is unknown goes again, always under the same key. */
const REPEATS = 3;
const TIMEOUT_MS = 15_000;

/** The backend's no, or its "I do not know": a problem document (RFC 9457) with a stable code. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

export interface Credentials {
  token(): Promise<string>;
  /** The token is no longer accepted. */
  forget(token: string): void;
}

export interface ApiOptions {
  baseUrl: string;
  /** Before the first repetition; doubles with each. */
  pauseMs: number;
}

/**
 * The shop's public API. What changes something carries an Idempotency-Key: an answer that never came, or that says
 * "unknown" (502 to 504), is asked for again under the same key, so that nothing is ordered, paid or refunded twice.
 */
export class Api {
  constructor(
    private readonly wx: Wx,
    private readonly options: ApiOptions,
    private readonly credentials: Credentials,
  ) {}

  /** @throws Problem; WxError when the network stays away */
  get<Answer>(path: string): Promise<Answer> {
    return this.send<Answer>('GET', path);
  }

  /** @throws Problem; WxError when the network stays away */
  post<Answer>(path: string, body: object = {}): Promise<Answer> {
    return this.send<Answer>('POST', path, body);
  }

  /** @param file of a picture; the server looks at its bytes for what it is. @throws Problem; WxError */
  upload<Answer>(path: string, file: ArrayBuffer): Promise<Answer> {
    return this.send<Answer>('POST', path, file);
  }

  private async send<Answer>(
    method: 'GET' | 'POST',
    path: string,
    body?: object | ArrayBuffer,
  ): Promise<Answer> {
    const key = method === 'POST' ? newKey() : undefined;
    let renewed = false;
    for (let repeat = 0; ; repeat += 1) {
      const token = await this.credentials.token();
      try {
        return await exchange<Answer>(this.wx, this.options.baseUrl, method, path, body, {
          authorization: `Bearer ${token}`,
          ...(key !== undefined && { 'idempotency-key': key }),
        });
      } catch (error) {
        if (error instanceof Problem && error.status === 401 && !renewed) {
          renewed = true;
          this.credentials.forget(token);
        } else if (repeat < REPEATS && isUnknown(error)) {
          await pause(this.options.pauseMs * 2 ** repeat);
        } else {
          throw error;
        }
      }
    }
  }
}

/** One request, one answer. */
export async function exchange<Answer>(
  wx: Wx,
  baseUrl: string,
  method: 'GET' | 'POST',
  path: string,
  body: object | ArrayBuffer | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const isFile = body instanceof ArrayBuffer;
  const { statusCode, data } = await call<{ statusCode: number; data: unknown }>((callbacks) =>
    wx.request({
      url: `${baseUrl}/api/v1${path}`,
      method,
      header: {
        ...headers,
        ...(body !== undefined && { 'content-type': isFile ? 'image/jpeg' : 'application/json' }),
      },
      ...(body !== undefined && { data: isFile ? body : JSON.stringify(body) }),
      timeout: TIMEOUT_MS,
      ...callbacks,
    }),
  );
  if (statusCode >= 200 && statusCode < 300) return data as Answer;
  const { code = String(statusCode), detail = '服务暂时不可用，请稍后再试' } = (data ?? {}) as {
    code?: string;
    detail?: string;
  };
  throw new Problem(statusCode, code, detail);
}

function isUnknown(error: unknown): boolean {
  return error instanceof WxError || (error instanceof Problem && error.status >= 502);
}

/** Unique is enough: a key is no secret. */
function newKey(): string {
  const random = Math.random().toString(36).slice(2, 12);
  return `${new Date().getTime().toString(36)}-${random}`;
}
