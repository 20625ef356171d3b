import { randomBytes } from 'node:crypto';
import type { Collection } from '../state/collection.js';
import type { SimClock } from '../state/sim-clock.js';

/** Lifetimes and quotas of protocol notes §3.2. */
const LIFE_MS = 7200_000;
const OVERLAP_MS = 300_000;
const FORCED_APART_MS = 30_000;
const DAY_MS = 86_400_000;
const FORCED_PER_DAY = 20;
const QUOTAS = { stable: 500_000, plain: 2000 } as const;

export interface IssuedToken {
  token: string;
  appId: string;
  kind: 'stable' | 'plain';
  expiresAt: number;
  /** Refused with this errcode before its time. */
  refusedWith?: number;
  /** The newest of its app and kind. */
  current: boolean;
}

/** What one app asked for. Times are ms on the simulator's clock. */
export interface TokenAccount {
  appId: string;
  /** Every request for a stable token, answered or not. */
  stableRequests: number;
  plainRequests: number;
  forcedAt: number[];
  dayBegan: number;
  today: { stable: number; plain: number };
  /** Lower than WeChat's own, for trying out what happens then. */
  quotaPerDay?: number;
}

export interface Granted {
  token: string;
  /** seconds */
  expiresIn: number;
}

/** The access_tokens of every app. Numbers among the answers are errcodes. */
export class AccessTokens {
  constructor(
    private readonly rows: Collection<IssuedToken>,
    private readonly accounts: Collection<TokenAccount>,
    private readonly clock: SimClock,
  ) {}

  /** `/cgi-bin/token`: always a new one; the one before lives five minutes more. */
  issue(appId: string): Granted | number {
    const account = this.account(appId);
    account.plainRequests += 1;
    if (!this.withinQuota(account, 'plain')) return 45009;
    this.accounts.set(appId, account);
    this.replace(this.current(appId, 'plain'), OVERLAP_MS);
    return this.create(appId, 'plain');
  }

  /** `/cgi-bin/stable_token`: the same one until five minutes before its end; forced: another, and the old one ends. */
  stable(appId: string, force: boolean): Granted | number {
    const account = this.account(appId);
    const now = this.clock.now();
    account.stableRequests += 1;
    if (!this.withinQuota(account, 'stable')) return 45009;
    const current = this.current(appId, 'stable');
    if (force) {
      account.forcedAt = account.forcedAt.filter((at) => now - at < DAY_MS);
      const last = account.forcedAt.at(-1) ?? 0;
      if (account.forcedAt.length >= FORCED_PER_DAY || now - last < FORCED_APART_MS) return 45009;
      account.forcedAt.push(now);
      this.accounts.set(appId, account);
      this.replace(current, 0);
      return this.create(appId, 'stable');
    }
    this.accounts.set(appId, account);
    if (current && current.expiresAt - now > OVERLAP_MS)
      return { token: current.token, expiresIn: Math.floor((current.expiresAt - now) / 1000) };
    this.replace(current, OVERLAP_MS);
    return this.create(appId, 'stable');
  }

  /** Whose token it is, or why it is none. */
  check(token: string): IssuedToken | number {
    if (token === '') return 41001;
    const found = this.rows.get(token);
    if (!found) return 40001;
    if (found.refusedWith !== undefined) return found.refusedWith;
    return found.expiresAt > this.clock.now() ? found : 42001;
  }

  /** Ends the app's tokens before their time. `stuck`: WeChat goes on handing out the refused one until it is forced. */
  refuse(appId: string, errcode: number, stuck: boolean): void {
    for (const row of this.rows.all().filter((each) => each.appId === appId && each.current))
      this.rows.set(row.token, { ...row, refusedWith: errcode, current: stuck });
  }

  setQuota(appId: string, perDay: number | undefined): void {
    const { quotaPerDay: _, ...account } = this.account(appId);
    this.accounts.set(appId, { ...account, ...(perDay !== undefined && { quotaPerDay: perDay }) });
  }

  account(appId: string): TokenAccount {
    const now = this.clock.now();
    const known = this.accounts.get(appId);
    const fresh = { dayBegan: now, today: { stable: 0, plain: 0 } };
    if (!known) return { appId, stableRequests: 0, plainRequests: 0, forcedAt: [], ...fresh };
    return now - known.dayBegan < DAY_MS ? known : { ...known, ...fresh };
  }

  forgetAll(): void {
    this.rows.clear();
    this.accounts.clear();
  }

  private withinQuota(account: TokenAccount, kind: IssuedToken['kind']): boolean {
    account.today[kind] += 1;
    this.accounts.set(account.appId, account);
    return account.today[kind] <= (account.quotaPerDay ?? QUOTAS[kind]);
  }

  private current(appId: string, kind: IssuedToken['kind']): IssuedToken | undefined {
    return this.rows.all().find((each) => each.appId === appId && each.kind === kind && each.current);
  }

  private replace(old: IssuedToken | undefined, overlapMs: number): void {
    if (!old) return;
    const expiresAt = Math.min(old.expiresAt, this.clock.now() + overlapMs);
    const ended = overlapMs === 0 ? { refusedWith: 40001 } : {};
    this.rows.set(old.token, { ...old, expiresAt, current: false, ...ended });
  }

  private create(appId: string, kind: IssuedToken['kind']): Granted {
    const token = `${kind === 'stable' ? '9' : '8'}_${randomBytes(96).toString('base64url')}`;
    this.rows.set(token, { token, appId, kind, expiresAt: this.clock.now() + LIFE_MS, current: true });
    return { token, expiresIn: LIFE_MS / 1000 };
  }
}
