import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOperator, login, TestOperator, totpCode } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => system.stop());

interface Enrolled {
  secret: string;
  otpauthUri: string;
}

/** As if the last code had been accepted long ago, so that this minute's codes are all still good. */
const longAgo = (id: string) =>
  system.database.query('UPDATE operators SET totp_last_step = 1 WHERE id = $1', [id]);
const tryLogin = (operator: TestOperator, totp?: string) =>
  login<{ code: string; operator: { hasSecondFactor: boolean } }>(system, {
    ...operator.credentials,
    ...(totp !== undefined && { totp }),
  });

describe('enrolling', () => {
  it('counts only once a code is confirmed', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { status, body } = await operator.send<Enrolled>('POST', '/me/totp');
    expect(status).toBe(201);
    const uri = new URL(body.otpauthUri);
    expect(uri.protocol + uri.host).toBe('otpauth:totp');
    expect(uri.searchParams.get('secret')).toBe(body.secret);
    expect((await tryLogin(operator)).status).toBe(201);
    expect(await operator.send('POST', '/me/totp/confirm', { totp: '000000' })).toMatchObject({
      status: 401,
      body: { code: 'SECOND_FACTOR_INVALID' },
    });
    expect((await operator.send('POST', '/me/totp/confirm', { totp: totpCode(body.secret) })).status).toBe(
      200,
    );
    expect(await operator.send('GET', '/me')).toMatchObject({
      body: { hasSecondFactor: true, stepUpAt: expect.any(String) },
    });
    expect(await operator.send('POST', '/me/totp')).toMatchObject({
      status: 409,
      body: { code: 'SECOND_FACTOR_ACTIVE' },
    });
    expect(await operator.send('POST', '/me/totp/confirm', { totp: totpCode(body.secret, 1) })).toMatchObject(
      { status: 409 },
    );
  });

  it('confirming without enrolling is refused', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    expect(await operator.send('POST', '/me/totp/confirm', { totp: '123456' })).toMatchObject({
      status: 409,
      body: { code: 'SECOND_FACTOR_ABSENT' },
    });
    expect(await operator.send('POST', '/sessions/current/step-up', { totp: '123456' })).toMatchObject({
      status: 409,
    });
    expect(await operator.send('DELETE', '/me/totp')).toMatchObject({ status: 409 });
  });

  it('ends the sessions that were opened without a code', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const other = await TestOperator.again(system, operator.credentials);
    await operator.enrol();
    expect((await other.send('GET', '/me')).status).toBe(401);
    expect((await operator.send('GET', '/me')).status).toBe(200);
  });

  it('keeps the secret sealed to its row', async () => {
    const [first, second] = [
      await TestOperator.login(system, 'FINANCE'),
      await TestOperator.login(system, 'FINANCE'),
    ];
    const { secret } = await first.enrol();
    await second.enrol();
    const rows = await system.database.query(
      'SELECT encode(totp_secret_sealed, $$escape$$) AS sealed FROM operators',
    );
    expect(JSON.stringify(rows)).not.toContain(secret);
    await system.database.query(
      'UPDATE operators SET totp_last_step = 1, totp_secret_sealed = (SELECT totp_secret_sealed FROM operators WHERE id = $1) WHERE id = $2',
      [first.id, second.id],
    );
    expect((await tryLogin(second, totpCode(secret))).status).toBe(500);
  });
});

describe('guessing codes in a session', () => {
  it('is not forgiven to whoever knows the password', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    await operator.enrol();
    const { password } = operator.credentials;
    for (let n = 0; n < 5; n++) {
      const guess = await operator.send('POST', '/sessions/current/step-up', { totp: '000000' });
      expect(guess).toMatchObject({ status: 401, body: { code: 'SECOND_FACTOR_INVALID' } });
      expect((await operator.send('POST', '/me/password', { password, newPassword: password })).status).toBe(
        204,
      );
    }
    expect(await operator.send('POST', '/sessions/current/step-up', { totp: '000000' })).toMatchObject({
      status: 429,
      body: { code: 'LOGIN_LOCKED' },
    });
  });

  it('and guesses at the password lock nobody out of his codes', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    const guess = { password: 'a wrong guess', newPassword: 'another long password' };
    for (let n = 0; n < 5; n++) expect((await operator.send('POST', '/me/password', guess)).status).toBe(401);
    expect((await operator.send('POST', '/me/password', guess)).status).toBe(429);
    const shown = await operator.send('POST', '/sessions/current/step-up', { totp: totpCode(secret, 1) });
    expect(shown.status).toBe(200);
  });
});

describe('logging in with a second factor', () => {
  it('asks for the code, and takes each one once', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    expect(await tryLogin(operator)).toMatchObject({ status: 401, body: { code: 'SECOND_FACTOR_REQUIRED' } });
    expect(await tryLogin(operator, '')).toMatchObject({
      status: 401,
      body: { code: 'SECOND_FACTOR_REQUIRED' },
    });
    expect(await tryLogin(operator, totpCode(secret))).toMatchObject({
      status: 401,
      body: { code: 'SECOND_FACTOR_INVALID' }, // the code that confirmed
    });
    const next = totpCode(secret, 1);
    expect(await tryLogin(operator, `${next.slice(0, 3)} ${next.slice(3)}`)).toMatchObject({
      status: 201,
      body: { operator: { hasSecondFactor: true } },
    });
    expect((await tryLogin(operator, next)).status).toBe(401);
    expect((await tryLogin(operator, totpCode(secret))).status).toBe(401); // older than the last accepted
  });

  it('the same code twice at once opens one session', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    const code = totpCode(secret, 1);
    const statuses = (await Promise.all([1, 2, 3].map(() => tryLogin(operator, code)))).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 401, 401]);
  });

  it('wrong codes lock the account like wrong passwords; asking for the code is no failure', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    for (let n = 0; n < 8; n++) expect((await tryLogin(operator)).body.code).toBe('SECOND_FACTOR_REQUIRED');
    for (let n = 0; n < 4; n++) expect((await tryLogin(operator, '000000')).status).toBe(401);
    await tryLogin(operator); // must not clear the count
    expect((await tryLogin(operator, '000000')).status).toBe(401);
    expect(await tryLogin(operator, totpCode(secret, 1))).toMatchObject({
      status: 429,
      body: { code: 'LOGIN_LOCKED' },
    });
  });

  it('a recovery code stands in, once, in any spelling', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { recoveryCodes } = await operator.enrol();
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = '', second = ''] = recoveryCodes;
    expect((await tryLogin(operator, first.toLowerCase().replaceAll('-', ' '))).status).toBe(201);
    expect((await tryLogin(operator, first)).status).toBe(401);
    const together = await Promise.all([tryLogin(operator, second), tryLogin(operator, second)]);
    expect(new Set(together.map(({ status }) => status))).toEqual(new Set([201, 401]));
    const stored = await system.database.query(
      'SELECT encode(code_hash, $$escape$$) AS hash FROM operator_recovery_codes',
    );
    expect(JSON.stringify(stored)).not.toContain(first.replaceAll('-', ''));
  });
});

describe('stepping up', () => {
  it('a login with a code counts; later a fresh code is needed', async () => {
    const operator = await TestOperator.login(system, 'OWNER');
    const { secret } = await operator.enrol();
    const again = await TestOperator.again(system, operator.credentials, totpCode(secret, 1));
    const rename = () => again.send('PATCH', `/operators/${operator.id}`, { displayName: '店主' });
    expect((await rename()).status).toBe(200);
    await system.database.query(
      `UPDATE operator_sessions SET step_up_at = now() - interval '301 seconds' WHERE operator_id = $1`,
      [operator.id],
    );
    expect(await rename()).toMatchObject({ status: 403, body: { code: 'STEP_UP_REQUIRED' } });
    expect((await again.send('POST', '/sessions/current/step-up', { totp: '000000' })).status).toBe(401);
    expect((await rename()).status).toBe(403);
    await longAgo(operator.id);
    expect((await again.send('POST', '/sessions/current/step-up', { totp: totpCode(secret) })).status).toBe(
      200,
    );
    expect((await rename()).status).toBe(200);
    // Another session of the same operator has not shown it.
    expect((await operator.send('PATCH', `/operators/${operator.id}`, { displayName: 'x' })).status).toBe(
      403,
    );
  });

  it('guesses in a session are limited too', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    const show = (totp: string) => operator.send('POST', '/sessions/current/step-up', { totp });
    for (let n = 0; n < 5; n++) expect((await show('000000')).status).toBe(401);
    const locked = await show(totpCode(secret, 1));
    expect(locked).toMatchObject({ status: 429, body: { code: 'LOGIN_LOCKED' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('removing it', () => {
  it('takes a code or a fresh step-up', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const { secret } = await operator.enrol();
    await system.database.query('UPDATE operator_sessions SET step_up_at = NULL WHERE operator_id = $1', [
      operator.id,
    ]);
    expect(await operator.send('DELETE', '/me/totp')).toMatchObject({
      status: 403,
      body: { code: 'STEP_UP_REQUIRED' },
    });
    expect((await operator.send('DELETE', '/me/totp', { totp: '000000' })).status).toBe(401);
    expect((await operator.send('DELETE', '/me/totp', { totp: totpCode(secret, 1) })).status).toBe(204);
    expect((await tryLogin(operator)).status).toBe(201);
    await operator.enrol();
    expect((await operator.send('DELETE', '/me/totp')).status).toBe(204);
    expect(await operator.send('GET', '/me')).toMatchObject({
      body: { hasSecondFactor: false, stepUpAt: null },
    });
    expect(
      await system.database.query('SELECT FROM operator_recovery_codes WHERE operator_id = $1', [
        operator.id,
      ]),
    ).toEqual([]);
  });

  it('an owner takes it off who has lost it', async () => {
    const [owner, operator] = [
      await TestOperator.login(system, 'OWNER'),
      await TestOperator.login(system, 'SUPPORT'),
    ];
    await operator.enrol();
    expect((await owner.send('DELETE', `/operators/${operator.id}/totp`)).status).toBe(204);
    expect((await operator.send('GET', '/me')).status).toBe(401);
    expect((await tryLogin(operator)).status).toBe(201);
  });
});

it('a code of another account is worth nothing', async () => {
  const [first, second] = [
    await TestOperator.login(system, 'FINANCE'),
    await TestOperator.login(system, 'FINANCE'),
  ];
  const { secret, recoveryCodes } = await first.enrol();
  await second.enrol();
  await longAgo(second.id);
  expect((await tryLogin(second, totpCode(secret))).status).toBe(401);
  expect((await tryLogin(second, recoveryCodes[0])).status).toBe(401);
  expect((await login(system, await createOperator(system, 'VIEWER'))).status).toBe(201);
});
