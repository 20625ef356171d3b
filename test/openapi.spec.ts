import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { command } from './support/command.js';
import { roadTo } from './support/road.js';
import { startSystem, type System } from './support/system.js';

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  security?: unknown[];
}
interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  type?: string;
  enum?: string[];
}
interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let system: System;
let document: OpenApi;
beforeAll(async () => {
  system = await startSystem();
  document = (await (await fetch(`${system.url}/docs/openapi.json`)).json()) as OpenApi;
});
afterAll(() => system.stop());

function operation(method: string, path: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`the document has no ${method} ${path}`);
  return found;
}

function takesKey(parameters: Operation['parameters'] = []): boolean {
  return parameters.some(({ name, in: where }) => name === 'Idempotency-Key' && where === 'header');
}

describe('GET /docs/openapi.json', () => {
  it('Q-12: says what is not offered, and no way to pay names it', () => {
    expect(document.info.description).toContain('micropay');
    expect(JSON.stringify(document)).not.toContain('MICROPAY');
  });

  it.each([
    ['post', '/api/v1/login'],
    ['get', '/api/v1/products'],
    ['post', '/api/v1/checkout'],
    ['post', '/api/v1/orders'],
    ['get', '/api/v1/coupons'],
    ['get', '/api/v1/orders'],
    ['get', '/api/v1/orders/{id}'],
    ['post', '/api/v1/orders/{id}/payments'],
    ['post', '/api/v1/orders/{id}/sync'],
    ['post', '/api/v1/orders/{id}/cancel'],
    ['post', '/notify/wxpay/{account}/payment'],
    ['get', '/health/live'],
    ['get', '/health/ready'],
    ['get', '/metrics'],
  ])('tells about %s %s', (method, path) => {
    const { summary, responses, parameters = [] } = operation(method, path);
    expect(summary?.length).toBeGreaterThan(10);
    expect(Object.keys(responses).length).toBeGreaterThan(0);
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
      expect(parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }));
    }
  });

  it('types every answer: what succeeds has a schema, what fails is a problem with one of the known codes', () => {
    const routes = Object.entries(document.paths)
      .filter(([path]) => !path.startsWith('/notify/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { responses }]) => ({ name: `${method} ${path}`, responses })),
      );
    expect(routes.length).toBeGreaterThan(90);
    for (const { name, responses } of routes) {
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      expect([name, successes.length > 0]).toEqual([name, true]);
      for (const [status, { content = {} }] of successes) {
        const schemas = Object.values(content).map(({ schema }) => Object.keys(schema).length > 0);
        expect([name, status, schemas.length > 0]).toEqual([name, status, status !== '204']);
        expect([name, status, schemas.every(Boolean)]).toEqual([name, status, true]);
      }
      expect([name, Object.keys(responses['default']?.content ?? {})]).toEqual([
        name,
        ['application/problem+json'],
      ]);
    }
    const { Problem } = document.components.schemas;
    expect(Problem?.properties?.['code']?.enum).toContain('ORDER_NOT_FOUND');
  });

  it('is the same without a database, from npm run openapi', async () => {
    const { code, out } = await command('openapi', {});
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(document);
  });

  it('staff come with a bearer token or with the cookie of their browser', () => {
    expect(operation('get', '/api/v1/admin/me').security).toEqual([{ bearer: [] }, { session: [] }]);
  });

  it('says which version of OpenAPI it is', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\./),
      info: { title: 'WeChat Pay checkout' },
    });
  });

  it.each([
    ['/api/v1/orders', ['cursor', 'limit', 'status']],
    ['/api/v1/products', ['cursor', 'limit']],
  ])('the filters of GET %s are optional', (path, names) => {
    const query = (operation('get', path).parameters ?? []).filter((parameter) => parameter.in === 'query');
    expect(query.map(({ name }) => name).sort()).toEqual(names);
    for (const { required } of query) expect(required ?? false).toBe(false);
  });

  it('a checkout needs items and nothing else, and no price can be said', () => {
    const schema = operation('post', '/api/v1/checkout').requestBody?.content['application/json']?.schema;
    expect(schema?.required).toEqual(['items']);
    expect(Object.keys(schema?.properties ?? {}).sort()).toEqual([
      'address',
      'attach',
      'couponCode',
      'items',
      'tradeType',
    ]);
  });

  it('a checkout answers 201 with order, payment and payParams', () => {
    const schema = operation('post', '/api/v1/checkout').responses['201']?.content?.['application/json']
      ?.schema;
    expect(Object.keys(schema?.properties ?? {}).sort()).toEqual(['order', 'payParams', 'payment']);
  });

  it('a coupon takes off an amount or a percentage, and nothing else', () => {
    const schema = operation('post', '/api/v1/admin/coupons').requestBody?.content['application/json']
      ?.schema;
    const kinds = (schema?.oneOf ?? []).map(({ required }) => required);
    expect(kinds).toEqual([
      ['kind', 'amountFen', 'code', 'name'],
      ['kind', 'percentOff', 'code', 'name'],
    ]);
  });

  it('every route that changes something takes an Idempotency-Key, but for those DESIGN §6.4 exempts', () => {
    const withoutKey = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([method, { parameters }]) => method !== 'get' && !takesKey(parameters))
          .map(([method]) => `${method} ${path.slice('/api/v1'.length)}`),
      );
    expect(withoutKey.sort()).toEqual([
      'delete /admin/me/totp',
      'delete /admin/sessions/current',
      'delete /admin/sessions/{id}',
      'post /admin/me/password', // judges the present password, as a login does
      'post /admin/me/totp',
      'post /admin/me/totp/confirm',
      'post /admin/sessions',
      'post /admin/sessions/current/step-up',
      'post /admin/webhooks', // shows a secret
      'post /admin/webhooks/{id}/rotate-secret', // shows a secret
      'post /login',
    ]);
  });

  it('routes of a buyer take a token', () => {
    for (const path of [
      'checkout',
      'orders',
      'orders/{id}/payments',
      'orders/{id}/sync',
      'orders/{id}/cancel',
    ])
      expect(operation('post', `/api/v1/${path}`).security).toEqual([{ bearer: [] }]);
  });
});

describe('GET /docs', () => {
  it('is a page', async () => {
    const answer = await fetch(`${system.url}/docs`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('swagger');
  });
});

describe('health', () => {
  it.each(['live', 'ready'])('%s', async (name) => {
    const answer = await fetch(`${system.url}/health/${name}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('answers carry no cache and no sniffing', async () => {
    const { headers } = await fetch(`${system.url}/health/live`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('without its database the service lives but is not ready, and comes back by itself', async () => {
    const road = await roadTo(system.database.url);
    await system.restart({ DATABASE_URL: road.url });
    expect((await fetch(`${system.url}/health/ready`)).status).toBe(200);
    await road.block();
    const [ready, live, products] = await Promise.all(
      ['/health/ready', '/health/live', '/api/v1/products'].map((path) => fetch(system.url + path)),
    );
    expect(live?.status).toBe(200);
    expect(ready?.status).toBe(503);
    expect(await ready?.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(products?.status).toBe(503);
    expect(products?.headers.get('retry-after')).toBe('2');
    await road.open();
    expect((await fetch(`${system.url}/health/ready`)).status).toBe(200);
    await system.restart();
    await road.block();
  });
});
