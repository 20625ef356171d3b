import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { X509Certificate, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { outsideRequests } from '../../common/http/request-id.js';
import { Clock } from '../../common/time/clock.js';
import type { WxPayAnswer } from '../http-exchange.js';
import { MerchantAccounts, type MerchantAccount } from '../merchant-accounts.js';
import { openResource, sealedResourceSchema } from './v3.cipher.js';
import { answerSignature, isFresh } from './v3.headers.js';
import { V3Credentials } from './v3.credentials.js';
import { readRefusal } from './v3.refusal.js';
import { V3Request } from './v3.request.js';
import { verifyV3 } from './v3.signature.js';

/** WeChat asks for intervals under twelve hours (protocol §2.3). */
const REFRESH_MS = 10 * 3600 * 1000;
const RETRY_MS = 60_000;
const PATH = '/v3/certificates';

const listSchema = z.object({
  data: z.array(
    z.object({
      serial_no: z.string(),
      effective_time: z.iso.datetime({ offset: true }),
      expire_time: z.iso.datetime({ offset: true }),
      encrypt_certificate: sealedResourceSchema,
    }),
  ),
});

interface PlatformCertificate {
  serialNo: string;
  key: KeyObject;
  effectiveAt: Date;
  expiresAt: Date;
}

/**
 * WeChat's platform certificates by account: downloaded in the background, decrypted with the APIv3 key, verified with
 * themselves, several kept at once because they overlap while they are exchanged. Verifying only looks here and never
 * calls WeChat (M-36); a start never waits for it.
 */
@Injectable()
export class PlatformCertificates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('platform-certificates');
  private readonly known = new Map<string, ReadonlyMap<string, PlatformCertificate>>();
  private readonly running = new Map<string, Promise<void>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly askedAt = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly accounts: MerchantAccounts,
    private readonly request: V3Request,
    private readonly credentials: V3Credentials,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    for (const account of this.accounts.all())
      if (account.api === 'v3' || account.publicKey === undefined) this.refreshSoon(account);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  find({ id }: MerchantAccount, serialNo: string): KeyObject | undefined {
    return this.known.get(id)?.get(serialNo)?.key;
  }

  /** Those that are known, several while they are exchanged. */
  all({ id }: MerchantAccount): PlatformCertificate[] {
    return [...(this.known.get(id)?.values() ?? [])];
  }

  /** The certificate that WeChat shall answer with: valid now, and the one that stays valid longest. */
  newest(account: MerchantAccount): PlatformCertificate | undefined {
    const now = this.clock.now();
    return this.all(account)
      .filter(({ effectiveAt, expiresAt }) => effectiveAt <= now && now < expiresAt)
      .sort((a, b) => b.expiresAt.getTime() - a.expiresAt.getTime())[0];
  }

  /**
   * Looks in the background, at most once a minute: at the start, and for a serial number nobody has shown us yet. Does
   * nothing for an account that cannot ask.
   */
  refreshSoon(account: MerchantAccount): void {
    if (!this.credentials.signs(account)) return;
    if (performance.now() - (this.askedAt.get(account.id) ?? -RETRY_MS) >= RETRY_MS)
      void this.refresh(account);
  }

  /** Downloads once, however many ask at the same time; never throws. The next download is planned by itself. */
  refresh(account: MerchantAccount): Promise<void> {
    let running = this.running.get(account.id);
    if (running === undefined) {
      this.askedAt.set(account.id, performance.now());
      running = this.download(account)
        .catch((error: unknown) => {
          this.logger.warn(`account ${account.id}: the platform certificates cannot be read`, {
            cause: error,
          });
          return RETRY_MS;
        })
        .then((next) => this.plan(account, next))
        .finally(() => this.running.delete(account.id));
      this.running.set(account.id, running);
    }
    return running;
  }

  private plan(account: MerchantAccount, inMs: number): void {
    clearTimeout(this.timers.get(account.id));
    if (this.stopped) return;
    const later = outsideRequests(() => setTimeout(() => void this.refresh(account), inMs));
    this.timers.set(account.id, later.unref());
  }

  /** @returns after how many milliseconds to look again */
  private async download(account: MerchantAccount): Promise<number> {
    const answer = await this.request.send(account, { method: 'GET', url: PATH });
    if (answer.kind === 'unknown') {
      this.logger.warn(
        `account ${account.id}: the platform certificates could not be asked for: ${answer.message}`,
      );
      return RETRY_MS;
    }
    const { code, message } = readRefusal(answer);
    if (answer.status === 404 && code === 'RESOURCE_NOT_EXISTS') {
      // A merchant of the public-key mode has none (protocol §2.3). Any other 404 is not WeChat's, or not about them.
      this.known.set(account.id, new Map());
      return REFRESH_MS;
    }
    if (answer.status !== 200) {
      this.logger.warn(
        `account ${account.id}: WeChat answers ${answer.status} to the question for platform certificates: ${code} ${message}`,
      );
      return RETRY_MS;
    }
    const certificates = this.read(account, answer);
    this.known.set(account.id, new Map(certificates.map((each) => [each.serialNo, each])));
    return REFRESH_MS;
  }

  /** @throws Error when the answer does not open, or is not signed by one of the certificates it brings */
  private read(account: MerchantAccount, answer: WxPayAnswer): PlatformCertificate[] {
    const { data } = listSchema.parse(JSON.parse(answer.body.toString()));
    const now = this.clock.now();
    const certificates = data
      .map((each) => {
        const certificate = new X509Certificate(openResource(account.apiV3Keys, each.encrypt_certificate));
        return {
          serialNo: certificate.serialNumber.toUpperCase(),
          key: certificate.publicKey,
          effectiveAt: new Date(each.effective_time),
          expiresAt: certificate.validToDate,
        };
      })
      .filter(({ expiresAt }) => now < expiresAt);
    const signature = answerSignature(answer.headers);
    const key = certificates.find(({ serialNo }) => serialNo === signature?.serial)?.key;
    if (
      signature === undefined ||
      key === undefined ||
      !isFresh(signature.timestamp, now) ||
      !verifyV3(key, signature, answer.body)
    )
      throw new Error('the answer is not signed by a certificate it brings');
    return certificates;
  }
}
