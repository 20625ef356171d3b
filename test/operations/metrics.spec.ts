import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/settings.js';
import { TestBuyer } from '../support/buyer.js';
import { roadTo } from '../support/road.js';
import { startSystem, type System } from '../support/system.js';

const TOKEN = 'a token that only Prometheus has';

let system: System;
beforeAll(async () => {
  system = await startSystem({ METRICS_TOKEN: TOKEN });
});
afterAll(() => system.stop());

function ask(authorization?: string): Promise<Response> {
  return fetch(`${system.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
}

/** The lines of one metric, without help and type. */
async function read(name: string): Promise<string[]> {
  const text = await (await ask(`Bearer ${TOKEN}`)).text();
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('GET /metrics', () => {
  it('is read with the token, and only with it', async () => {
    for (const wrong of [undefined, TOKEN, `Bearer ${TOKEN}x`, 'Bearer ']) {
      const refused = await ask(wrong);
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const answer = await ask(`Bearer ${TOKEN}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toMatch(/^process_resident_memory_bytes \d+/m);
  });

  it('counts requests by route, so that no id becomes a series', async () => {
    await fetch(`${system.url}/api/v1/orders/01920000-0000-7000-8000-000000000001`);
    await fetch(`${system.url}/nowhere`);
    const counts = await read('http_request_duration_seconds_count');
    expect(counts).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/v1/orders/:id",status="401"} 1',
    );
    expect(counts).toContain('http_request_duration_seconds_count{method="GET",route="none",status="404"} 1');
  });

  it('says how calls to WeChat ended', async () => {
    const buyer = await TestBuyer.login(system);
    const productId = await system.product();
    await buyer.checkout(productId);
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'reset' });
    await buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }] });
    await system.control.noFaults();
    const calls = (await read('wxpay_call_duration_seconds_count')).join('\n');
    expect(calls).toMatch(/account="default",operation="prepay",outcome="accepted"} 1$/m);
    expect(calls).toMatch(/account="default",operation="prepay",outcome="unknown"} [1-9]/);
  });

  it('says what waits in the shop, and how long certificates last', async () => {
    expect(await read('checkout_attention{what="suspense_open"}')).toEqual([
      'checkout_attention{what="suspense_open"} 0',
    ]);
    expect(await read('checkout_refunds{status="REQUESTED"}')).toEqual([
      'checkout_refunds{status="REQUESTED"} 0',
    ]);
    expect(await read('checkout_jobs{queue="events",state="failed"}')).toHaveLength(1);
    expect(await read('checkout_due_oldest_seconds{kind="payments"}')).toHaveLength(1);
    const [line = ''] = await read(
      'checkout_certificate_expiry_timestamp_seconds{account="default",kind="MERCHANT"',
    );
    expect(Number(line.split(' ').at(-1)) * 1000).toBeGreaterThan(Date.now());
  });

  it.each(['metrics.md', 'grafana-dashboard.json'])(
    'has every metric that docs/%s asks for',
    async (file) => {
      const text = await readFile(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
      const asked = text.match(/\b(checkout|http|wxpay|process|nodejs)_[a-z\d_]+[a-z\d]\b/g) ?? [];
      const named = new Set((await read('')).map((line) => /^[a-z\d_]+/.exec(line)?.[0]));
      const histograms = ['http_request_duration_seconds', 'wxpay_call_duration_seconds']; // _bucket, _sum, _count
      expect([...new Set(asked)].filter((name) => !named.has(name) && !histograms.includes(name))).toEqual(
        [],
      );
      expect(asked.length).toBeGreaterThan(10);
    },
  );

  it('speaks of the process even when the database is gone', async () => {
    const road = await roadTo(system.database.url);
    await system.restart({ DATABASE_URL: road.url });
    expect(await read('checkout_database_up')).toEqual(['checkout_database_up 1']);
    await road.block();
    expect(await read('checkout_database_up')).toEqual(['checkout_database_up 0']);
    expect(await read('process_resident_memory_bytes')).toHaveLength(1);
    await road.open();
    await system.restart();
    await road.block();
  });

  it('is closed in production until there is a token, and open elsewhere', async () => {
    await system.restart({ METRICS_TOKEN: '' });
    expect((await ask()).status).toBe(200);
    const { SIM_CLOCK_URL: _, ...env } = system.env;
    const production = await createApp(readSettings({ ...env, METRICS_TOKEN: '', NODE_ENV: 'production' }));
    const answer = await production.inject({ url: '/metrics' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: 'NOT_FOUND',
      detail: expect.stringContaining('METRICS_TOKEN'),
    });
    await production.close();
    await system.restart();
  });
});
