import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getDataSourceToken } from '@nestjs/typeorm';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { AuditService } from '../../src/operator/audit.service.js';
import type { AuditEntryView } from '../../src/operator/audit/audit-log.schema.js';
import {
  verifyAuditLog,
  type AuditHead,
  type AuditVerdict,
} from '../../src/operator/audit/audit-verification.js';
import { command as runCommand } from '../support/command.js';
import { login, TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let dataSource: DataSource;
let audit: AuditService;
beforeAll(async () => {
  system = await startSystem();
  dataSource = system.app.get<DataSource>(getDataSourceToken());
  audit = system.app.get(AuditService);
});
afterAll(() => system.stop());

const verify = (noted?: AuditHead): Promise<AuditVerdict> => verifyAuditLog(dataSource.manager, noted);

function record(subjectId: string, after: unknown = { n: 1 }): Promise<void> {
  return dataSource.transaction((manager) =>
    audit.record(manager, { operator: null, action: 'test.done', subjectKind: 'test', subjectId, after }),
  );
}

/** Whoever owns the database can switch the trigger off; the chain is what shows it afterwards. */
async function tamper(...statements: string[]): Promise<void> {
  await system.database.query('ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only');
  for (const statement of statements) await system.database.query(statement);
  await system.database.query('ALTER TABLE audit_log ENABLE TRIGGER audit_log_append_only');
}

const command = (name: string, args: string[] = [], input?: string) =>
  runCommand(name, { DATABASE_URL: system.database.url }, args, input);

describe('the chain', () => {
  it('has no gap, whatever is recorded at once', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => record(`parallel-${n}`)));
    const verdict = await verify();
    expect(verdict.broken).toBeUndefined();
    expect(verdict.rows).toBe(30);
    expect(verdict.head?.seq).toBe(30);
  });

  it('stands or falls with the transaction it is part of', async () => {
    const before = await verify();
    await expect(
      dataSource.transaction(async (manager) => {
        await audit.record(manager, {
          operator: null,
          action: 'test.undone',
          subjectKind: 'test',
          subjectId: 'x',
        });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await verify()).toEqual(before);
  });

  it('verifies whatever was said in it', async () => {
    const anything = fc.anything({ withDate: true, withNullPrototype: true, withSparseArray: true });
    const odd = {
      word: 'a\0b\uD800c',
      long: '钱'.repeat(500),
      ten: 1e21,
      tiny: 5e-324,
      zero: -0,
      nested: [{ b: 1, a: [null] }],
      '10': 1,
      '9': 2,
      __proto: {},
    };
    await record('odd', odd);
    await fc.assert(
      fc.asyncProperty(
        anything.filter((value) => typeof value !== 'function' && typeof value !== 'symbol'),
        (value) => record('any', { value }),
      ),
      { numRuns: 60 },
    );
    expect((await verify()).broken).toBeUndefined();
  });

  it('is append-only for the application', async () => {
    for (const statement of [
      `UPDATE audit_log SET action = 'x'`,
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
    ])
      await expect(system.database.query(statement)).rejects.toThrow('append-only');
  });
});

describe('tampering', () => {
  beforeEach(async () => {
    await tamper('TRUNCATE audit_log');
    for (let n = 1; n <= 6; n++) await record(`row-${n}`, { approved: n });
  });
  afterEach(() => tamper('TRUNCATE audit_log'));

  it.each([
    [
      'a changed value',
      `UPDATE audit_log SET after = '{"approved": 7}' WHERE seq = 3`,
      3,
      'its content is not what was written',
    ],
    ['another name', `UPDATE audit_log SET operator_name = 'somebody' WHERE seq = 4`, 4, 'its content'],
    [
      'another time, by a microsecond',
      `UPDATE audit_log SET at = at + interval '1 microsecond' WHERE seq = 2`,
      2,
      'its content',
    ],
    ['a removed row', 'DELETE FROM audit_log WHERE seq = 3', 4, 'row 3 is missing before it'],
    ['a removed first row', 'DELETE FROM audit_log WHERE seq = 1', 2, 'row 1 is missing'],
    ['a changed first row', `UPDATE audit_log SET ip = '::1' WHERE seq = 1`, 1, 'its content'],
    ['a changed last row', `UPDATE audit_log SET action = 'other' WHERE seq = 6`, 6, 'its content'],
    ['a changed hash', `UPDATE audit_log SET hash = sha256('x') WHERE seq = 5`, 5, 'its content'],
    [
      'rows that changed places',
      'UPDATE audit_log SET seq = CASE seq WHEN 3 THEN 4 ELSE 3 END WHERE seq IN (3, 4)',
      3,
      'does not follow',
    ],
    [
      'a row made up between two',
      `UPDATE audit_log SET seq = seq + 100 WHERE seq > 3; INSERT INTO audit_log SELECT 4, at, operator_id, operator_name, 'made.up', subject_kind, subject_id, before, after, ip, request_id, hash, sha256('y') FROM audit_log WHERE seq = 3; UPDATE audit_log SET seq = seq - 99 WHERE seq > 100`,
      4,
      'its content',
    ],
  ])('%s is found', async (_, change, seq, reason) => {
    expect((await verify()).broken).toBeUndefined();
    // Primary keys are checked row by row: exchanging two goes through a free number.
    await tamper(
      ...(change.includes('CASE')
        ? [
            'UPDATE audit_log SET seq = 99 WHERE seq = 3',
            'UPDATE audit_log SET seq = 3 WHERE seq = 4',
            'UPDATE audit_log SET seq = 4 WHERE seq = 99',
          ]
        : change.split(';')),
    );
    expect((await verify()).broken).toEqual({ seq, reason: expect.stringContaining(reason) });
  });

  it('a cut-off end, or a chain written anew, is found by a head noted down before', async () => {
    const { head } = await verify();
    if (head === null) throw new Error('there is a head');
    await record('later');
    expect((await verify(head)).broken).toBeUndefined();
    await tamper('DELETE FROM audit_log WHERE seq >= 6');
    expect((await verify()).broken).toBeUndefined(); // the chain alone cannot know
    expect((await verify(head)).broken).toEqual({ seq: 6, reason: 'rows 6 to 6 are missing at the end' });
    await record('something else');
    expect((await verify(head)).broken).toEqual({ seq: 6, reason: 'it is not the row that was noted down' });
  });

  it('`npm run audit:verify` names the first broken row and fails', async () => {
    const intact = await command('audit-verify');
    expect(intact).toEqual({
      code: 0,
      out: expect.stringMatching(/^the audit log is intact: 6 rows\nhead 6:[0-9a-f]{64}\n$/),
    });
    const head = /head (.*)/.exec(intact.out)?.[1] ?? '';
    await tamper(`UPDATE audit_log SET action = 'x' WHERE seq IN (2, 5)`);
    expect(await command('audit-verify')).toEqual({
      code: 1,
      out: 'the audit log is broken at row 2: its content is not what was written\n',
    });
    await tamper('TRUNCATE audit_log');
    expect((await command('audit-verify', ['--head', head])).code).toBe(1);
    expect((await command('audit-verify', ['--head', 'nonsense'])).code).toBe(1);
  });
});

it('GET /audit-log pages through what was done, newest first, and filters', async () => {
  const finance = await TestOperator.login(system, 'FINANCE');
  for (let n = 0; n < 5; n++) await record('paged', { n });
  const first = await finance.send<{ items: AuditEntryView[]; nextCursor: string }>(
    'GET',
    '/audit-log?subjectId=paged&limit=3',
  );
  const rest = await finance.send<{ items: AuditEntryView[]; nextCursor: null }>(
    'GET',
    `/audit-log?subjectId=paged&limit=3&cursor=${first.body.nextCursor}`,
  );
  expect([...first.body.items, ...rest.body.items].map(({ after }) => after)).toEqual(
    [4, 3, 2, 1, 0].map((n) => ({ n })),
  );
  expect(rest.body.nextCursor).toBeNull();
  expect((await finance.send('GET', '/audit-log?cursor=x')).status).toBe(400);
  for (const from of ['2026-01-01T00:00:00%2B18:00', '0000-01-01T00:00:00Z'])
    expect((await finance.send('GET', `/audit-log?from=${from}&to=${from}`)).body).toMatchObject({
      items: [],
    });
  const mine = await finance.send<{ items: AuditEntryView[] }>('GET', `/audit-log?operatorId=${finance.id}`);
  expect(mine.body.items).toMatchObject([
    {
      action: 'session.opened',
      operatorName: finance.credentials.username,
      ip: '127.0.0.1',
      requestId: expect.any(String),
      at: expect.stringMatching(/\+08:00$/),
    },
  ]);
});

describe('`npm run operator:create`', () => {
  it('takes the password from its input', async () => {
    const made = await command(
      'operator-create',
      ['--username', 'Boss', '--role', 'OWNER', '--display-name', '老板'],
      'a password from a pipe\n',
    );
    expect(made).toEqual({ code: 0, out: 'created boss, OWNER\n' });
    const { status, body } = await login(system, { username: 'boss', password: 'a password from a pipe' });
    expect([status, body.operator.displayName]).toEqual([201, '老板']);
  });

  it('makes one up and prints it once', async () => {
    const { code, out } = await command('operator-create', ['--username', 'clerk', '--role', 'SUPPORT']);
    expect(code).toBe(0);
    const password = /^password: (\S{24})$/m.exec(out)?.[1] ?? '';
    expect((await login(system, { username: 'clerk', password })).status).toBe(201);
  });

  it('says what is wrong', async () => {
    expect(await command('operator-create', ['--username', 'clerk', '--role', 'SUPPORT'])).toEqual({
      code: 1,
      out: 'There is already an operator called clerk.\n',
    });
    expect(await command('operator-create', ['--username', 'x y', '--role', 'KING'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/username: .*\nrole: [\s\S]*usage:/),
    });
    const short = await command('operator-create', ['--username', 'clerk2', '--role', 'SUPPORT'], 'short\n');
    expect(short.out).toMatch(/^password: /);
    expect(short.out).not.toContain('short\n');
    expect((await command('operator-create', ['--nonsense'])).code).toBe(1);
  });
});
