import { Pool } from 'undici';

export interface Reply {
  /** 0: no answer came (the process died, or was not there). */
  status: number;
  // eslint-disable-next-line typescript/no-explicit-any -- read by each step as what it asked for
  body: any;
}

/** Kept-alive connections; `fetch` costs as much as the request it makes. */
export class Line {
  private readonly pool: Pool;

  constructor(readonly url: string) {
    this.pool = new Pool(url, { connections: 32, headersTimeout: 60_000 });
  }

  async send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    try {
      const answer = await this.pool.request({
        method,
        path,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) };
    } catch {
      return { status: 0, body: undefined };
    }
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}
