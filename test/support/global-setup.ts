import { mkdtempSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.js';
import { startSimulator } from '../../simulator/simulator.js';
import { migrate } from '../../src/database/migrate.js';
import { TEMPLATE_DATABASE } from './database.js';

/** A cluster that lives for one run has nothing to lose. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

/** One real PostgreSQL for the whole run; each test file clones a database that was migrated once, and WeChat's keys. */
export default async function globalSetup(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'checkout-test-'));
  chmodSync(home, 0o711); // the server may run as another user
  const postgres = await startEmbeddedPostgres({
    dataDir: join(home, 'postgres'),
    password: 'test',
    settings: SETTINGS,
    unixSocket: process.platform !== 'win32', // a seventh less time for the same tests than over TCP
  });
  const admin = new pg.Client(postgres.url('postgres'));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await admin.end();
  await migrate(postgres.url(TEMPLATE_DATABASE));
  // Keys and certificates are made once, a second and a half of a processor; each system gets a copy.
  const wechat = join(home, 'wechat');
  await (await startSimulator({ dir: wechat, port: 0, tlsPort: 0 })).close();
  process.env['TEST_WECHAT'] = wechat;
  process.env['TEST_POSTGRES_URL'] = postgres.url('postgres');
  process.env['TEST_HOME'] = home;
  Object.assign(globalThis, { testPostgres: postgres });
}
