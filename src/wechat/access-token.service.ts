import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { SEALED_COLUMNS } from '../common/sealed-columns.js';
import { Sealing } from '../common/sealed.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run } from '../database/sql.js';
import { accepted, unknown, type Outcome, type Rejected, type Unknown } from '../wxpay/outcome.js';
import { CLAIM, FAIL, KEEP, PREPARE, READ, REFUSE, type AccessTokenRow } from './access-token.rows.js';
import type { WechatApp } from './wechat-app.js';
import { StableToken, type FetchedToken } from './stable-token.js';

export interface AccessToken {
  appId: string;
  token: string;
  /** Which of the tokens this is; a refusal names it. */
  version: number;
}

/** WeChat hands out the next token five minutes early, and the old one stays good meanwhile (protocol §3.2). */
const RENEW_EARLY_MS = 5 * 60_000;
const POLL_MS = 50;
/** After a failure nobody asks for a while; all who want a token get the failure's words at once. */
const PAUSE_MS = 1000;
/** A quota, a wrong secret, an address that is not allowed: waiting a second changes nothing. */
const REJECTED_PAUSE_MS = 30_000;

/**
 * The access_token of api.weixin.qq.com: one per app for all instances, in PostgreSQL, fetched once however
 * many ask (requirement A22). Whoever finds it missing claims the row for the length of one fetch; no transaction is open while
 * WeChat is asked, and an instance that dies with the claim loses it to the next.
 */
@Injectable()
export class AccessTokenService implements BeforeApplicationShutdown {
  private readonly logger = new Logger('access-token');
  private readonly sealing: Sealing;
  private readonly miniProgram: WechatApp;
  private readonly leaseMs: number;
  /** By app id. */
  private readonly renewing = new Map<string, Promise<Outcome<AccessToken>>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly stableToken: StableToken,
    private readonly clock: Clock,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.sealing = new Sealing(settings.data.encryptionKeys, SEALED_COLUMNS.accessToken.purpose);
    this.miniProgram = settings.wechat;
    this.leaseMs = 2 * settings.wxpay.timeoutMs + 5000; // a fetch asks twice at most
  }

  /**
   * @param app the mini-program, unless another is named
   * @returns unknown when there is none, with WeChat's words; the request it was wanted for has not been sent then
   */
  async get(app = this.miniProgram): Promise<Outcome<AccessToken>> {
    const row = await this.read(app);
    const now = this.clock.now();
    const current = row && this.open(app, row, now);
    if (row === undefined || current === undefined) return this.renewOnce(app);
    if (row.renewAt !== null && row.renewAt <= now && row.failure === null) {
      // The old one is still good: nobody waits for the new one, and its failure is in the log and the row.
      this.renewOnce(app).catch((error: unknown) =>
        this.logger.error('the renewal failed', { cause: error }),
      );
    }
    return accepted(current);
  }

  /** WeChat refused the token that was used (40001, 40014, 42001): it is given up only while it still is the newest. */
  async refuse({ appId, version }: AccessToken): Promise<void> {
    await run(this.dataSource.manager, REFUSE, [appId, version]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.renewing.values());
  }

  private renewOnce(app: WechatApp): Promise<Outcome<AccessToken>> {
    const running = this.renewing.get(app.appId);
    if (running !== undefined) return running;
    const renewal = this.renew(app).finally(() => this.renewing.delete(app.appId));
    this.renewing.set(app.appId, renewal);
    return renewal;
  }

  private async renew(app: WechatApp): Promise<Outcome<AccessToken>> {
    const { manager } = this.dataSource;
    await run(manager, PREPARE, [app.appId]);
    const deadline = performance.now() + this.leaseMs;
    while (performance.now() < deadline) {
      const row = await this.read(app);
      if (row === undefined) throw new Error('the row of the access_token is gone');
      const now = this.clock.now();
      const current = this.open(app, row, now);
      if (current !== undefined && row.renewAt !== null && row.renewAt > now) return accepted(current);
      if (row.failure !== null) return unknown('UNREACHABLE', row.failure);
      const claimed = await run(manager, CLAIM, [app.appId, row.version, this.leaseMs]);
      if (claimed.length > 0) return this.fetch(app, row);
      await sleep(POLL_MS);
    }
    return unknown('TIMEOUT', 'no access_token: another instance has been fetching it for too long');
  }

  private async fetch(app: WechatApp, row: AccessTokenRow): Promise<Outcome<AccessToken>> {
    let answer = await this.stableToken.fetch(app, false);
    // WeChat may go on handing out what it refuses elsewhere; only then is one of the few forced renewals spent.
    if (row.refused && answer.kind === 'accepted' && answer.value.token === this.unseal(app, row))
      answer = await this.stableToken.fetch(app, true);
    return answer.kind === 'accepted' ? this.keep(app, row, answer.value) : this.fail(app, row, answer);
  }

  private async keep(
    { appId }: WechatApp,
    row: AccessTokenRow,
    { token, expiresInSeconds }: FetchedToken,
  ): Promise<Outcome<AccessToken>> {
    const now = this.clock.now().getTime();
    const lifeMs = expiresInSeconds * 1000;
    const [kept] = await run<{ version: number }>(this.dataSource.manager, KEEP, [
      appId,
      row.version,
      this.sealing.seal(token, appId),
      new Date(now + lifeMs - Math.min(RENEW_EARLY_MS, lifeMs / 2)),
      new Date(now + lifeMs),
    ]);
    // Slower than its own lease: another instance has a token by now, and this one is as good for one call.
    return accepted({ appId, token, version: kept?.version ?? row.version });
  }

  private async fail(
    { appId }: WechatApp,
    row: AccessTokenRow,
    answer: Rejected | Unknown,
  ): Promise<Outcome<AccessToken>> {
    const rejected = answer.kind === 'rejected';
    const words = `no access_token: ${rejected ? `WeChat says ${answer.code} ` : ''}${answer.message}`;
    this.logger.error(words, rejected ? { errcode: answer.code } : { reason: answer.reason });
    await run(this.dataSource.manager, FAIL, [
      appId,
      row.version,
      words,
      rejected ? REJECTED_PAUSE_MS : PAUSE_MS,
    ]);
    return unknown('UNREACHABLE', words);
  }

  private async read({ appId }: WechatApp): Promise<AccessTokenRow | undefined> {
    const [row] = await run<AccessTokenRow>(this.dataSource.manager, READ, [appId]);
    return row;
  }

  private open(app: WechatApp, row: AccessTokenRow, now: Date): AccessToken | undefined {
    if (row.refused || row.expiresAt === null || row.expiresAt <= now) return undefined;
    const token = this.unseal(app, row);
    return token === undefined ? undefined : { appId: app.appId, token, version: row.version };
  }

  /** Sealed with a key that was changed since, it is worth nothing more, and WeChat has another. */
  private unseal({ appId }: WechatApp, { tokenSealed }: AccessTokenRow): string | undefined {
    try {
      return tokenSealed === null ? undefined : this.sealing.open(tokenSealed, appId);
    } catch {
      return undefined;
    }
  }
}
