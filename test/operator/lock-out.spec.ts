import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressSubject } from '../../src/common/http/address-subject.js';
import { waitingForLock } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import { createOperator, login, TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => system.stop());

let addresses = 0;
/** An address nobody else in this file uses. */
const freshAddress = () => ({
  'x-forwarded-for': `198.51.${Math.floor(++addresses / 250)}.${addresses % 250}`,
});
const guess = (username: string, headers = freshAddress()) =>
  login<{ code: string }>(system, { username, password: 'a wrong guess' }, headers);
const failuresOf = (subject: string) =>
  system.database.query<{ failures: number; wait: number | null }>(
    'SELECT failures, extract(epoch FROM blocked_until - last_failed_at)::int AS wait FROM login_failures WHERE subject = $1',
    [subject],
  );
/** Time passes: the wait is over, the failures are not forgotten. */
const waitOver = (subject: string) =>
  system.database.query(
    `UPDATE login_failures SET blocked_until = now() - interval '1 second' WHERE subject = $1`,
    [subject],
  );

const median = (times: number[]) => times.toSorted((a, b) => a - b)[2] ?? 0;

async function guesses(count: number, username: string): Promise<void> {
  for (let n = 0; n < count; n++) await guess(username);
}

describe('guessing at one account', () => {
  it('is locked after five failures, from every address and for the right password too', async () => {
    const account = await createOperator(system, 'FINANCE');
    for (let n = 0; n < 5; n++)
      expect(await guess(account.username)).toMatchObject({ status: 401, body: { code: 'LOGIN_FAILED' } });
    const locked = await login<{ code: string }>(system, account, freshAddress());
    expect(locked).toMatchObject({ status: 429, body: { code: 'LOGIN_LOCKED' } });
    const retryAfter = Number(locked.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(25);
    expect(retryAfter).toBeLessThanOrEqual(30);
    await waitOver(account.username);
    expect((await login(system, account, freshAddress())).status).toBe(201);
    expect(await failuresOf(account.username)).toEqual([]);
  });

  it('costs longer each time, up to a quarter of an hour', async () => {
    const { username } = await createOperator(system, 'VIEWER');
    await guesses(5, username);
    const waits: (number | null | undefined)[] = [];
    for (let n = 0; n < 7; n++) {
      waits.push((await failuresOf(username))[0]?.wait);
      await waitOver(username);
      await guess(username);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
  });

  it('is forgotten after a quiet day', async () => {
    const { username } = await createOperator(system, 'VIEWER');
    await guesses(4, username);
    await system.database.query(
      `UPDATE login_failures SET last_failed_at = now() - interval '25 hours' WHERE subject = $1`,
      [username],
    );
    await guess(username);
    expect(await failuresOf(username)).toEqual([{ failures: 1, wait: null }]);
  });

  it('fifty guesses at once are no more than five', async () => {
    const { username } = await createOperator(system, 'VIEWER');
    const answers = await Promise.all(Array.from({ length: 50 }, () => guess(username)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(45);
  });

  it('guesses that waited for the one that locks are not checked either', async () => {
    const { username } = await createOperator(system, 'VIEWER');
    await guess(username);
    const held = system.database.query(
      `WITH held AS (UPDATE login_failures SET failures = 4 WHERE subject = $1 RETURNING failures)
       SELECT pg_sleep(1.5) FROM held`,
      [username],
    );
    const sleeping = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
    await eventually(async () => expect(await system.database.query(sleeping)).toHaveLength(1));
    const waiting = Promise.all(Array.from({ length: 8 }, () => guess(username)));
    await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(8));
    await held;
    const statuses = (await waiting).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(1);
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
  });

  it('looks the same when there is no such account, and takes as long', async () => {
    const { username } = await createOperator(system, 'VIEWER');
    const took = { known: [] as number[], unknown: [] as number[] };
    for (let n = 0; n < 5; n++) {
      for (const [kind, name] of [
        ['known', username],
        ['unknown', 'no-such-account'],
      ] as const) {
        const started = performance.now();
        expect((await guess(name)).status).toBe(401);
        took[kind].push(performance.now() - started);
      }
    }
    expect((await guess('no-such-account')).status).toBe(429);
    expect(median(took.unknown) / median(took.known)).toBeGreaterThan(0.4);
    expect(median(took.unknown) / median(took.known)).toBeLessThan(2.5);
  });

  it('does not keep its owner from what he does in his session', async () => {
    const operator = await TestOperator.login(system, 'FINANCE');
    await guesses(6, operator.credentials.username);
    const { secret } = await operator.enrol();
    expect(secret).toEqual(expect.any(String));
  });
});

describe('guessing from one address', () => {
  it('is locked after thirty failures, whatever the names; other addresses are not', async () => {
    const account = await createOperator(system, 'SUPPORT');
    const address = freshAddress();
    for (let n = 0; n < 30; n++) expect((await guess(`name-${n}`, address)).status).toBe(401);
    expect(await login(system, account, address)).toMatchObject({
      status: 429,
      body: { code: 'LOGIN_LOCKED' },
    });
    expect((await login(system, account, freshAddress())).status).toBe(201);
    await waitOver(address['x-forwarded-for']);
    expect((await login(system, account, address)).status).toBe(201);
    expect(await failuresOf(address['x-forwarded-for'])).toEqual([{ failures: 30, wait: null }]); // one own success forgives nothing
  });

  it('a locked account costs its address nothing more', async () => {
    const [victim, colleague] = [
      await createOperator(system, 'SUPPORT'),
      await createOperator(system, 'SUPPORT'),
    ];
    const office = freshAddress();
    for (let n = 0; n < 40; n++) await guess(victim.username, office);
    expect(await failuresOf(office['x-forwarded-for'])).toMatchObject([{ failures: 5 }]);
    expect((await login(system, colleague, office)).status).toBe(201);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (ip, subject) => expect(addressSubject(ip)).toBe(subject));
});

describe('a flood of wrong passwords', () => {
  it('leaves the service answering, and the tables small', async () => {
    const account = await createOperator(system, 'OWNER');
    const operator = await TestOperator.login(system, 'VIEWER');
    const before = await system.database.query('SELECT FROM audit_log');
    await system.database.query(
      `INSERT INTO login_failures SELECT 'account', 'old-' || n, 3, now() - interval '2 days' FROM generate_series(1, 500) n`,
    );
    const flood = Promise.all(
      Array.from({ length: 300 }, (_, n) => guess(`flood-${n}`, { 'x-forwarded-for': `192.0.2.${n % 3}` })),
    );
    const started = performance.now();
    expect((await operator.send('GET', '/me')).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(3000);
    const statuses = new Set((await flood).map(({ status }) => status));
    expect([...statuses].filter((status) => ![401, 429].includes(status))).toEqual([]);
    expect((await login(system, account, freshAddress())).status).toBe(201);
    const [rows] = await system.database.query<{ old: string; now: string }>(
      `SELECT count(*) FILTER (WHERE subject LIKE 'old-%') AS old, count(*) FILTER (WHERE subject LIKE 'flood-%') AS now FROM login_failures`,
    );
    expect(Number(rows?.old)).toBeLessThan(300);
    expect(Number(rows?.now)).toBeLessThanOrEqual(90); // the guesses that were checked: thirty from each address
    // Failures are not part of the audit chain: only the success is.
    expect(await system.database.query('SELECT FROM audit_log')).toHaveLength(before.length + 1);
  });
});
