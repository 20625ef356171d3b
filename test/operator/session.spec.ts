import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Me, SessionView } from '../../src/operator/session/session.schema.js';
import { waitingForLock } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import { createOperator, login, request, TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const me = (headers: Record<string, string>) =>
  request<Me>(system, 'GET', '/api/v1/admin/me', undefined, headers);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function editSession(token: TestOperator, change: string): Promise<void> {
  const { body } = await token.send<Me>('GET', '/me');
  await system.database.query(`UPDATE operator_sessions SET ${change} WHERE id = $1`, [body.sessionId]);
}

describe('logging in', () => {
  it('opens a session for programs and browsers alike', async () => {
    const finance = await createOperator(system, 'FINANCE');
    const { status, body, headers } = await login(system, {
      ...finance,
      username: finance.username.toUpperCase(),
    });
    expect(status).toBe(201);
    expect(body.operator).toEqual({
      id: finance.id,
      username: finance.username,
      displayName: finance.username,
      role: 'FINANCE',
      disabled: false,
      hasSecondFactor: false,
      createdAt: expect.any(String),
    });
    const hours = (Date.parse(body.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThanOrEqual(12);
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^session=[\w-]{43};/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Strict/i);
    expect(cookie).toMatch(/; Path=\//i);
    expect(cookie).not.toMatch(/Secure/i); // the test speaks plain http to a loopback host
    expect(await me(bearer(body.token))).toMatchObject({
      status: 200,
      body: { username: finance.username, role: 'FINANCE', stepUpAt: null, csrfToken: body.csrfToken },
    });
    expect((await me({ cookie: `other=1; session=${body.token}` })).body.permissions).toContain(
      'refunds.review',
    );
  });

  it('keeps only a hash of the token', async () => {
    const { session } = await TestOperator.login(system, 'VIEWER');
    const rows = await system.database.query('SELECT * FROM operator_sessions');
    expect(JSON.stringify(rows)).not.toContain(session.token);
    const hex = Buffer.from(session.token).toString('hex');
    expect(
      JSON.stringify(
        await system.database.query('SELECT encode(token_hash, $$hex$$) FROM operator_sessions'),
      ),
    ).not.toContain(hex);
  });

  it('wrong password, unknown name and disabled account are one answer', async () => {
    const known = await createOperator(system, 'SUPPORT');
    const disabled = await createOperator(system, 'SUPPORT');
    await system.database.query('UPDATE operators SET disabled_at = now() WHERE id = $1', [disabled.id]);
    const answers = await Promise.all([
      login<Record<string, unknown>>(system, { ...known, password: 'not the password' }),
      login<Record<string, unknown>>(system, { username: 'nobody-at-all', password: 'not the password' }),
      login<Record<string, unknown>>(system, disabled),
    ]);
    const [first, ...others] = answers.map(({ status, body: { requestId, ...body } }) => ({
      status,
      body,
      requestId: typeof requestId,
    }));
    expect(first).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
    for (const other of others) expect(other).toEqual(first);
  });

  it('a password that was replaced while it was being checked opens nothing', async () => {
    const account = await createOperator(system, 'SUPPORT');
    const sleeping = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
    const replaced = system.database.query(
      `WITH changed AS (UPDATE operators SET password_hash = 'another' WHERE id = $1 RETURNING id)
       SELECT pg_sleep(1.5) FROM changed`,
      [account.id],
    );
    await eventually(async () => expect(await system.database.query(sleeping)).toHaveLength(1));
    // Reads the old hash, finds the password right, and waits for the row.
    const attempt = login<{ code: string }>(system, account);
    await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
    await replaced;
    expect(await attempt).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
  });

  it('refuses bodies that are no login', async () => {
    for (const body of [
      {},
      { username: 'x', password: 'y' },
      { username: 'owner', password: '' },
      { username: ['owner'], password: 'x' },
      { username: 'owner', password: 'x', role: 'OWNER' },
    ])
      expect(await request(system, 'POST', '/api/v1/admin/sessions', body)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
  });
});

describe('a session', () => {
  it('ends with the log-out: the token is worth nothing afterwards, however it comes', async () => {
    const operator = await TestOperator.login(system, 'SUPPORT');
    const { status, headers } = await operator.send('DELETE', '/sessions/current');
    expect(status).toBe(204);
    expect(headers.get('set-cookie')).toMatch(/^session=;/);
    expect(await me(bearer(operator.session.token))).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
    expect((await me({ cookie: `session=${operator.session.token}` })).status).toBe(401);
  });

  it.each([
    ['after twelve hours', `expires_at = now() - interval '1 second'`],
    ['after an hour without a request', `last_seen_at = now() - interval '61 minutes'`],
    ['when it is revoked', 'revoked_at = now()'],
  ])('ends %s, and does not come back', async (_, change) => {
    const operator = await TestOperator.login(system, 'SUPPORT');
    await editSession(operator, change);
    expect((await operator.send('GET', '/me')).status).toBe(401);
    expect((await operator.send('GET', '/me')).status).toBe(401);
  });

  it('stays while it is used, and is written at most once a minute', async () => {
    const operator = await TestOperator.login(system, 'SUPPORT');
    const seen = async () =>
      (
        await system.database.query<{ at: Date }>(
          'SELECT last_seen_at AS at FROM operator_sessions WHERE operator_id = $1',
          [operator.id],
        )
      )[0]?.at.getTime() ?? 0;
    const first = await seen();
    await operator.send('GET', '/me');
    expect(await seen()).toBe(first);
    await editSession(operator, `last_seen_at = now() - interval '59 minutes'`);
    expect((await operator.send('GET', '/me')).status).toBe(200);
    expect(await seen()).toBeGreaterThanOrEqual(first);
  });

  it('ends for whoever is disabled, and follows a changed role at once', async () => {
    const [owner, operator] = [
      await TestOperator.login(system, 'OWNER'),
      await TestOperator.login(system, 'SUPPORT'),
    ];
    expect((await operator.send('GET', '/audit-log')).status).toBe(403);
    await owner.send('PATCH', `/operators/${operator.id}`, { role: 'FINANCE' });
    expect((await operator.send('GET', '/audit-log')).status).toBe(200);
    await owner.send('PATCH', `/operators/${operator.id}`, { disabled: true });
    expect((await operator.send('GET', '/me')).status).toBe(401);
    await owner.send('PATCH', `/operators/${operator.id}`, { disabled: false });
    expect((await operator.send('GET', '/me')).status).toBe(401);
  });

  it('is listed and revoked by its operator, or by an owner; nobody else sees it', async () => {
    const first = await TestOperator.login(system, 'SUPPORT');
    const second = await TestOperator.again(system, first.credentials);
    const stranger = await TestOperator.login(system, 'FINANCE');
    const { body } = await first.send<{ items: SessionView[] }>('GET', '/sessions');
    expect(body.items.map(({ current }) => current)).toEqual([false, true]);
    const [other] = body.items;
    expect(await stranger.send('DELETE', `/sessions/${other?.id}`)).toMatchObject({
      status: 404,
      body: { code: 'SESSION_NOT_FOUND' },
    });
    expect((await stranger.send('GET', `/sessions?operatorId=${first.id}`)).status).toBe(403);
    expect((await second.send('GET', '/me')).status).toBe(200);
    expect((await first.send('DELETE', `/sessions/${other?.id}`)).status).toBe(204);
    expect((await second.send('GET', '/me')).status).toBe(401);
    expect((await first.send('DELETE', `/sessions/${other?.id}`)).status).toBe(404);

    const owner = await TestOperator.login(system, 'OWNER');
    const seen = await owner.send<{ items: SessionView[] }>('GET', `/sessions?operatorId=${first.id}`);
    expect((await owner.send('DELETE', `/sessions/${seen.body.items[0]?.id}`)).status).toBe(204);
    expect((await first.send('GET', '/me')).status).toBe(401);
    expect((await owner.send('DELETE', '/sessions/not-an-id')).status).toBe(404);
  });

  it('survives a change of one’s own password, the others do not', async () => {
    const first = await TestOperator.login(system, 'SUPPORT');
    const second = await TestOperator.again(system, first.credentials);
    const newPassword = 'another long password';
    expect(await first.send('POST', '/me/password', { password: 'wrong', newPassword })).toMatchObject({
      status: 401,
      body: { code: 'LOGIN_FAILED' },
    });
    expect(
      (await first.send('POST', '/me/password', { password: first.credentials.password, newPassword }))
        .status,
    ).toBe(204);
    expect((await first.send('GET', '/me')).status).toBe(200);
    expect((await second.send('GET', '/me')).status).toBe(401);
    expect((await login(system, first.credentials)).status).toBe(401);
    expect((await login(system, { ...first.credentials, password: newPassword })).status).toBe(201);
  });

  it('old ones are forgotten while new ones open', async () => {
    const viewer = await createOperator(system, 'VIEWER');
    await system.database.query(
      `INSERT INTO operator_sessions (id, operator_id, token_hash, created_at, expires_at, last_seen_at)
       SELECT gen_random_uuid(), $1, sha256(n::text::bytea), now() - interval '40 days', now() - interval '39 days', now() - interval '40 days'
       FROM generate_series(1, 10) n`,
      [viewer.id],
    );
    await login(system, viewer);
    expect(
      await system.database.query('SELECT FROM operator_sessions WHERE operator_id = $1', [viewer.id]),
    ).toHaveLength(1);
  });
});

describe('a request with the cookie', () => {
  const path = '/api/v1/admin/me/totp';
  const send = (headers: Record<string, string>, method = 'POST') =>
    request(system, method, path, undefined, headers);

  it('needs the CSRF token to change something, and none to read', async () => {
    const { session } = await TestOperator.login(system, 'SUPPORT');
    const other = await TestOperator.login(system, 'SUPPORT');
    const cookie = `session=${session.token}`;
    expect((await me({ cookie })).status).toBe(200);
    expect(await send({ cookie })).toMatchObject({ status: 403, body: { code: 'CSRF_TOKEN_INVALID' } });
    expect((await send({ cookie, 'x-csrf-token': 'x' })).status).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': other.session.csrfToken })).status).toBe(403);
    expect((await send({ cookie, 'x-csrf-token': session.csrfToken })).status).toBe(201);
  });

  it('is refused from a foreign page, even with the token', async () => {
    const { session } = await TestOperator.login(system, 'SUPPORT');
    const headers = { cookie: `session=${session.token}`, 'x-csrf-token': session.csrfToken };
    for (const site of ['cross-site', 'same-site'])
      expect(await send({ ...headers, 'sec-fetch-site': site })).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
    expect((await send({ ...headers, origin: 'https://evil.example.com' })).status).toBe(403);
    expect((await send({ ...headers, origin: 'null' })).status).toBe(403);
    expect((await send({ ...headers, origin: system.url })).status).toBe(201);
    expect((await send({ ...headers, origin: system.url, 'sec-fetch-site': 'same-origin' })).status).toBe(
      201,
    );
  });

  it('a bearer token needs neither: no browser attaches it by itself', async () => {
    const { session } = await TestOperator.login(system, 'SUPPORT');
    expect((await send({ ...bearer(session.token), origin: 'https://tools.example.com' })).status).toBe(201);
    expect(
      (
        await send({
          ...bearer('wrong'),
          cookie: `session=${session.token}`,
          'x-csrf-token': session.csrfToken,
        })
      ).status,
    ).toBe(401);
  });

  it('Secure where the service is reached by https', async () => {
    const viewer = await createOperator(system, 'VIEWER');
    await system.restart({ PUBLIC_URL: 'https://shop.example.com' });
    const { headers } = await login(system, viewer);
    expect(headers.get('set-cookie')).toMatch(/; Secure/i);
    await system.restart();
  });
});
