import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 as uuidv7 } from 'uuid';
import { freePort } from '../../scripts/embedded-postgres.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/settings.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { Control } from './control.js';
import { giveWeChatKeys } from './wechat-keys.js';

/** The whole system of one test file: the application on a real database, WeChat's simulator, real HTTP between them. */
export interface System {
  /** Base URL of the application. */
  url: string;
  env: Record<string, string>;
  app: NestFastifyApplication;
  database: TestDatabase;
  simulator: Simulator;
  /** The simulator's control API. */
  control: Control;
  /** Puts a product on sale and answers its id. */
  product(values?: { priceFen?: number; stock?: number; name?: string; active?: boolean }): Promise<string>;
  /** Stops the application alone, for a process that takes its place. */
  stopApp(): Promise<void>;
  /** Stops the application and starts it again on the same port, database and simulator. */
  restart(env?: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

export async function startSystem(overrides: Record<string, string> = {}): Promise<System> {
  const home = await mkdtemp(join(tmpdir(), 'checkout-system-'));
  await giveWeChatKeys(join(home, 'wechat'));
  const [database, simulator, port] = await Promise.all([
    createTestDatabase(),
    startSimulator({ dir: join(home, 'wechat'), port: 0, tlsPort: 0 }),
    freePort(),
  ]);
  const url = `http://127.0.0.1:${port}`;
  simulator.setAppUrl(url);
  const merchant = parseEnv(await readFile(join(simulator.merchantDir, 'merchant.env'), 'utf8'));
  const env = {
    ...(merchant as Record<string, string>),
    ...withoutMessages(merchant),
    ...testSettings(url, database.url, simulator.controlUrl),
    ...overrides,
  };
  let running = true;
  const system: System = {
    url,
    env,
    database,
    simulator,
    control: new Control(simulator.controlUrl),
    app: await listen(env),
    product: (values) => insertProduct(database, values),
    stopApp: async () => {
      if (running) await system.app.close();
      running = false;
    },
    restart: async (changes = {}) => {
      await system.stopApp();
      system.app = await listen({ ...env, ...changes });
      running = true;
    },
    stop: async () => {
      await system.stopApp();
      await simulator.close();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return system;
}

/** Messages go out only where a test asks for them, so that requests to WeChat can be counted everywhere else. */
function withoutMessages(merchant: NodeJS.Dict<string>): Record<string, string> {
  const names = Object.keys(merchant).filter((name) => name.startsWith('WECHAT_TEMPLATE_'));
  return Object.fromEntries(names.map((name) => [name, '']));
}

function testSettings(url: string, databaseUrl: string, controlUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
    HOST: '127.0.0.1',
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_MAX: '16',
    SESSION_SECRET: 'a session secret that only tests use',
    DATA_ENCRYPTION_KEY: 'an encryption key that only tests use',
    SIM_CLOCK_URL: `${controlUrl}/_sim/clock`,
    WXPAY_TIMEOUT_MS: '1500',
    // Prints are requests that follow a payment in their own time; tests that count requests have no printer.
    FEIE_SN: '',
  };
}

async function listen(env: Record<string, string>): Promise<NestFastifyApplication> {
  const settings = readSettings(env);
  const app = await createApp(settings);
  await app.listen(settings.http.port, settings.http.host);
  return app;
}

async function insertProduct(
  database: TestDatabase,
  {
    priceFen = 1990,
    stock = 1000,
    name = '手冲咖啡豆 250g',
    active = true,
  }: { priceFen?: number; stock?: number; name?: string; active?: boolean } = {},
): Promise<string> {
  const id = uuidv7();
  await database.query(
    'INSERT INTO products (id, name, price_fen, stock, active, created_at) VALUES ($1, $2, $3, $4, $5, now())',
    [id, name, priceFen, stock, active],
  );
  return id;
}
