import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { freePort } from '../scripts/embedded-postgres.js';
import { AS_DEPLOYED } from './as-deployed.js';
import { startChild } from './child.js';
import { FLOOR_TABLES } from './floor/tables.js';
import { productionSettings, type Merchant } from './merchant.js';
import type { BenchDatabase, Rig } from './rig.js';

/** A process that listens; the rig stops it at the latest. */
export interface Server {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export interface Simulator {
  pid: number;
  controlUrl: string;
  tlsUrl: string;
  caPath: string;
  merchant: Merchant;
  /** Of its merchant.env what payments need. */
  settings: Record<string, string>;
  stop(): Promise<void>;
}

/** Without message templates and printers: side effects would run beside what is measured. */
const MEASURED = /^WXPAY_|^WECHAT_BASE_URL$/;

export async function startSimulator(rig: Rig): Promise<Simulator> {
  const dir = join(rig.dir, 'wechat');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const child = await startChild('simulator/main.js', {
    args: ['--out', dir, '--port', String(port), '--tls-port', String(tlsPort)],
    env: { ...rig.profile?.env },
    cwd: rig.dir,
    readyLine: 'simulator ready',
    execArgv: rig.profile?.execArgv,
  });
  rig.onStop(() => child.stop());
  const all = Object.entries(parseEnv(await readFile(join(dir, 'merchant.env'), 'utf8')));
  const settings = Object.fromEntries(all.filter(([name]) => MEASURED.test(name))) as Record<string, string>;
  const { WXPAY_APP_ID: appId = '', WXPAY_MCH_ID: mchId = '', WXPAY_API_KEY: apiKey = '' } = settings;
  return {
    pid: child.pid,
    controlUrl: `http://127.0.0.1:${port}`,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
    caPath: settings['WXPAY_CA_PATH'] ?? '',
    merchant: { appId, mchId, apiKey },
    settings,
    stop: () => child.stop(),
  };
}

/** Our service as `npm start` runs it. `settings`: the merchant's, and where his WeChat is. */
export function startOurs(
  rig: Rig,
  { settings }: Pick<Simulator, 'settings'>,
  database: BenchDatabase,
  sessionSecret: string,
): Promise<Server> {
  return start(
    rig,
    'service/main.js',
    (url) => ({ ...settings, ...productionSettings(url, database.url, sessionSecret), ...rig.profile?.env }),
    [...AS_DEPLOYED, ...(rig.profile?.execArgv ?? [])],
  );
}

/**
 * A floor with its tables.
 * @param own what this floor needs besides the merchant's settings
 */
export async function startFloor(
  rig: Rig,
  program: string,
  { settings }: Pick<Simulator, 'settings'>,
  own: Record<string, string>,
): Promise<Server> {
  await rig.floor.query(FLOOR_TABLES);
  return startBare(rig, program, { settings }, rig.floor, own);
}

/** A bare server on the tables it finds. */
export function startBare(
  rig: Rig,
  program: string,
  { settings }: Pick<Simulator, 'settings'>,
  database: BenchDatabase,
  own: Record<string, string>,
): Promise<Server> {
  return start(rig, program, (url) => ({
    ...settings,
    PORT: new URL(url).port,
    DATABASE_URL: database.url,
    ...own,
  }));
}

async function start(
  rig: Rig,
  program: string,
  env: (url: string) => Record<string, string>,
  execArgv?: string[],
): Promise<Server> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = await startChild(program, {
    env: env(url),
    cwd: rig.dir,
    readyLine: 'listening on',
    execArgv,
  });
  rig.onStop(() => child.stop());
  return { url, pid: child.pid, stop: () => child.stop() };
}
