import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../scripts/embedded-postgres.js';
import { booksOf } from './support/books.js';
import { TestBuyer } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { startSystem, type System } from './support/system.js';

const MAIN = fileURLToPath(new URL('../service/main.js', import.meta.url));

/** The application as its own process, as it runs in production. */
class Process {
  private output = '';
  private readonly child: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor(env: Record<string, string>, cwd: string) {
    this.child = spawn(process.execPath, [MAIN], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
  }

  get text(): string {
    return this.output;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async says(words: string): Promise<void> {
    await eventually(async () => {
      if (!this.output.includes(words)) throw new Error(`"${words}" was not said, but: ${this.output}`);
    }, 20_000);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
}

let system: System;
let home: string;
let productId: string;
const started: Process[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'checkout-process-')); // no .env there
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000' });
  productId = await system.product();
});
afterEach(async () => {
  await system.control.noFaults();
  for (const each of started.splice(0)) {
    if (each.alive) each.signal('SIGKILL');
    await each.exited;
  }
});
afterAll(async () => {
  await system.stop();
  await rm(home, { recursive: true });
});

function start(env: Record<string, string>): Process {
  const child = new Process(env, home);
  started.push(child);
  return child;
}

/** A second instance on the system's database, and a buyer who talks to it. */
async function listening(): Promise<{ child: Process; buyer: TestBuyer; url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = start({ ...system.env, PORT: new URL(url).port, PUBLIC_URL: url, SIM_CLOCK_URL: '' });
  await child.says('listening on');
  return { child, buyer: await TestBuyer.login({ ...system, url }), url };
}

/** Connections of the application to this file's database. */
async function connections(): Promise<number> {
  const [row] = await system.database.query<{ count: string }>(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'checkout%'",
  );
  return Number(row?.count);
}

const wish = () => ({ items: [{ productId, quantity: 1 }] });

describe('the process', () => {
  it('on SIGTERM finishes the request in hand, takes no new one, and exits with 0', async () => {
    const { child, buyer, url } = await listening();
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'slow', ms: 1000, count: 1 });
    const checkout = buyer.send<{ order: { id: string } }>('POST', '/api/v1/checkout', wish());
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    child.signal('SIGTERM');
    await child.says('SIGTERM: finishing requests');
    const late = await fetch(`${url}/api/v1/products`).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect(['refused', 503]).toContain(late);
    const answer = await checkout;
    expect(answer.status).toBe(201);
    expect(await child.exited).toBe(0);
    expect(await booksOf(system.database, answer.body.order.id)).toMatchObject({
      payments: [{ status: 'PREPAID' }],
    });
  });

  it('on SIGINT as well, at once when nothing is in hand, and leaves no connection behind', async () => {
    const before = await connections();
    const { child } = await listening();
    expect(await connections()).toBeGreaterThan(before);
    child.signal('SIGINT');
    expect(await child.exited).toBe(0);
    await eventually(async () => expect(await connections()).toBeLessThanOrEqual(before));
  });

  it('on a second signal exits at once; what was in hand is found again by its row', async () => {
    const { child, buyer } = await listening();
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'slow', ms: 8000, count: 1 });
    const checkout = buyer.send('POST', '/api/v1/checkout', wish()).then(
      () => 'answered',
      () => 'cut off',
    );
    await eventually(async () => expect(await system.control.applied()).toEqual([1]));
    child.signal('SIGTERM');
    await child.says('once more to exit at once');
    const asked = performance.now();
    child.signal('SIGTERM');
    expect(await child.exited).toBe(1);
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(await checkout).toBe('cut off');
    const [row] = await system.database.query<{ status: string; due: boolean }>(
      'SELECT status, next_check_at IS NOT NULL AS due FROM payments ORDER BY created_at DESC LIMIT 1',
    );
    expect(row).toEqual({ status: 'CREATED', due: true });
  });

  it('without settings exits with 1 and one line per setting, never a stack', async () => {
    const child = start({ WXPAY_API_KEY: 'hunter2', SESSION_SECRET: '' });
    expect(await child.exited).toBe(1);
    for (const name of [
      'PUBLIC_URL',
      'DATABASE_URL',
      'SESSION_SECRET',
      'DATA_ENCRYPTION_KEY',
      'WXPAY_APP_ID',
      'WXPAY_MCH_ID',
    ])
      expect(child.text).toMatch(new RegExp(`^\\s*${name} is missing: expected .+$`, 'm'));
    expect(child.text).toMatch(/^\s*WXPAY_API_KEY is malformed: expected .+$/m);
    expect(child.text).not.toContain('hunter2');
    expect(child.text).not.toContain('    at ');
  });

  it('on a database without our tables exits with 1 and says what to do', async () => {
    const child = start({
      ...system.env,
      SIM_CLOCK_URL: '',
      DATABASE_URL: process.env['TEST_POSTGRES_URL'] ?? '',
    });
    expect(await child.exited).toBe(1);
    expect(child.text).toContain('run `npm run migrate` first');
  });

  it('when its port is taken or its database is away, exits with 1 instead of hanging', async () => {
    const taken = start({ ...system.env, SIM_CLOCK_URL: '' });
    const away = start({
      ...system.env,
      SIM_CLOCK_URL: '',
      DATABASE_URL: `postgres://a:b@127.0.0.1:${await freePort()}/x`,
    });
    expect(await taken.exited).toBe(1);
    expect(taken.text).toContain('EADDRINUSE');
    expect(await away.exited).toBe(1);
    expect(away.text).toContain('ECONNREFUSED');
  });
});
