import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/settings.js';
import { AccessTokenService, type AccessToken } from '../../src/wechat/access-token.service.js';
import { WechatApi } from '../../src/wechat/wechat-api.js';
import type { Outcome } from '../../src/wxpay/outcome.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';

interface Account {
  stableRequests: number;
  forcedAt: number[];
}

let system: System;
let second: NestFastifyApplication;
beforeAll(async () => {
  system = await startSystem();
  second = await createApp(readSettings({ ...system.env, PORT: '0' }));
});
afterAll(async () => {
  await second.close();
  await system.stop();
});
beforeEach(async () => {
  await system.control.noFaults();
  await system.control.call('POST', '/_sim/reset');
  await system.database.query('DELETE FROM access_tokens');
});

const first = (): AccessTokenService => system.app.get(AccessTokenService);
const other = (): AccessTokenService => second.get(AccessTokenService);

async function account(): Promise<Account> {
  return (await system.control.call<Account>('GET', '/_sim/access-tokens')).body;
}

async function lever(change: object): Promise<void> {
  const { status, body } = await system.control.call('POST', '/_sim/access-tokens', change);
  if (status !== 200) throw new Error(JSON.stringify(body));
}

function tokenIn(outcome: Outcome<AccessToken>): AccessToken {
  if (outcome.kind !== 'accepted') throw new Error(`no token: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** Needs a token and nothing else. */
function call(): Promise<Outcome<unknown>> {
  const path = '/cgi-bin/express/delivery/open_msg/get_delivery_list';
  return system.app.get(WechatApi).post(path, {}, z.looseObject({}));
}

describe('the access_token', () => {
  it('a hundred users of two instances share one fetch, and get the same token', async () => {
    await system.control.fault({ path: '/cgi-bin/stable_token', fault: 'slow', ms: 300 });
    const asked = Array.from({ length: 100 }, (_, index) => (index % 2 ? first() : other()).get());
    const tokens = new Set((await Promise.all(asked)).map((outcome) => tokenIn(outcome).token));
    expect(tokens.size).toBe(1);
    expect((await account()).stableRequests).toBe(1);
  });

  it('no transaction is open while WeChat is asked', async () => {
    await system.control.fault({ path: '/cgi-bin/stable_token', fault: 'slow', ms: 400, count: 1 });
    const asked = first().get();
    await eventually(async () => {
      const [row] = await system.database.query('SELECT 1 FROM access_tokens WHERE fetching_until > now()');
      expect(row).toBeDefined();
    });
    const open = await system.database.query(
      `SELECT query FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'checkout' AND state LIKE 'idle in transaction%'`,
    );
    expect(open).toEqual([]);
    tokenIn(await asked);
  });

  it('lies sealed in the database', async () => {
    const { token } = tokenIn(await first().get());
    const [row] = await system.database.query<{ sealed: Buffer }>(
      'SELECT token_sealed AS sealed FROM access_tokens',
    );
    expect(row?.sealed.length).toBeGreaterThan(token.length);
    expect(row?.sealed.includes(token.slice(0, 12))).toBe(false);
  });

  it('an instance that dies while it fetches loses its claim, and the next fetches', async () => {
    await system.database.query(
      `INSERT INTO access_tokens (app_id, fetching_until) VALUES ($1, clock_timestamp() + interval '700 ms')`,
      [system.env['WXPAY_APP_ID']],
    );
    const began = performance.now();
    tokenIn(await first().get());
    expect(performance.now() - began).toBeGreaterThan(500);
  });

  it('is renewed five minutes early, while the old one is still handed out to those who cannot wait', async () => {
    const old = tokenIn(await first().get());
    await system.control.advance(7200 - 240);
    await system.control.fault({ path: '/cgi-bin/stable_token', fault: 'slow', ms: 300, count: 1 });
    expect(tokenIn(await first().get()).token).toBe(old.token);
    await eventually(async () => {
      expect(tokenIn(await other().get()).token).not.toBe(old.token);
    });
    expect((await account()).stableRequests).toBe(2);
  });

  it('is fetched again after its end', async () => {
    const old = tokenIn(await first().get());
    await system.control.advance(7300);
    const tokens = await Promise.all([first().get(), other().get()]);
    expect(new Set(tokens.map((outcome) => tokenIn(outcome).token)).size).toBe(1);
    expect(tokenIn(await first().get()).token).not.toBe(old.token);
    expect((await account()).stableRequests).toBe(2);
  });

  it('only the newest can be given up: a late refusal of an old one changes nothing', async () => {
    const old = tokenIn(await first().get());
    await lever({ refuseWith: 40001 });
    await Promise.all([first().refuse(old), other().refuse(old), first().refuse(old)]);
    const fresh = tokenIn(await other().get());
    expect(fresh.token).not.toBe(old.token);
    await other().refuse(old);
    expect(tokenIn(await first().get())).toEqual(fresh);
    expect((await account()).stableRequests).toBe(2);
  });

  it('is forced when WeChat hands out the refused one again', async () => {
    const old = tokenIn(await first().get());
    await lever({ refuseWith: 40001, stuck: true });
    await first().refuse(old);
    expect(tokenIn(await first().get()).token).not.toBe(old.token);
    expect((await account()).forcedAt).toHaveLength(1);
  });

  it('sealed with a key that is gone, it is fetched again', async () => {
    const { token } = tokenIn(await first().get());
    await system.database.query("UPDATE access_tokens SET token_sealed = '\\x00'");
    expect(tokenIn(await first().get()).token).toBe(token);
    expect((await account()).stableRequests).toBe(2);
  });
});

describe('a token that cannot be had', () => {
  it('a used-up quota is said to everybody by one question, and tried again after a pause', async () => {
    await lever({ quotaPerDay: 0 });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 ? first() : other()).get()),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ kind: 'unknown', message: expect.stringContaining('45009') });
    expect((await account()).stableRequests).toBe(1);
    const [row] = await system.database.query<{ failure: string }>('SELECT failure FROM access_tokens');
    expect(row?.failure).toContain('reach max api daily quota limit');
    await lever({ quotaPerDay: null });
    expect(await first().get()).toMatchObject({ kind: 'unknown' });
    await system.database.query('UPDATE access_tokens SET retry_at = now()');
    tokenIn(await first().get());
  });

  it.each(['timeout', 'reset', 'http500', 'garbage', 'SYSTEMERROR', '40125', '40164'])(
    '%s: an outcome in words that carry no secret, and the next one works',
    async (fault) => {
      await system.control.fault({ path: '/cgi-bin/stable_token', fault, count: 1, ms: 100 });
      const outcome = await first().get();
      expect(outcome).toMatchObject({
        kind: 'unknown',
        message: expect.stringMatching(/^no access_token: .+/),
      });
      expect(JSON.stringify(outcome)).not.toContain(system.env['WXPAY_APP_SECRET']);
      await system.database.query('UPDATE access_tokens SET retry_at = now()');
      tokenIn(await first().get());
    },
  );
});

describe('a call with the token', () => {
  it.each([40001, 40014, 42001])('%i: the token is renewed and the call made once more', async (errcode) => {
    await call();
    await lever({ refuseWith: errcode });
    const calls = await Promise.all([call(), call(), call()]);
    for (const outcome of calls) expect(outcome.kind).toBe('accepted');
    expect((await account()).stableRequests).toBe(2);
  });

  it('a token that is refused again is an outcome, not an endless loop', async () => {
    await system.control.fault({ path: 'get_delivery_list', fault: '40001' });
    expect(await call()).toMatchObject({ kind: 'unknown', message: expect.stringContaining('40001') });
    expect(await system.control.applied()).toEqual([2]);
  });

  it.each<[string, object]>([
    ['45009', { kind: 'rejected', code: '45009' }],
    ['SYSTEMERROR', { kind: 'unknown', reason: 'SYSTEM_ERROR' }],
    ['http500', { kind: 'unknown', reason: 'HTTP_STATUS' }],
    ['garbage', { kind: 'unknown', reason: 'UNREADABLE' }],
    ['reset', { kind: 'unknown', reason: 'CONNECTION_LOST' }],
    ['timeout', { kind: 'unknown' }],
  ])('%s is classified', async (fault, outcome) => {
    await system.control.fault({ path: 'get_delivery_list', fault, count: 1, ms: 100 });
    expect(await call()).toMatchObject(outcome);
  });
});
