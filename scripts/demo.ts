import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { migrate } from '../src/database/migrate.js';
import { startChild, type Child } from './demo-child.js';
import { buildConsole } from './demo-console.js';
import { seedCoupons } from './demo-coupons.js';
import { seedOperators, type DemoOperator } from './demo-operators.js';
import { seedProducts } from './demo-products.js';
import { removeCluster } from './embedded-postgres-place.js';
import { freePort, startEmbeddedPostgres } from './embedded-postgres.js';

const DIR = resolve('.demo');
const MERCHANT_DIR = join(DIR, 'merchant');
const POSTGRES_DIR = join(DIR, 'postgres');
const DATABASE = 'checkout';

/** Random once, kept with the demo's data. */
interface DemoSecrets {
  databasePassword: string;
  sessionSecret: string;
  dataEncryptionKey: string;
}

const stops: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

/** Stops everything in the reverse order of its start: app, simulator, database. */
function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const stop of stops.toReversed()) await stop();
  })();
  return stopping;
}

async function demo(): Promise<void> {
  const started = performance.now();
  if (process.argv.includes('--fresh')) {
    await removeCluster(POSTGRES_DIR);
    await rm(DIR, { recursive: true, force: true });
  }
  await mkdir(DIR, { recursive: true });
  const secrets = await readSecrets();
  const appUrl = `http://127.0.0.1:${await port('PORT', 3000)}`;

  const [{ databaseUrl, operators }, simulator] = await Promise.all([
    startDatabase(secrets),
    startSimulator(appUrl),
    buildConsole(),
  ]);
  const app = await startApp(appUrl, databaseUrl, simulator.controlUrl, secrets);

  const summary = {
    app: appUrl,
    console: `${appUrl}/console/`,
    docs: `${appUrl}/docs`,
    shop: `${simulator.controlUrl}/shop`,
    simulator: simulator.controlUrl,
    simulatorTls: simulator.tlsUrl,
    merchantDir: '.demo/merchant',
    databaseUrl,
    operators,
  };
  await writeFile(join(DIR, 'demo.json'), `${JSON.stringify(summary, null, 2)}\n`, { mode: 0o600 });
  process.stdout.write(banner(summary, (performance.now() - started) / 1000));
  for (const child of [app, simulator.child])
    void child.ended.then(() => finish(stopping === undefined ? 1 : 0));
}

async function startDatabase(
  secrets: DemoSecrets,
): Promise<{ databaseUrl: string; operators: DemoOperator[] }> {
  const postgres = await startEmbeddedPostgres({ dataDir: POSTGRES_DIR, password: secrets.databasePassword });
  stops.unshift(() => postgres.stop());
  const admin = new pg.Client(postgres.url('postgres'));
  await admin.connect();
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${DATABASE}`);
  await admin.end();
  const url = postgres.url(DATABASE);
  await migrate(url);
  const client = new pg.Client(url);
  await client.connect();
  await seedProducts(client);
  await seedCoupons(client);
  await client.end();
  return { databaseUrl: url, operators: await seedOperators(url, join(DIR, 'operators.json')) };
}

async function startSimulator(appUrl: string): Promise<{ child: Child; controlUrl: string; tlsUrl: string }> {
  const [control, tls] = [await port('SIM_PORT', 9080), await port('SIM_TLS_PORT', 9443)];
  const args = ['--out', MERCHANT_DIR, '--port', String(control), '--tls-port', String(tls), '--app', appUrl];
  const child = await startChild('simulator/main.js', {
    args,
    env: {},
    cwd: DIR,
    readyLine: 'simulator ready',
  });
  stops.push(() => child.stop());
  return { child, controlUrl: `http://127.0.0.1:${control}`, tlsUrl: `https://127.0.0.1:${tls}` };
}

async function startApp(
  appUrl: string,
  databaseUrl: string,
  controlUrl: string,
  secrets: DemoSecrets,
): Promise<Child> {
  const merchant = parseEnv(await readFile(join(MERCHANT_DIR, 'merchant.env'), 'utf8')) as Record<
    string,
    string
  >;
  const env = {
    ...merchant,
    // With the ports (`port`) all that is taken from the caller: the simulator speaks both protocols.
    ...(process.env['WXPAY_API'] && { WXPAY_API: process.env['WXPAY_API'] }),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: new URL(appUrl).port,
    PUBLIC_URL: appUrl,
    DATABASE_URL: databaseUrl,
    SESSION_SECRET: secrets.sessionSecret,
    DATA_ENCRYPTION_KEY: secrets.dataEncryptionKey,
    SIM_CLOCK_URL: `${controlUrl}/_sim/clock`,
    // Try webhooks with a receiver on this machine (docs/webhooks.md).
    WEBHOOK_ALLOWED_HOSTS: '127.0.0.1,localhost',
    LOG_LEVEL: 'warn',
  };
  // Its working directory has no .env: the demo never sees real credentials.
  const child = await startChild('src/main.js', { env, cwd: DIR, readyLine: 'listening on' });
  stops.push(() => child.stop());
  return child;
}

function randomSecret(): string {
  return randomBytes(24).toString('base64url');
}

async function readSecrets(): Promise<DemoSecrets> {
  const path = join(DIR, 'secrets.json');
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as DemoSecrets;
  const secrets = {
    databasePassword: randomSecret(),
    sessionSecret: randomSecret(),
    dataEncryptionKey: randomSecret(),
  };
  await writeFile(path, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** The port of a setting; 0 = any free one. */
async function port(name: string, fallback: number): Promise<number> {
  const given = process.env[name] ?? String(fallback);
  if (!/^\d{1,5}$/.test(given) || Number(given) > 65_535)
    throw new Error(`${name} is malformed: expected a port number, 0 for any free one`);
  return Number(given) || freePort();
}

function banner(
  urls: {
    app: string;
    console: string;
    docs: string;
    shop: string;
    simulator: string;
    simulatorTls: string;
    databaseUrl: string;
    operators: DemoOperator[];
  },
  seconds: number,
): string {
  const staff = urls.operators.map(
    ({ username, password, role }) => `${username.padEnd(8)} ${password}  ${role}`,
  );
  return `
  微信支付收款后端 · 演示环境        WeChat Pay checkout, demo

  小店 shop        ${urls.shop}
                   打开它：登录、选商品、付款，看订单变成“已支付”
                   open it: log in, choose, pay, watch the order turn paid
  后台 console     ${urls.console}
                   用下面的员工账号登录，手机上也能用
                   log in as one of the staff below; works on a phone too
  接口 API         ${urls.app}
  文档 docs        ${urls.docs}
  模拟微信 WeChat  ${urls.simulatorTls}   (api.mch.weixin.qq.com, api.weixin.qq.com)
                   ${urls.simulator}/_sim/…   (README 里有 curl 例子)
  数据库 database  ${urls.databaseUrl}
  员工 staff       ${staff.join('\n                   ')}

  数据在 .demo/，再次启动仍在；重新开始用 npm run demo -- --fresh
  Data stays in .demo/; start over with npm run demo -- --fresh. Ctrl-C stops everything.
  启动用时 started in ${seconds.toFixed(1)} s

demo ready
`;
}

function finish(code: number): void {
  void stopAll().then(() => process.exit(code));
}

process.on('SIGINT', () => finish(0));
process.on('SIGTERM', () => finish(0));
demo().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  finish(1);
});
