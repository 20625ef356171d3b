import { Inject, Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { SETTINGS, type Settings } from '../config/settings.js';

const LIFETIME_MS = 7 * 24 * 3600 * 1000;
const AUDIENCE = 'buyer';
const ALGORITHM = 'HS256';

/** The buyer's bearer token: a JWT signed with SESSION_SECRET, so that no request needs a look-up. Wall time (DESIGN §6.1). */
@Injectable()
export class BuyerToken {
  private readonly key: Uint8Array;

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
    try {
      const { payload } = await jwtVerify(token, this.key, { algorithms: [ALGORITHM], audience: AUDIENCE });
      return payload.sub;
    } catch {
      return undefined;
    }
  }
}
