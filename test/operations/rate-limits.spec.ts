import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestBuyer } from '../support/buyer.js';
import { startSystem, type System } from '../support/system.js';

const ORIGIN = 'https://shop.example.com';

let system: System;
beforeAll(async () => {
  system = await startSystem({ TRUSTED_PROXIES: '127.0.0.1', CORS_ORIGINS: ORIGIN });
});
afterAll(() => system.stop());

function ask(path: string, from: string): Promise<Response> {
  return fetch(`${system.url}${path}`, { headers: { 'x-forwarded-for': from, origin: ORIGIN } });
}

async function statuses(times: number, once: () => Promise<{ status: number }>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: times }, once));
  return answers.map(({ status }) => status).sort((a, b) => a - b);
}

describe('B14: requests in a minute', () => {
  it('are as many as one likes while no setting says otherwise', async () => {
    await system.restart();
    const buyer = await TestBuyer.login(system);
    expect(new Set(await statuses(300, () => buyer.send('GET', '/api/v1/orders')))).toEqual(new Set([200]));
  });

  it('of one buyer are limited, whatever he asks for; nobody else is', async () => {
    await system.restart({ BUYER_REQUESTS_PER_MINUTE: '3' });
    const [hasty, calm] = [await TestBuyer.login(system), await TestBuyer.login(system)];
    const productId = await system.product();
    expect((await hasty.send('GET', '/api/v1/orders')).status).toBe(200);
    const wanted = { items: [{ productId, quantity: 1 }] };
    expect(await statuses(4, () => hasty.send('POST', '/api/v1/orders', wanted))).toEqual([
      201, 201, 429, 429,
    ]);
    const refused = await hasty.send('GET', '/api/v1/orders');
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', status: 429 } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await calm.send('GET', '/api/v1/orders')).status).toBe(200);
  });

  it('with a forged token count for nobody', async () => {
    await system.restart({ BUYER_REQUESTS_PER_MINUTE: '1' });
    const buyer = await TestBuyer.login(system);
    const forged = { authorization: `Bearer ${buyer.token.slice(0, -4)}AAAA` };
    expect(await statuses(3, () => buyer.send('GET', '/api/v1/orders', undefined, forged))).toEqual([
      401, 401, 401,
    ]);
    expect((await buyer.send('GET', '/api/v1/orders')).status).toBe(200);
  });

  it('of one address are limited, logins and unknown addresses included', async () => {
    await system.restart({ ADDRESS_REQUESTS_PER_MINUTE: '4' });
    expect(await statuses(6, () => ask('/api/v1/products', '203.0.113.7'))).toEqual([
      200, 200, 200, 200, 429, 429,
    ]);
    const login = await fetch(`${system.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.7', 'content-type': 'application/json' },
      body: 'not even JSON',
    });
    expect(login.status).toBe(429);
    expect((await ask('/api/v1/products', '203.0.113.8')).status).toBe(200);
  });

  it('of one customer of an IPv6 provider count together', async () => {
    await system.restart({ ADDRESS_REQUESTS_PER_MINUTE: '2' });
    const from = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::3', '2001:db8:1:3::1'];
    const answers: number[] = [];
    for (const each of from) answers.push((await ask('/api/v1/products', each)).status);
    expect(answers).toEqual([200, 200, 429, 200]);
  });

  it('are refused so that a page of another origin can read why', async () => {
    await system.restart({ ADDRESS_REQUESTS_PER_MINUTE: '1' });
    await ask('/api/v1/products', '203.0.113.9');
    const refused = await ask('/api/v1/products', '203.0.113.9');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(await refused.json()).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      instance: '/api/v1/products',
      requestId: refused.headers.get('x-request-id'),
    });
  });

  it('never count notifications: one that is refused is a payment known later', async () => {
    await system.restart({ ADDRESS_REQUESTS_PER_MINUTE: '1' });
    expect(await statuses(2, () => ask('/api/v1/products', '203.0.113.10'))).toEqual([200, 429]);
    const headers = { 'x-forwarded-for': '203.0.113.10' };
    const notification = { method: 'POST', body: '<xml></xml>', headers };
    const notify = () => fetch(`${system.url}/notify/wxpay/default/payment`, notification);
    expect(await statuses(5, notify)).not.toContain(429);
  });
});
