import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { PgBoss } from 'pg-boss';
import { freePort } from '../../scripts/embedded-postgres.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { createApp } from '../../src/app.js';
import type { AccountsFile } from '../../src/config/accounts-file.js';
import { readSettings } from '../../src/config/settings.js';
import { JobService } from '../../src/jobs/job.service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { TestOperator } from '../support/staff.js';
import { die } from './crash.js';
import { Line } from './http.js';
import type { Customer } from './lane.js';
import { Loops } from './loops.js';

/** The merchant accounts of the shop: each speaks another protocol, so every batch speaks all three. */
export const ACCOUNTS = [
  { id: 'default', api: 'v2', signType: 'MD5' },
  // Believes a signature without asking back: nothing but the signature stands between a forger and the order.
  { id: 'hmac', api: 'v2', signType: 'HMAC-SHA256', confirmNotify: 'signature' },
  { id: 'v3', api: 'v3' },
] as const;

export interface Account {
  id: string;
  mchId: string;
  appId: string;
}

export type Colleague = 'finance' | 'owner' | 'support';

/** WeChat's keys and merchants, made once: each world starts its simulator on a copy. */
export async function makeWeChat(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'checkout-wechat-'));
  const simulator = await startSimulator({ dir: home, port: 0, tlsPort: 0 });
  const control = new Line(simulator.controlUrl);
  for (let more = 1; more < ACCOUNTS.length; more++) await control.send('POST', '/_sim/merchants', {});
  await control.close();
  await simulator.close();
  return home;
}

/**
 * A dying process has much to say, also while the next one sets up its own logger; none of it is news here.
 * @returns gives the applications of this process their loggers back
 */
export function hush(): () => void {
  if (process.env['TEST_LOG_LEVEL'] !== undefined) return () => undefined;
  const overrideLogger = Logger.overrideLogger.bind(Logger);
  overrideLogger(false);
  Logger.overrideLogger = () => undefined;
  return () => {
    Logger.overrideLogger = overrideLogger;
  };
}

/**
 * The application on a real database, WeChat's simulator and real HTTP between them, for some thousand histories; then
 * the next world, so that neither the tables nor the simulator's memory grow without end.
 */
export class World {
  /** Whether the process is dead at the moment, or not quite alive again: errors are then nobody's fault. */
  crashing = false;
  /** Resolved while the application listens. */
  alive: Promise<void> = Promise.resolve();
  /** Buyers who have logged in: the n-th of every batch is the same person, at the account n modulo their number. */
  private readonly customers = new Map<number, Promise<Customer>>();

  private constructor(
    readonly url: string,
    readonly database: TestDatabase,
    readonly simulator: Simulator,
    readonly accounts: readonly Account[],
    /** To the application. */
    readonly shop: Line,
    /** To the simulator's control server. */
    readonly control: Line,
    private readonly env: Record<string, string>,
    private readonly home: string,
    private app: NestFastifyApplication,
    public loops: Loops,
    public staff: Readonly<Record<Colleague, string>>,
  ) {}

  static async start(wechat: string): Promise<World> {
    const home = await mkdtemp(join(tmpdir(), 'checkout-histories-'));
    await cp(wechat, home, { recursive: true });
    const [database, simulator, port] = await Promise.all([
      createTestDatabase(),
      startSimulator({ dir: home, port: 0, tlsPort: 0 }),
      freePort(),
    ]);
    // Nothing here outlives the server.
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`,
    );
    const url = `http://127.0.0.1:${port}`;
    const control = new Line(simulator.controlUrl);
    const { accounts, env } = await settingsFor(home, control);
    const settings = { ...env, ...ownSettings(url, database.url, simulator.controlUrl) };
    const app = await listen(settings);
    const shop = new Line(url);
    const operators = await Promise.all(
      (['FINANCE', 'OWNER', 'SUPPORT'] as const).map((role) =>
        TestOperator.login({ url, database } as Parameters<typeof TestOperator.login>[0], role),
      ),
    );
    const [finance = '', owner = '', support = ''] = operators.map(({ session }) => session.token);
    const loops = new Loops(app);
    const staff = { finance, owner, support };
    const world = new World(
      url,
      database,
      simulator,
      accounts,
      shop,
      control,
      settings,
      home,
      app,
      loops,
      staff,
    );
    // Refunds take long enough for somebody to decide them otherwise first.
    await control.send('POST', '/_sim/settings', { refundSeconds: 300 });
    return world;
  }

  /** As `kill -9` at this moment, and a new process on the same database; `alive` resolves when it listens. */
  crash(): Promise<void> {
    this.alive = this.dieAndComeBack();
    return this.alive;
  }

  private async dieAndComeBack(): Promise<void> {
    this.crashing = true;
    await die(this.app, this.database);
    this.app = await listen(this.env);
    this.loops = new Loops(this.app);
    this.crashing = false;
  }

  customer(index: number): Promise<Customer> {
    let customer = this.customers.get(index);
    if (customer === undefined) this.customers.set(index, (customer = this.login(index)));
    return customer;
  }

  private async login(index: number): Promise<Customer> {
    const account = this.accounts[index % this.accounts.length] as Account;
    const { appId } = account;
    const { code, openid } = (await this.control.send('POST', '/_sim/login-code', { appId })).body;
    const { status, body } = await this.shop.send('POST', '/api/v1/login', { code, app: appId });
    if (status !== 201 && status !== 200) throw new Error(`login failed: ${JSON.stringify(body)}`);
    return { token: body.token, id: body.buyer.id, openid, account };
  }

  /** Moves the clock and waits until what WeChat then has to tell has been told. */
  async advance(seconds: number): Promise<void> {
    const { status } = await this.control.send('POST', '/_sim/clock', { advanceSeconds: seconds });
    if (status !== 200) throw new Error(`the clock does not move: ${status}`);
  }

  async now(): Promise<Date> {
    return new Date((await this.control.send('GET', '/_sim/clock')).body.now);
  }

  /** Until everybody has done what is due now: WeChat's deliveries, and the application's own loops. */
  async rest(): Promise<void> {
    for (let look = 0; look < 8; look++) {
      await this.advance(0);
      await this.loops.look();
      if ((await this.waiting()).due === 0) return;
    }
  }

  /** Money rows that are not at their end, and how many of them are due. */
  async waiting(): Promise<{ open: number; due: number }> {
    const [row] = await this.database.query<{ open: number; due: number }>(
      `SELECT count(*)::int AS open, count(*) FILTER (WHERE at <= $1)::int AS due FROM (
         SELECT next_check_at AS at FROM payments WHERE next_check_at IS NOT NULL
         UNION ALL SELECT next_check_at FROM refunds WHERE next_check_at IS NOT NULL
         UNION ALL SELECT return_at FROM suspense_items WHERE return_at IS NOT NULL
         UNION ALL SELECT expires_at FROM orders WHERE status = 'PENDING_PAYMENT') waiting`,
      [await this.now()],
    );
    return row ?? { open: 0, due: 0 };
  }

  async stop(): Promise<void> {
    await Promise.all([this.shop.close(), this.control.close()]);
    await this.app.close();
    await this.simulator.close();
    await this.database.drop();
    await rm(this.home, { recursive: true, force: true });
  }
}

async function listen(env: Record<string, string>): Promise<NestFastifyApplication> {
  const settings = readSettings(env);
  const app = await createApp(settings);
  await app.listen(settings.http.port, settings.http.host);
  // What follows from events is no money: they are counted as rows, and nobody handles them.
  await app.get<unknown, { boss: PgBoss }>(JobService, { strict: false }).boss.offWork('events');
  return app;
}

/** The environment describes the first account, a file the others. */
async function settingsFor(
  home: string,
  control: Line,
): Promise<{ accounts: Account[]; env: Record<string, string> }> {
  const { items } = (await control.send('GET', '/_sim/merchants')).body as { items: { dir: string }[] };
  const envs = await Promise.all(
    items.map(async ({ dir }) => parseEnv(await readFile(join(dir, 'merchant.env'), 'utf8'))),
  );
  const accounts = envs.map((env, index) => ({
    id: ACCOUNTS[index]?.id ?? '',
    mchId: env['WXPAY_MCH_ID'] ?? '',
    appId: env['WXPAY_APP_ID'] ?? '',
  }));
  const file = join(home, 'accounts.json');
  const others: AccountsFile['accounts'] = envs.slice(1).map((env, index) => ({
    ...(ACCOUNTS[index + 1] ?? ACCOUNTS[0]),
    mchId: env['WXPAY_MCH_ID'] ?? '',
    appId: env['WXPAY_APP_ID'] ?? '',
    appSecret: env['WXPAY_APP_SECRET'] ?? '',
    appAppId: env['WXPAY_APP_APP_ID'],
    apiKey: env['WXPAY_API_KEY'],
    apiV3Key: env['WXPAY_API_V3_KEY'],
    publicKeyId: env['WXPAY_PUBLIC_KEY_ID'],
    publicKeyPath: env['WXPAY_PUBLIC_KEY_PATH'],
    certPath: env['WXPAY_CERT_PATH'] ?? '',
    keyPath: env['WXPAY_KEY_PATH'] ?? '',
  }));
  await writeFile(file, JSON.stringify({ accounts: others }));
  const first = Object.entries(envs[0] ?? {}).filter(([name]) => !name.startsWith('WECHAT_TEMPLATE_'));
  return {
    accounts,
    env: { ...(Object.fromEntries(first) as Record<string, string>), WXPAY_ACCOUNTS_FILE: file, FEIE_SN: '' },
  };
}

function ownSettings(url: string, databaseUrl: string, controlUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
    HOST: '127.0.0.1',
    PORT: new URL(url).port,
    PUBLIC_URL: url,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_MAX: '24',
    SESSION_SECRET: 'a session secret that only tests use',
    DATA_ENCRYPTION_KEY: 'an encryption key that only tests use',
    SIM_CLOCK_URL: `${controlUrl}/_sim/clock`,
    // A machine under load answers late; what is unknown here is unknown because somebody ordered it.
    WXPAY_TIMEOUT_MS: '20000',
  };
}
