import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { addressSubject } from './address-subject.js';
import { Problem } from './problem.js';

const WINDOW_SECONDS = 60;

/**
 * How much one buyer and one address may ask in a minute (requirement B14). Off unless set: behind a proxy that
 * TRUSTED_PROXIES does not name, everybody has the same address, and a whole campus may share one anyway.
 *
 * Each instance counts for itself, so that a request costs no round trip; with two of them one may ask twice as much.
 */
@Injectable()
export class RateLimits {
  private readonly buyers: RateLimiterMemory | undefined;
  private readonly addresses: RateLimiterMemory | undefined;

  constructor(@Inject(SETTINGS) { http }: Pick<Settings, 'http'>) {
    this.buyers = limiter(http.buyerRequestsPerMinute);
    this.addresses = limiter(http.addressRequestsPerMinute);
  }

  /** One more request of an authentic buyer. @throws Problem `TOO_MANY_REQUESTS` */
  async countBuyer(id: string): Promise<void> {
    await count(this.buyers, id);
  }

  /** One more request from an address. @throws Problem `TOO_MANY_REQUESTS` */
  async countAddress(ip: string): Promise<void> {
    await count(this.addresses, addressSubject(ip));
  }
}

/**
 * Counts requests to the API by address, before their bodies are read and after the headers are written that let a page of
 * another origin see the refusal. Notifications are never counted: WeChat's few addresses send all of them, and one that is
 * refused is a payment that is known later.
 */
export function limitAddresses(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('preParsing', async ({ url, ip }) => {
    if (url.startsWith('/api/')) await limits.countAddress(ip);
  });
}

function limiter(perMinute: number | undefined): RateLimiterMemory | undefined {
  return perMinute === undefined
    ? undefined
    : new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
}

async function count(limit: RateLimiterMemory | undefined, subject: string): Promise<void> {
  await limit?.consume(subject).catch((refused: unknown) => {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new Problem('TOO_MANY_REQUESTS', 'Wait a moment, then go on more slowly.', {
      retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)),
    });
  });
}
