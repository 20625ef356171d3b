import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { unknown, type Unknown } from './outcome.js';

export interface WxPayAnswer {
  kind: 'answered';
  status: number;
  body: Buffer;
}

/** WeChat's answers are a few KB; what is larger is not WeChat's. Bills are streamed elsewhere. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Errors of connecting: no byte of the request has left, so the backup host may be asked (protocol §0). */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The only file that reaches WeChat Pay over the network: kept-alive connections, one deadline per call, verified TLS. */
@Injectable()
export class WxPayHttp implements OnApplicationShutdown {
  private readonly logger = new Logger('wxpay');
  private readonly hosts: readonly Pool[];
  private readonly timeoutMs: number;

  constructor(@Inject(SETTINGS) settings: Settings) {
    const { baseUrl, backupUrl, caPath, timeoutMs } = settings.wxpay;
    const ca = certificateAuthorities(caPath);
    const origins = new Set([baseUrl, backupUrl].map((url) => new URL(url).origin));
    this.timeoutMs = timeoutMs;
    this.hosts = [...origins].map(
      (origin) =>
        new Pool(origin, {
          connections: 64,
          keepAliveTimeout: 30_000,
          connect: { timeout: Math.min(3000, timeoutMs), ...(ca && { ca }) },
        }),
    );
  }

  /**
   * Posts once; moves to the backup host only when no connection came about. Never throws: a call without an answer
   * is an outcome that the caller has to treat as unknown.
   */
  async post(path: string, contentType: string, body: string): Promise<WxPayAnswer | Unknown> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    let failure: Unknown = unknown('UNREACHABLE', 'no host of WeChat Pay is configured');
    for (const host of this.hosts) {
      try {
        return await this.postTo(host, path, contentType, body, signal);
      } catch (error) {
        failure = describe(error, this.timeoutMs);
        this.logger.warn(`${path}: ${failure.message}`, { reason: failure.reason });
        if (failure.reason !== 'UNREACHABLE') return failure;
      }
    }
    return failure;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  private async postTo(
    host: Pool,
    path: string,
    contentType: string,
    body: string,
    signal: AbortSignal,
  ): Promise<WxPayAnswer> {
    const answer = await host.request({
      method: 'POST',
      path,
      headers: { 'content-type': contentType, accept: '*/*', 'user-agent': 'wechat-pay-checkout' },
      body,
      signal,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new Error('the answer is larger than 1 MB');
      chunks.push(chunk);
    }
    return { kind: 'answered', status: answer.statusCode, body: Buffer.concat(chunks) };
  }
}

function describe(error: unknown, timeoutMs: number): Unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (code !== undefined && NOT_CONNECTED.has(code))
    return unknown('UNREACHABLE', `WeChat Pay cannot be reached (${code})`);
  if (name === 'TimeoutError' || name === 'AbortError')
    return unknown('TIMEOUT', `WeChat Pay did not answer within ${timeoutMs} ms`);
  return unknown(
    'CONNECTION_LOST',
    `the connection to WeChat Pay broke (${code ?? message ?? 'no reason given'})`,
  );
}
