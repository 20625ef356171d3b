import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createApp } from '../src/app.js';
import { readSettings } from '../src/config/settings.js';
import { migrate, revertMigration } from '../src/database/migrate.js';

const server = process.env['TEST_POSTGRES_URL'] ?? '';
const name = `migrations_${randomBytes(6).toString('hex')}`;
const url = server.replace(/\/postgres(?=\?|$)/, `/${name}`);
let admin: pg.Client;
let database: pg.Client;

beforeAll(async () => {
  admin = new pg.Client(server);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  database = new pg.Client(url);
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

/** Everything of ours in the database, as text: columns, constraints, indexes, triggers, functions. */
async function schema(): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(`
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> to_regclass('migrations')
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
      AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT 'function ' || proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

const settings = () =>
  readSettings({
    PUBLIC_URL: 'https://shop.example.com',
    DATABASE_URL: url,
    LOG_LEVEL: 'error',
    SESSION_SECRET: 's'.repeat(32),
    DATA_ENCRYPTION_KEY: 'd'.repeat(32),
    WXPAY_APP_ID: 'wxd930ea5d5a258f4f',
    WXPAY_APP_SECRET: 'a'.repeat(32),
    WXPAY_MCH_ID: '1900000001',
    WXPAY_API_KEY: 'k'.repeat(32),
  });

describe('migrations', () => {
  it('the application does not start on an empty database, and says what to do', async () => {
    await expect(createApp(settings())).rejects.toThrow('run `npm run migrate` first');
    expect(await schema()).toEqual([]);
  });

  it('apply once; a second time there is nothing to do', async () => {
    const applied = await migrate(url);
    expect(applied.length).toBeGreaterThanOrEqual(7);
    const after = await schema();
    expect(after.length).toBeGreaterThan(50);
    expect(await migrate(url)).toEqual([]);
    expect(await schema()).toEqual(after);
  });

  it('the application does not start when the newest is missing', async () => {
    await revertMigration(url);
    await expect(createApp(settings())).rejects.toThrow('run `npm run migrate` first');
    expect(await migrate(url)).toHaveLength(1);
  });

  it('can all be taken back, down to nothing, and applied again to the same schema', async () => {
    const full = await schema();
    const { rows } = await database.query<{ count: number }>('SELECT count(*)::int FROM migrations');
    for (let left = rows[0]?.count ?? 0; left > 0; left--) await revertMigration(url);
    expect(await schema()).toEqual([]);
    await migrate(url);
    expect(await schema()).toEqual(full);
  });

  it('two that run at once take turns', async () => {
    await revertMigration(url);
    await revertMigration(url);
    const results = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(results.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 0, 2]);
  });

  it('once they are applied the application starts', async () => {
    const app = await createApp(settings());
    await app.close();
  });
});
