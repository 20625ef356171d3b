import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OperatorView } from '../../src/operator/operator.schema.js';
import { TestBuyer, type Answer } from '../support/buyer.js';
import { createOperator, login, TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let owner: TestOperator;
beforeAll(async () => {
  system = await startSystem({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => system.stop());
beforeEach(async () => {
  // One owner at a time: the one whose last place these tests are about.
  await system.database.query(`UPDATE operators SET role = 'VIEWER'`);
  owner = await TestOperator.login(system, 'OWNER');
});

const NEW = {
  username: 'Li.Lei',
  displayName: '李雷',
  role: 'FINANCE',
  password: 'a password of some length',
};
const change = (by: TestOperator, id: string, body: unknown) => by.send('PATCH', `/operators/${id}`, body);
const auditOf = (id: string) =>
  system.database.query<{ action: string; name: string; before: unknown; after: unknown; ip: string }>(
    'SELECT action, operator_name AS name, before, after, ip FROM audit_log WHERE subject_id = $1 ORDER BY seq',
    [id],
  );
const activeOwners = async () =>
  (await system.database.query(`SELECT FROM operators WHERE role = 'OWNER' AND disabled_at IS NULL`)).length;

describe('accounts', () => {
  it('show when they were last used, also after the session has ended', async () => {
    const idle = await createOperator(system, 'SUPPORT');
    const used = await TestOperator.login(system, 'SUPPORT');
    const at = '2026-11-20T09:30:00.000+08:00';
    await system.database.query(
      'UPDATE operator_sessions SET last_seen_at = $2, revoked_at = $2 WHERE operator_id = $1',
      [used.id, at],
    );
    const { body } = await owner.send<{ items: OperatorView[] }>('GET', '/operators');
    const lastUse = (id: string) => body.items.find((operator) => operator.id === id)?.lastSeenAt;
    expect(lastUse(used.id)).toBe(at);
    expect(lastUse(idle.id)).toBeUndefined();
    expect((await owner.send<OperatorView>('GET', `/operators/${used.id}`)).body.lastSeenAt).toBe(at);
  });

  it('are created, listed, changed and disabled, and each step is audited', async () => {
    const { status, body } = await owner.send<OperatorView>('POST', '/operators', NEW, {
      'x-forwarded-for': '203.0.113.9',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      username: 'li.lei',
      displayName: '李雷',
      role: 'FINANCE',
      disabled: false,
      hasSecondFactor: false,
      createdAt: expect.stringMatching(/\+08:00$/),
    });
    expect((await owner.send<OperatorView>('GET', `/operators/${body.id}`)).body).toEqual(body);
    const { body: list } = await owner.send<{ items: OperatorView[] }>('GET', '/operators?limit=1');
    expect(list).toMatchObject({ items: [{ id: body.id }], nextCursor: expect.any(String) });
    expect((await login(system, { ...NEW, username: 'li.lei' })).status).toBe(201);
    expect((await change(owner, body.id, { role: 'SUPPORT' })).body).toMatchObject({ role: 'SUPPORT' });
    expect((await change(owner, body.id, { disabled: true })).body).toMatchObject({
      role: 'SUPPORT',
      disabled: true,
    });
    expect((await login(system, { ...NEW, username: 'li.lei' })).status).toBe(401);
    const name = owner.credentials.username;
    const first = { displayName: '李雷', role: 'FINANCE', disabled: false, deputyUntil: null, buyerId: null };
    expect(await auditOf(body.id)).toEqual([
      {
        action: 'operator.created',
        name,
        before: null,
        after: { username: 'li.lei', displayName: '李雷', role: 'FINANCE' },
        ip: '203.0.113.9',
      },
      {
        action: 'operator.changed',
        name,
        before: first,
        after: { ...first, role: 'SUPPORT' },
        ip: '127.0.0.1',
      },
      {
        action: 'operator.changed',
        name,
        before: { ...first, role: 'SUPPORT' },
        after: { ...first, role: 'SUPPORT', disabled: true },
        ip: '127.0.0.1',
      },
    ]);
  });

  it('are linked to a buyer of the shop, whose WeChat gets their messages', async () => {
    const { id } = await createOperator(system, 'SUPPORT');
    const buyer = await TestBuyer.login(system);
    expect((await change(owner, id, { buyerId: buyer.id })).body).toMatchObject({ buyerId: buyer.id });
    expect((await change(owner, id, { displayName: '小红' })).body).toMatchObject({ buyerId: buyer.id });
    for (const buyerId of ['01920000-0000-7000-8000-000000000000', 'nobody']) {
      const { status, body } = await change(owner, id, { buyerId });
      expect([status, body.errors?.[0]?.field]).toEqual([400, 'buyerId']);
    }
    expect((await change(owner, id, { buyerId: null })).body).not.toHaveProperty('buyerId');
  });

  it('have names of their own, whatever the case', async () => {
    const wanted = { ...NEW, username: 'han.meimei' };
    const both = await Promise.all([
      owner.send('POST', '/operators', wanted),
      owner.send('POST', '/operators', { ...wanted, username: 'Han.Meimei' }),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(both.find(({ status }) => status === 409)?.body.code).toBe('USERNAME_TAKEN');
  });

  it.each([
    ['username', { username: 'no spaces please' }],
    ['username', { username: '-dash' }],
    ['password', { password: 'short' }],
    ['role', { role: 'ROOT' }],
    ['displayName', { displayName: 'a\u0000b' }],
    ['id', { id: 'x' }],
  ])('refuse a wrong %s', async (field, wrong) => {
    expect(await owner.send('POST', '/operators', { ...NEW, ...wrong })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
  });

  it('that do not exist answer 404', async () => {
    for (const id of ['nobody', '01920000-0000-7000-8000-000000000000']) {
      expect(await owner.send('GET', `/operators/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'OPERATOR_NOT_FOUND' },
      });
      expect((await change(owner, id, { role: 'VIEWER' })).status).toBe(404);
      expect((await owner.send('POST', `/operators/${id}/password`, { password: NEW.password })).status).toBe(
        404,
      );
      expect((await owner.send('DELETE', `/operators/${id}/totp`)).status).toBe(404);
      expect(await owner.send('DELETE', `/operators/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'OPERATOR_NOT_FOUND' },
      });
    }
  });

  it('are disabled by DELETE, once, and stay where the audit log can name them', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    const path = `/operators/${operator.id}`;
    expect((await owner.send('DELETE', path)).status).toBe(204);
    expect((await operator.send('GET', '/me')).status).toBe(401);
    expect((await login(system, operator.credentials)).status).toBe(401);
    expect((await owner.send('GET', path)).body).toMatchObject({ role: 'FINANCE', disabled: true });
    expect((await owner.send('DELETE', path)).status).toBe(204);
    expect(await auditOf(operator.id)).toMatchObject([
      { action: 'operator.created' },
      { action: 'operator.changed', before: { disabled: false }, after: { disabled: true } },
    ]);
    expect((await change(owner, operator.id, { disabled: false })).status).toBe(200);
    expect((await login(system, operator.credentials)).status).toBe(201);
  });

  it('are disabled by DELETE only after a fresh second factor, from whoever has one', async () => {
    const operator = await createOperator(system, 'VIEWER');
    await owner.enrol();
    await system.database.query(`UPDATE operator_sessions SET step_up_at = NULL WHERE operator_id = $1`, [
      owner.id,
    ]);
    expect(await owner.send('DELETE', `/operators/${operator.id}`)).toMatchObject({
      status: 403,
      body: { code: 'STEP_UP_REQUIRED' },
    });
    expect((await owner.send('GET', `/operators/${operator.id}`)).body).toMatchObject({ disabled: false });
  });

  it('a reset password ends the sessions and the lock-out', async () => {
    const operator = await TestOperator.login(system, 'SUPPORT');
    for (let n = 0; n < 5; n++) await login(system, { ...operator.credentials, password: 'wrong' });
    expect((await login(system, operator.credentials)).status).toBe(429);
    const password = 'the one the owner chose';
    expect((await owner.send('POST', `/operators/${operator.id}/password`, { password })).status).toBe(200);
    expect((await operator.send('GET', '/me')).status).toBe(401);
    expect((await login(system, operator.credentials)).status).toBe(401);
    expect((await login(system, { ...operator.credentials, password })).status).toBe(201);
  });

  it('a repeated change with the same Idempotency-Key is one change', async () => {
    const operator = await createOperator(system, 'VIEWER');
    const send = () =>
      owner.send(
        'PATCH',
        `/operators/${operator.id}`,
        { displayName: '小王' },
        { 'idempotency-key': 'rename-1' },
      );
    expect((await send()).status).toBe(200);
    const again = await send();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await auditOf(operator.id)).toHaveLength(2); // created, changed
  });
});

/** Sends it twice with one Idempotency-Key; answers what both were answered. */
async function repeated(path: string, body: object): Promise<Answer<OperatorView>> {
  const send = () => owner.send<OperatorView>('POST', path, body, { 'idempotency-key': path });
  const answers = [await send(), await send()] as const;
  expect(answers[1].headers.get('idempotency-replayed')).toBe('true');
  expect(answers[1]).toMatchObject({ status: answers[0].status, body: answers[0].body });
  return answers[0];
}

describe('with an Idempotency-Key', () => {
  it('an account is created once', async () => {
    const { status, body } = await repeated('/operators', { ...NEW, username: 'once' });
    expect([status, body.username]).toEqual([201, 'once']);
    expect(await auditOf(body.id)).toHaveLength(1);
  });

  it('one whose answer was lost in a crash is there already', async () => {
    const headers = { 'idempotency-key': 'crashed' };
    const wanted = { ...NEW, username: 'crashed' };
    const { body } = await owner.send<OperatorView>('POST', '/operators', wanted, headers);
    await system.database.query(
      `UPDATE idempotency_keys SET status = NULL, answer = NULL WHERE key = 'crashed'`,
    );
    expect(await owner.send('POST', '/operators', wanted, headers)).toMatchObject({ status: 201, body });
    expect(await auditOf(body.id)).toHaveLength(1);
  });

  it('a password is reset once', async () => {
    const operator = await createOperator(system, 'SUPPORT');
    const { status } = await repeated(`/operators/${operator.id}/password`, { password: NEW.password });
    expect(status).toBe(200);
    expect(await auditOf(operator.id)).toHaveLength(2); // created, reset
  });

  it('nobody who reads the table can try passwords at what is kept of a body', async () => {
    const { id } = await createOperator(system, 'SUPPORT');
    const body = { password: 'guess me if you can' };
    await repeated(`/operators/${id}/password`, body);
    const [row] = await system.database.query<{ hash: Buffer; answer: unknown }>(
      'SELECT body_hash AS hash, answer FROM idempotency_keys WHERE key LIKE $1',
      [`%${id}%`],
    );
    expect(row?.hash).toHaveLength(32);
    expect(row?.hash).not.toEqual(createHash('sha256').update(JSON.stringify(body)).digest());
    expect(row?.answer).toMatchObject({ id });
  });
});

describe('the last active owner', () => {
  it('cannot be demoted or disabled, not even by himself', async () => {
    for (const body of [{ role: 'FINANCE' }, { disabled: true }])
      expect(await change(owner, owner.id, body)).toMatchObject({
        status: 409,
        body: { code: 'LAST_OWNER' },
      });
    expect(await owner.send('DELETE', `/operators/${owner.id}`)).toMatchObject({
      status: 409,
      body: { code: 'LAST_OWNER' },
    });
    expect((await change(owner, owner.id, { displayName: '老板' })).status).toBe(200);
    const disabled = await createOperator(system, 'OWNER');
    expect((await change(owner, disabled.id, { disabled: true })).status).toBe(200);
    expect((await change(owner, owner.id, { role: 'VIEWER' })).status).toBe(409); // a disabled owner is none
    await createOperator(system, 'OWNER');
    expect((await change(owner, owner.id, { role: 'VIEWER' })).status).toBe(200);
    expect(await activeOwners()).toBe(1);
  });

  it('stays when all owners demote each other at once', async () => {
    const owners = [owner, ...(await Promise.all([1, 2, 3].map(() => TestOperator.login(system, 'OWNER'))))];
    const answers = await Promise.all(
      owners.map((by, n) =>
        change(
          by,
          owners[(n + 1) % owners.length]?.id ?? '',
          n % 2 ? { role: 'VIEWER' } : { disabled: true },
        ),
      ),
    );
    expect(await activeOwners()).toBeGreaterThanOrEqual(1);
    for (const { status } of answers) expect([200, 401, 403, 409]).toContain(status);
  });

  it('stays when he is demoted twice at once beside a second owner', async () => {
    for (let round = 0; round < 5; round++) {
      await system.database.query(`UPDATE operators SET role = 'VIEWER'`);
      const pair = [await createOperator(system, 'OWNER'), await createOperator(system, 'OWNER')];
      const [first, second] = await Promise.all(pair.map((account) => TestOperator.again(system, account)));
      if (first === undefined || second === undefined) throw new Error('two owners');
      await Promise.all([
        change(first, second.id, { role: 'VIEWER' }),
        change(second, first.id, { role: 'VIEWER' }),
      ]);
      expect(await activeOwners()).toBe(1);
    }
  });
});

it('nothing secret is in any answer or in the audit log', async () => {
  const operator = await TestOperator.login(system, 'FINANCE');
  const { secret, recoveryCodes } = await operator.enrol();
  await owner.send('POST', `/operators/${operator.id}/password`, { password: 'reset to something' });
  await owner.send('POST', '/operators', { ...NEW, username: 'secretive' });
  const rows = await system.database.query<{ hash: string; sealed: string }>(
    `SELECT password_hash AS hash, encode(totp_secret_sealed, 'base64') AS sealed FROM operators WHERE id = $1`,
    [operator.id],
  );
  const answers = await Promise.all(
    [
      '/operators',
      `/operators/${operator.id}`,
      '/me',
      '/audit-log?limit=100',
      `/sessions?operatorId=${operator.id}`,
    ].map((path) => owner.send('GET', path)),
  );
  const audit = await system.database.query('SELECT row_to_json(a)::text AS row FROM audit_log a');
  const said = JSON.stringify([answers.map(({ body }) => body), audit]);
  const secrets = [
    secret,
    ...recoveryCodes,
    ...Object.values(rows[0] ?? {}),
    operator.credentials.password,
    operator.session.token,
    owner.session.token,
    NEW.password,
    'reset to something',
    '$argon2',
  ];
  for (const word of secrets) expect(said.includes(word)).toBe(false);
  expect(said).toContain('operator.password-reset');
});
