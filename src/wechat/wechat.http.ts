import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createSecureContext } from 'node:tls';
import { Agent, request } from 'undici';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { connectionFailure } from '../common/connection-failure.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { unknown, type Unknown } from '../wxpay/outcome.js';

/** How WeChat is reached, whatever the app. */
export interface WechatRoute {
  wechat: Pick<Settings['wechat'], 'baseUrl'>;
  wxpay: Pick<Settings['wxpay'], 'caPath' | 'timeoutMs'>;
}

export interface WechatAnswer {
  kind: 'answered';
  body: Readonly<Record<string, unknown>>;
}

/** WeChat's answers have a few KB; the list of carriers has some hundred. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * The only file that reaches api.weixin.qq.com: kept-alive connections, one deadline per call, verified TLS. The query
 * carries the app secret or the access_token, so neither address nor query ever enters a message.
 */
@Injectable()
export class WechatHttp implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(@Inject(SETTINGS) private readonly settings: WechatRoute) {
    const { caPath, timeoutMs } = settings.wxpay;
    const ca = certificateAuthorities(caPath);
    this.agent = new Agent({
      connections: 16,
      connect: {
        timeout: Math.min(3000, timeoutMs),
        secureContext: createSecureContext({ ...(ca && { ca }) }),
      },
    });
  }

  get(path: string, query: Record<string, string>): Promise<WechatAnswer | Unknown> {
    return this.call(path, query, undefined);
  }

  /** Posts `body` as JSON. */
  post(path: string, query: Record<string, string>, body: object): Promise<WechatAnswer | Unknown> {
    return this.call(path, query, JSON.stringify(body));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  /** Never throws: a call without a usable answer is an outcome. */
  private async call(
    path: string,
    query: Record<string, string>,
    json: string | undefined,
  ): Promise<WechatAnswer | Unknown> {
    const { timeoutMs } = this.settings.wxpay;
    const url = new URL(path, this.settings.wechat.baseUrl);
    url.search = new URLSearchParams(query).toString();
    let status: number;
    let bytes: Buffer;
    try {
      const answer = await request(url, {
        dispatcher: this.agent,
        signal: AbortSignal.timeout(timeoutMs),
        ...(json !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: json,
        }),
      });
      status = answer.statusCode;
      bytes = await read(answer.body as AsyncIterable<Buffer>);
    } catch (error) {
      const { reason, message } = connectionFailure(error, 'WeChat', timeoutMs);
      return unknown(reason, message);
    }
    if (status !== 200) return unknown('HTTP_STATUS', `WeChat answered with HTTP ${status}`);
    return parse(bytes);
  }
}

async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is larger than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The content type is often `text/plain` (protocol §3.1), so it is not looked at. */
function parse(bytes: Buffer): WechatAnswer | Unknown {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return { kind: 'answered', body: body as Record<string, unknown> };
  } catch {
    // said below
  }
  return unknown('UNREADABLE', "WeChat's answer is no JSON object");
}
