import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { freePort } from '../../scripts/embedded-postgres.js';
import { startChild } from '../child.js';
import { FLOOR_TABLES } from '../floor/tables.js';
import { productionSettings, type Merchant } from '../merchant.js';
import type { Rig } from '../rig.js';

export interface Simulator {
  pid: number;
  controlUrl: string;
  tlsUrl: string;
  caPath: string;
  merchant: Merchant;
  /** Its merchant.env. */
  settings: Record<string, string>;
}

export interface Servers {
  simulator: Simulator;
  ours: { url: string; pid: number };
  floor: { url: string; pid: number };
}

/** The simulator, our service and the floor, each in a process of its own, both with the same keys and sessions. */
export async function startServers(rig: Rig): Promise<Servers> {
  const profiling = rig.profile?.execArgv ?? [];
  const simulator = await startSimulator(rig, profiling);
  const sessionSecret = randomBytes(24).toString('hex');
  await rig.floor.query(FLOOR_TABLES);
  const start = async (program: string, env: (url: string) => Record<string, string>, execArgv: string[]) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const child = await startChild(program, {
      env: env(url),
      cwd: rig.dir,
      readyLine: 'listening on',
      execArgv,
    });
    rig.onStop(() => child.stop());
    return { url, pid: child.pid };
  };
  const ours = await start(
    'src/main.js',
    (url) => ({
      ...simulator.settings,
      ...productionSettings(url, rig.ours.url, sessionSecret),
      ...rig.profile?.env,
    }),
    profiling,
  );
  const floor = await start(
    'bench/floor/checkout-floor.js',
    (url) => ({
      ...simulator.settings,
      PORT: new URL(url).port,
      DATABASE_URL: rig.floor.url,
      SESSION_SECRET: sessionSecret,
    }),
    [],
  );
  return { simulator, ours, floor };
}

async function startSimulator(rig: Rig, execArgv: string[]): Promise<Simulator> {
  const dir = join(rig.dir, 'wechat');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const child = await startChild('simulator/main.js', {
    args: ['--out', dir, '--port', String(port), '--tls-port', String(tlsPort)],
    env: { ...rig.profile?.env },
    cwd: rig.dir,
    readyLine: 'simulator ready',
    execArgv,
  });
  rig.onStop(() => child.stop());
  const settings = parseEnv(await readFile(join(dir, 'merchant.env'), 'utf8')) as Record<string, string>;
  const { WXPAY_APP_ID: appId = '', WXPAY_MCH_ID: mchId = '', WXPAY_API_KEY: apiKey = '' } = settings;
  return {
    pid: child.pid,
    controlUrl: `http://127.0.0.1:${port}`,
    tlsUrl: `https://127.0.0.1:${tlsPort}`,
    caPath: settings['WXPAY_CA_PATH'] ?? '',
    merchant: { appId, mchId, apiKey },
    settings,
  };
}
