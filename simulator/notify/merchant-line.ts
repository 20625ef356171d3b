import { Agent, request } from 'undici';

/** Slower answers count as none (protocol notes §1.12). */
export const ANSWER_WITHIN_MS = 5_000;
/** Enough lines for a burst; a request waits for a line before its five seconds begin. */
const LINES = 128;
const ANSWER_LENGTH = 65_536;

export interface MerchantAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Nothing usable came back. */
export class NoAnswer extends Error {
  constructor(
    readonly reason: 'timeout' | 'unreachable',
    message: string,
  ) {
    super(message);
  }
}

/** Posts to merchants over kept-open lines and never follows a redirect. */
export class MerchantLine {
  private readonly agent = new Agent({ connections: LINES, pipelining: 1 });
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  /** Throws NoAnswer when there is no complete answer within five seconds of wall time. */
  async post(url: string, headers: Record<string, string>, body: string): Promise<MerchantAnswer> {
    if (this.busy >= LINES) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy += 1;
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    try {
      const answer = await request(url, { method: 'POST', headers, body, dispatcher: this.agent, signal });
      const text = (await answer.body.text()).slice(0, ANSWER_LENGTH);
      return { status: answer.statusCode, headers: answer.headers, body: text };
    } catch (error) {
      if (signal.aborted) throw new NoAnswer('timeout', `no answer within ${ANSWER_WITHIN_MS} ms`);
      throw new NoAnswer('unreachable', error instanceof Error ? error.message || error.name : String(error));
    } finally {
      this.busy -= 1;
      this.waiting.shift()?.();
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}
