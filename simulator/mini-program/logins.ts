import { randomBytes } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';

/** wx.login codes live five minutes and work once. */
const CODE_LIFE_MS = 5 * 60_000;

export interface LoginCode {
  code: string;
  appId: string;
  openid: string;
  expiresAt: number;
  used: boolean;
}

/** One user of one app. The same person has another openid in every app. */
export interface AppUser {
  appId: string;
  openid: string;
}

/** Who has an account in which app, and the codes that prove it. */
export class Logins {
  constructor(
    private readonly codes: Collection<LoginCode>,
    private readonly users: Collection<AppUser>,
    private readonly clock: SimClock,
  ) {}

  /** What wx.login gives to the client: a code for that user of that app; without `openid` for a new user. */
  issueCode(appId: string, openid = newOpenid()): LoginCode {
    this.users.set(`${appId}/${openid}`, { appId, openid });
    // 32 characters, like the real ones; "0" first as they have.
    const code = `0${randomBytes(24).toString('base64url').slice(0, 31)}`;
    return this.codes.set(code, {
      code,
      appId,
      openid,
      expiresAt: this.clock.now() + CODE_LIFE_MS,
      used: false,
    });
  }

  /** Takes a code once. */
  redeem(appId: string, code: string): LoginCode | 'invalid' | 'used' {
    const login = this.codes.get(code);
    if (!login || login.appId !== appId || login.expiresAt <= this.clock.now()) return 'invalid';
    if (login.used) return 'used';
    return this.codes.set(code, { ...login, used: true });
  }

  hasUser(appId: string, openid: string): boolean {
    return this.users.get(`${appId}/${openid}`) !== undefined;
  }

  /** Somebody who opens the app for the first time, without a login: whoever scans a QR code. */
  newUser(appId: string): AppUser {
    const openid = newOpenid();
    return this.users.set(`${appId}/${openid}`, { appId, openid });
  }

  forgetAll(): void {
    this.codes.clear();
    this.users.clear();
  }
}

/** 28 characters beginning with "o". */
function newOpenid(): string {
  return `o${randomBytes(21).toString('base64url').slice(0, 27)}`;
}
