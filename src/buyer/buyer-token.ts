import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { SETTINGS, type Settings } from '../config/settings.js';

const LIFETIME_MS = 7 * 24 * 3600 * 1000;
const AUDIENCE = 'buyer';
const ALGORITHM = 'HS256';

/** Tokens verified last. What was right stays right until it expires, and verifying costs as much as reading an order. */
const REMEMBERED = 10_000;

interface Verified {
  buyerId: string;
  /** Unix time, ms. */
  expiresAt: number;
}

/** The buyer's bearer token: a JWT signed with SESSION_SECRET, so that no request needs a look-up. Wall time (DESIGN §6.1). */
@Injectable()
export class BuyerToken {
  private readonly key: Uint8Array;
  private readonly verified = new Map<string, Verified>();

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.key = new TextEncoder().encode(settings.session.secret);
  }

  async issue(buyerId: string): Promise<{ token: string; expiresAt: Date }> {
    const expiresAt = new Date(new Date().getTime() + LIFETIME_MS);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(buyerId)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
    return { token, expiresAt };
  }

  /** @returns the buyer's id; undefined when the token is forged, expired or made for something else */
  async verify(token: string): Promise<string | undefined> {
    const known = this.verified.get(token);
    if (known !== undefined) return known.expiresAt > new Date().getTime() ? known.buyerId : undefined;
    try {
      const { payload } = await jwtVerify(token, this.key, { algorithms: [ALGORITHM], audience: AUDIENCE });
      if (payload.sub !== undefined && payload.exp !== undefined)
        this.remember(token, { buyerId: payload.sub, expiresAt: payload.exp * 1000 });
      return payload.sub;
    } catch {
      return undefined;
    }
  }

  private remember(token: string, verified: Verified): void {
    const [oldest] = this.verified.keys();
    if (oldest !== undefined && this.verified.size >= REMEMBERED) this.verified.delete(oldest);
    this.verified.set(token, verified);
  }
}
