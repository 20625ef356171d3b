import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../scripts/embedded-postgres.js';
import { removeCluster } from '../scripts/embedded-postgres-place.js';
import { AS_DEPLOYED } from './as-deployed.js';
import { startChild } from './child.js';
import { inventMerchant, merchantSettings, productionSettings } from './merchant.js';
import { line } from './report.js';
import type { Rig } from './rig.js';
import { median } from './rounds.js';
import { rssMb } from './usage.js';

/** Until the memory of the start has been collected as far as it will be soon. */
const IDLE_MS = 3000;

export interface Startup {
  /** From the start of the process to `listening on`, database migrated. */
  serviceMs: number;
  /** Memory of the service when nothing has happened for a moment. */
  idleRssMb: number;
  /** From the start to `demo ready`: first time, nothing there. */
  demoFirstMs: number;
  /** The same again, with its data. */
  demoAgainMs: number;
}

/** How long our programs take to start; medians of `rounds`. */
export async function benchStartup(rig: Rig, rounds: number): Promise<Startup> {
  const service: { ms: number; rss: number }[] = [];
  for (let round = 1; round <= rounds; round++) service.push(await startService(rig));
  const demos: { first: number; again: number }[] = [];
  for (let round = 1; round <= Math.ceil(rounds / 2); round++) demos.push(await startDemo(rig));
  return {
    serviceMs: median(service.map(({ ms }) => ms)),
    idleRssMb: median(service.map(({ rss }) => rss)),
    demoFirstMs: median(demos.map(({ first }) => first)),
    demoAgainMs: median(demos.map(({ again }) => again)),
  };
}

export function startupTable(startup: Startup): string {
  return [
    line('service, to `listening on`', `${startup.serviceMs.toFixed(0)} ms`),
    line('service idle, memory', `${startup.idleRssMb.toFixed(0)} MB`),
    line('demo, first start', `${startup.demoFirstMs.toFixed(0)} ms`),
    line('demo, started again', `${startup.demoAgainMs.toFixed(0)} ms`),
  ].join('\n');
}

async function startService(rig: Rig): Promise<{ ms: number; rss: number }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = await startChild('service/main.js', {
    env: {
      ...merchantSettings(inventMerchant()),
      ...productionSettings(url, rig.ours.url, randomBytes(24).toString('hex')),
    },
    cwd: rig.dir,
    readyLine: 'listening on',
    execArgv: AS_DEPLOYED,
  });
  await sleep(IDLE_MS);
  const rss = rssMb(child.pid) ?? 0;
  await child.stop();
  return { ms: child.startMs, rss };
}

async function startDemo(rig: Rig): Promise<{ first: number; again: number }> {
  const cwd = await mkdtemp(join(rig.dir, 'demo-'));
  const start = async (): Promise<number> => {
    const env = { PORT: '0', SIM_PORT: '0', SIM_TLS_PORT: '0' };
    const child = await startChild('scripts/demo.js', { env, cwd, readyLine: 'demo ready' });
    await child.stop();
    return child.startMs;
  };
  try {
    return { first: await start(), again: await start() };
  } finally {
    await removeCluster(join(cwd, '.demo', 'postgres'));
    await rm(cwd, { recursive: true, force: true });
  }
}
