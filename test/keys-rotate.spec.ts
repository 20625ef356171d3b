import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SEALED_COLUMNS } from '../src/common/sealed-columns.js';
import { Sealing } from '../src/common/sealed.js';
import { TestBuyer } from './support/buyer.js';
import { command } from './support/command.js';
import { login, TestOperator, totpCode } from './support/staff.js';
import { startSystem, type System } from './support/system.js';

const [OLD, NEW] = [
  'the old encryption key, 32 characters and more',
  'the new encryption key, 32 characters and more',
];
let system: System;
beforeAll(async () => {
  system = await startSystem({ DATA_ENCRYPTION_KEY: OLD });
});
afterAll(() => system.stop());

const rotate = (env: Record<string, string>) =>
  command('keys-rotate', { DATABASE_URL: system.database.url, ...env });

describe('a sealed secret', () => {
  const sealing = new Sealing([OLD], 'test');
  it('opens for its row and its purpose alone, and not when altered', () => {
    const sealed = sealing.seal('secret', 'row-1');
    expect(sealing.open(sealed, 'row-1')).toBe('secret');
    expect(() => sealing.open(sealed, 'row-2')).toThrow();
    expect(() => new Sealing([OLD], 'another').open(sealed, 'row-1')).toThrow();
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(() => sealing.open(altered, 'row-1')).toThrow();
    }
  });

  it('opens with the key before the last change, and says whether it is current', () => {
    const sealed = sealing.seal('secret', 'row-1');
    const both = new Sealing([NEW, OLD], 'test');
    expect(both.open(sealed, 'row-1')).toBe('secret');
    expect([both.isCurrent(sealed), both.isCurrent(both.seal('secret', 'row-1'))]).toEqual([false, true]);
    expect(() => new Sealing([NEW], 'test').open(sealed, 'row-1')).toThrow(/DATA_ENCRYPTION_KEY/);
  });
});

describe('npm run keys:rotate', () => {
  it('knows every sealed column there is', async () => {
    const columns = await system.database.query<{ table: string; column: string }>(
      `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name LIKE '%sealed'`,
    );
    const known = Object.values(SEALED_COLUMNS).map(({ table, column }) => `${table}.${column}`);
    expect(known.sort()).toEqual(columns.map(({ table, column }) => `${table}.${column}`).sort());
  });

  it('changes the key without anybody losing a secret: both open, then all are sealed anew, then one is enough', async () => {
    await TestBuyer.login(system);
    const owner = await TestOperator.login(system, 'OWNER');
    const { secret } = await owner.enrol();
    const enters = async (step: number) =>
      (await login(system, { ...owner.credentials, totp: totpCode(secret, step) })).status;

    await system.restart({ DATA_ENCRYPTION_KEY: NEW, DATA_ENCRYPTION_KEY_PREVIOUS: OLD });
    expect(await enters(1)).toBe(201);
    const keys = { DATA_ENCRYPTION_KEY: NEW, DATA_ENCRYPTION_KEY_PREVIOUS: OLD };
    const first = await rotate(keys);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining('operators.totp_secret_sealed: 1 sealed anew'),
    });
    expect(await rotate(keys)).toMatchObject({
      code: 0,
      out: expect.stringContaining('operators.totp_secret_sealed: 0 sealed anew, 1 current'),
    });

    await system.restart({ DATA_ENCRYPTION_KEY: NEW });
    await system.database.query('UPDATE operators SET totp_last_step = NULL');
    expect(await enters(0)).toBe(201);
  });

  it('names what opens with neither key, touches it not, and fails', async () => {
    const answer = await rotate({ DATA_ENCRYPTION_KEY: 'a third key that sealed nothing, 32 characters' });
    expect(answer.code).toBe(1);
    expect(answer.out).toMatch(/operators [0-9a-f-]{36}: totp_secret_sealed opens with neither key/);
    expect(await rotate({ DATA_ENCRYPTION_KEY: NEW })).toMatchObject({ code: 0 });
  });

  it('says which setting is missing', async () => {
    expect(await rotate({})).toMatchObject({
      code: 1,
      out: expect.stringContaining('DATA_ENCRYPTION_KEY is missing'),
    });
  });
});
