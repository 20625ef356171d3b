import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { Pool } from 'undici';
import { certificateAuthorities } from '../common/certificate-authorities.js';
import { connectionFailure } from '../common/connection-failure.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { readClientCertificate, type ClientCertificate } from './client-certificate.js';
import { COMMON_HEADERS, exchange, type WxPayAnswer, type WxPayHttpRequest } from './http-exchange.js';
import { unknown, type Unknown } from './outcome.js';

const STREAM_SILENCE_MS = 30_000;

/** The only way to WeChat Pay over the network: kept-alive connections, one deadline per call, verified TLS. */
@Injectable()
export class WxPayHttp implements OnApplicationShutdown {
  private readonly logger = new Logger('wxpay');
  private readonly hosts: readonly Pool[];
  /** By account: connections that show its certificate, kept open because a handshake costs as much as twenty calls. */
  private readonly certified: ReadonlyMap<string, readonly Pool[]>;
  private readonly timeoutMs: number;

  /** @throws SettingsError when a certificate or key is unreadable, expired, or does not fit its other half */
  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'wxpay'>, clock: Clock) {
    const { caPath, timeoutMs, accounts } = settings.wxpay;
    const ca = certificateAuthorities(caPath);
    this.timeoutMs = timeoutMs;
    this.hosts = pools(settings, { ...(ca && { ca }) });
    const certified = new Map<string, readonly Pool[]>();
    for (const account of accounts) {
      const certificate = readClientCertificate(account, clock.now());
      if (certificate !== undefined)
        certified.set(account.id, pools(settings, { ...certificate, ...(ca && { ca }) }));
      else if (account.api === 'v2')
        this.logger.warn(`account ${account.id} has no API certificate: refunds cannot be sent`);
    }
    this.certified = certified;
  }

  /**
   * Sends once; moves to the backup host only when no connection came about. Never throws: a call without an answer
   * is an outcome that the caller has to treat as unknown.
   */
  send(request: WxPayHttpRequest): Promise<WxPayAnswer | Unknown> {
    return this.sendToFirst(this.hosts, request);
  }

  /** The same with the account's certificate, for what moves money out of API v2 (`/secapi/**`). */
  async sendWithCertificate(accountId: string, request: WxPayHttpRequest): Promise<WxPayAnswer | Unknown> {
    const hosts = this.certified.get(accountId);
    return hosts === undefined ? NO_CERTIFICATE : this.sendToFirst(hosts, request);
  }

  /**
   * Hands the body to `read` while it arrives, without the limits of size and time that answers have: bills. A
   * connection may be silent for half a minute.
   * @param accountId shows this account's certificate
   */
  async stream<Result>(
    { headers, ...request }: WxPayHttpRequest,
    read: (status: number, body: Readable, headers: WxPayAnswer['headers']) => Promise<Result>,
    accountId?: string,
  ): Promise<Result | Unknown> {
    const hosts = accountId === undefined ? this.hosts : (this.certified.get(accountId) ?? []);
    let failure = NO_CERTIFICATE;
    for (const host of hosts) {
      try {
        const answer = await host.request({
          ...request,
          headers: { ...COMMON_HEADERS, ...headers },
          bodyTimeout: STREAM_SILENCE_MS,
        });
        return await read(answer.statusCode, answer.body, answer.headers);
      } catch (error) {
        const { reason, message } = connectionFailure(error, 'WeChat Pay', this.timeoutMs);
        failure = unknown(reason, message);
        if (failure.reason !== 'UNREACHABLE') return failure;
      }
    }
    return failure;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.hosts, ...this.certified.values()].flat().map((host) => host.close()));
  }

  private async sendToFirst(
    hosts: readonly Pool[],
    request: WxPayHttpRequest,
  ): Promise<WxPayAnswer | Unknown> {
    const deadline = performance.now() + this.timeoutMs;
    let failure: Unknown = unknown('UNREACHABLE', 'no host of WeChat Pay is configured');
    for (const host of hosts) {
      try {
        return await exchange(host, request, deadline);
      } catch (error) {
        const { reason, message } = connectionFailure(error, 'WeChat Pay', this.timeoutMs);
        failure = unknown(reason, message);
        this.logger.warn(`${request.path}: ${failure.message}`, { reason: failure.reason });
        // Only then has no byte left, so the backup host may be asked (protocol §0).
        if (failure.reason !== 'UNREACHABLE') return failure;
      }
    }
    return failure;
  }
}

const NO_CERTIFICATE = unknown(
  'UNREACHABLE',
  'no API certificate is configured (WXPAY_CERT_PATH and WXPAY_KEY_PATH, or WXPAY_P12_PATH)',
);

/** One pool for the host and one for its backup. */
function pools(
  settings: Pick<Settings, 'wxpay'>,
  tls: Partial<ClientCertificate> & { ca?: string[] },
): Pool[] {
  const { baseUrl, backupUrl, timeoutMs } = settings.wxpay;
  const origins = new Set([baseUrl, backupUrl].map((url) => new URL(url).origin));
  // One context for all connections: the authorities are parsed once, not at every handshake.
  const connect = { timeout: Math.min(3000, timeoutMs), secureContext: createSecureContext(tls) };
  return [...origins].map(
    (origin) => new Pool(origin, { connections: 64, keepAliveTimeout: 30_000, connect }),
  );
}
