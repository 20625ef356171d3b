import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/buyer.js';
import { startSystem, type System } from './support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '1200' });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

interface LoggedIn {
  token: string;
  expiresAt: string;
  buyer: { id: string };
}

async function login(body: unknown): Promise<{ status: number; text: string; body: LoggedIn & ProblemBody }> {
  const answer = await fetch(`${system.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as LoggedIn & ProblemBody };
}

async function buyersOf(openid: string): Promise<{ id: string; session_key_sealed: Buffer }[]> {
  return system.database.query('SELECT id, session_key_sealed FROM buyers WHERE openid = $1', [openid]);
}

async function buyerWithKey(key: string): Promise<string> {
  const { code } = await system.control.loginCode();
  const answer = await fetch(`${system.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ code }),
  });
  return ((await answer.json()) as LoggedIn).buyer.id;
}

describe('logging in', () => {
  it('gives a token for seven days and the buyer’s id, and nothing of WeChat’s', async () => {
    const { code, openid } = await system.control.loginCode();
    const { status, body, text } = await login({ code });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['buyer', 'expiresAt', 'token']);
    expect(Object.keys(body.buyer)).toEqual(['id']);
    const days = (new Date(body.expiresAt).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThanOrEqual(7);
    const [, claims = ''] = body.token.split('.');
    for (const words of [text, Buffer.from(claims, 'base64url').toString()]) {
      expect(words).not.toContain(openid);
      expect(words).not.toContain('session_key');
      expect(words).not.toContain(system.env['WXPAY_APP_SECRET'] ?? '-');
    }
    const orders = await fetch(`${system.url}/api/v1/orders`, {
      headers: { authorization: `Bearer ${body.token}` },
    });
    expect(orders.status).toBe(200);
  });

  it('keeps the session key sealed: other bytes each time, no plain text', async () => {
    const { openid, code } = await system.control.loginCode();
    await login({ code });
    const [first] = await buyersOf(openid);
    await login({ code: (await system.control.loginCode(openid)).code });
    const [second] = await buyersOf(openid);
    expect(second?.id).toBe(first?.id);
    // nonce, tag and the 24 base64 letters of a session key
    expect(first?.session_key_sealed).toHaveLength(4 + 12 + 16 + 24);
    expect(first?.session_key_sealed.equals(second?.session_key_sealed ?? Buffer.alloc(0))).toBe(false);
    expect(first?.session_key_sealed.subarray(28).toString('latin1')).not.toMatch(/^[A-Za-z0-9+/]{22}==$/);
  });

  it('one openid is one buyer, however many logins come at once', async () => {
    const { openid } = await system.control.loginCode();
    const codes = await Promise.all(Array.from({ length: 10 }, () => system.control.loginCode(openid)));
    const answers = await Promise.all(codes.map(({ code }) => login({ code })));
    expect(new Set(answers.map(({ body }) => body.buyer.id)).size).toBe(1);
    expect(await buyersOf(openid)).toHaveLength(1);
  });

  it('a code works once, also when it is used twice at the same moment', async () => {
    const { code } = await system.control.loginCode();
    const answers = await Promise.all([login({ code }), login({ code })]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401]);
    expect(await login({ code })).toMatchObject({ status: 401, body: { code: 'LOGIN_CODE_INVALID' } });
  });

  it('a forged code is refused', async () => {
    expect(await login({ code: 'forged' })).toMatchObject({
      status: 401,
      body: { code: 'LOGIN_CODE_INVALID' },
    });
  });

  it('a code older than five minutes is refused', async () => {
    const { code } = await system.control.loginCode();
    await system.control.advance(301);
    expect(await login({ code })).toMatchObject({ status: 401, body: { code: 'LOGIN_CODE_INVALID' } });
  });

  it.each<[string, unknown, string]>([
    ['no code', {}, 'code'],
    ['an empty code', { code: '' }, 'code'],
    ['a number', { code: 1 }, 'code'],
    ['a code of a kilobyte', { code: 'x'.repeat(1024) }, 'code'],
    ['an openid of the client’s own', { code: 'x', openid: 'oMine' }, 'openid'],
    ['an app that is not offered', { code: 'x', app: 'website' }, 'app'],
  ])('%s is refused by name', async (_, body, field) => {
    expect(await login(body)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
  });

  it.each([
    ['40226', 403, 'LOGIN_BLOCKED'],
    ['45011', 429, 'LOGIN_TOO_OFTEN'],
    ['40125', 502, 'WECHAT_CREDENTIALS_REFUSED'],
    ['SYSTEMERROR', 502, 'WECHAT_UNAVAILABLE'],
    ['http500', 502, 'WECHAT_UNAVAILABLE'],
    ['garbage', 502, 'WECHAT_UNAVAILABLE'],
    ['reset', 502, 'WECHAT_UNAVAILABLE'],
    ['timeout', 502, 'WECHAT_UNAVAILABLE'],
  ])('when WeChat ends in %s the answer is %i %s, without a secret in it', async (fault, status, code) => {
    await system.control.fault({ path: '/sns/jscode2session', fault });
    const given = await system.control.loginCode();
    const answer = await login({ code: given.code });
    expect(answer).toMatchObject({ status, body: { code } });
    for (const secret of [system.env['WXPAY_APP_SECRET'] ?? '-', given.openid, given.code])
      expect(answer.text).not.toContain(secret);
    expect(await buyersOf(given.openid)).toEqual([]);
  });

  it.each(['WXPAY_APP_APP_ID', 'WXPAY_OFFICIAL_APP_ID'])(
    'A1: the OAuth code of %s logs in as well, once, and leaves no session key',
    async (name) => {
      const app = system.env[name] ?? '';
      const { code, openid } = await system.control.loginCode(undefined, app);
      const { status, text } = await login({ code, app });
      expect(status).toBe(200);
      expect(text).not.toContain(openid);
      expect(await buyersOf(openid)).toMatchObject([{ session_key_sealed: null }]);
      expect(await login({ code, app })).toMatchObject({ status: 401, body: { code: 'LOGIN_CODE_INVALID' } });
      expect(await login({ code: (await system.control.loginCode(openid)).code, app })).toMatchObject({
        status: 401,
        body: { code: 'LOGIN_CODE_INVALID' },
      });
      await system.control.fault({ path: '/sns/oauth2/access_token', fault: '40125' });
      const refused = await login({ code: (await system.control.loginCode(undefined, app)).code, app });
      expect(refused).toMatchObject({ status: 502, body: { code: 'WECHAT_CREDENTIALS_REFUSED' } });
    },
  );

  it('takes no Idempotency-Key: a login is never replayed', async () => {
    expect(await buyerWithKey('same')).not.toBe(await buyerWithKey('same'));
  });
});
