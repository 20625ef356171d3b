import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { OrderView } from '../src/order/order.schema.js';
import { TestBuyer, type Answer, type CheckedOut, type ProblemBody } from './support/buyer.js';
import { startSystem, type System } from './support/system.js';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
interface ListedProduct {
  id: string;
  name: string;
  description: string;
  priceFen: number;
  stock: number;
  imageUrl: string | null;
}

let system: System;
let buyer: TestBuyer;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', WXPAY_TIMEOUT_MS: '10000' });
  buyer = await TestBuyer.login(system);
});
afterAll(() => system.stop());

const stockOf = async (id: string): Promise<number | undefined> =>
  (await system.database.query<{ stock: number }>('SELECT stock FROM products WHERE id = $1', [id]))[0]
    ?.stock;

function order(items: unknown, more: Record<string, unknown> = {}): Promise<Answer<OrderView>> {
  return buyer.send<OrderView>('POST', '/api/v1/orders', { items, ...more });
}

/** Everything a refused request must leave alone. */
async function fingerprint(): Promise<unknown> {
  return system.database.query(
    `SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM order_items) AS items,
            (SELECT count(*) FROM payments) AS payments, (SELECT coalesce(sum(stock), 0) FROM products) AS stock`,
  );
}

/** A cursor in our form with a time that we never write; PostgreSQL has no year 0. */
function forged(createdAt: string): string {
  return Buffer.from(JSON.stringify([createdAt, uuidv7()])).toString('base64url');
}

describe('the catalogue', () => {
  it('lists what is on sale, newest first, page by page, without a login', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++)
      ids.unshift(await system.product({ name: `Tea ${index}`, priceFen: 100 + index }));
    const hidden = await system.product({ active: false });
    const seen: ListedProduct[] = [];
    let cursor: string | null = null;
    do {
      const answer: Response = await fetch(
        `${system.url}/api/v1/products?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as Page<ListedProduct>;
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.slice(0, 5).map(({ id }) => id)).toEqual(ids);
    expect(seen[0]).toEqual({
      id: ids[0],
      name: 'Tea 4',
      description: '',
      priceFen: 104,
      stock: 1000,
      imageUrl: null,
    });
    expect(seen.map(({ id }) => id)).not.toContain(hidden);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=x',
    'cursor=bm9uc2Vuc2U',
    `cursor=${forged('0000-01-01T00:00:00.000Z')}`,
    `cursor=${forged('2026-01-01T00:00:00Z')}`,
    'order=price',
  ])('refuses ?%s', async (query) => {
    const answer = await fetch(`${system.url}/api/v1/products?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: query.split('=')[0], message: expect.any(String) }],
    });
  });
});

describe('an order', () => {
  it('takes price, name and total from the catalogue and keeps them when the catalogue changes', async () => {
    const tea = await system.product({ name: '龙井 <特级> & 茶', priceFen: 12_800, stock: 10 });
    const cup = await system.product({ name: 'Cup', priceFen: 1, stock: 10 });
    const address = {
      name: '王小明',
      phone: '13800138000',
      province: '浙江',
      city: '杭州',
      district: '西湖',
      detail: '龙井路 1 号',
    };
    const { status, body } = await order(
      [
        { productId: tea, quantity: 2 },
        { productId: cup, quantity: 3 },
      ],
      { attach: 'from the shelf', address },
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      orderNo: expect.stringMatching(/^\d{24}$/),
      status: 'PENDING_PAYMENT',
      refundStatus: 'NONE',
      totalFen: 25_603,
      discountFen: 0,
      payableFen: 25_603,
      paidFen: 0,
      refundedFen: 0,
      items: [
        { productId: tea, name: '龙井 <特级> & 茶', unitPriceFen: 12_800, quantity: 2, payableFen: 25_600 },
        { productId: cup, name: 'Cup', unitPriceFen: 1, quantity: 3, payableFen: 3 },
      ],
      attach: 'from the shelf',
      address,
      createdAt: expect.stringMatching(/\+08:00$/),
    });
    expect(new Date(body.expiresAt).getTime() - new Date(body.createdAt).getTime()).toBe(20 * 60_000);
    expect(await stockOf(tea)).toBe(8);
    await system.database.query(
      "UPDATE products SET price_fen = 99, name = 'Other', active = false WHERE id = $1",
      [tea],
    );
    expect(await buyer.order(body.id)).toEqual(body);
    const paid = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${body.id}/payments`, {
      tradeType: 'JSAPI',
    });
    expect(paid.body.payment.amountFen).toBe(25_603);
    expect(await system.control.transaction(paid.body.payment.outTradeNo)).toMatchObject({
      totalFen: 25_603,
    });
  });

  it('is listed for its buyer only, newest first, by status and page by page', async () => {
    const product = await system.product();
    const own = await TestBuyer.login(system);
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      const { body } = await own.send<OrderView>('POST', '/api/v1/orders', {
        items: [{ productId: product, quantity: 1 }],
      });
      ids.unshift(body.id);
    }
    await own.send('POST', `/api/v1/orders/${ids[1]}/cancel`);
    const list = async (query: string): Promise<Page<OrderView>> =>
      (await own.send<Page<OrderView>>('GET', `/api/v1/orders?${query}`)).body;
    const first = await list('limit=3');
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(first.items[0]?.items).toHaveLength(1);
    const second = await list(`limit=3&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ id: ids[3] }, { id: ids[4] }], nextCursor: null });
    expect((await list('status=CLOSED')).items.map(({ id }) => id)).toEqual([ids[1]]);
    expect((await list('status=PENDING_PAYMENT')).items).toHaveLength(4);
    expect((await list('status=PAID')).items).toEqual([]);
    const stranger = await TestBuyer.login(system);
    expect((await stranger.send<Page<OrderView>>('GET', '/api/v1/orders')).body).toEqual({
      items: [],
      nextCursor: null,
    });
    expect(await stranger.send('GET', `/api/v1/orders/${ids[0]}`)).toMatchObject({
      status: 404,
      body: { code: 'ORDER_NOT_FOUND' },
    });
  });

  it.each(['status=NONE', 'limit=0', 'limit=1.5', 'cursor=%00', 'buyerId=1'])(
    'the list refuses ?%s',
    async (query) => {
      expect(await buyer.send('GET', `/api/v1/orders?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ field: query.split('=')[0] }] },
      });
    },
  );

  it.each(['x', '%27%20OR%201=1', '00000000-0000-0000-0000-000000000000', 'a'.repeat(200)])(
    'the id %s names nothing',
    async (id) => {
      const { status, body } = await buyer.send('GET', `/api/v1/orders/${id}`);
      expect([400, 404]).toContain(status);
      expect(['ORDER_NOT_FOUND', 'VALIDATION_FAILED', 'NOT_FOUND']).toContain(body.code);
    },
  );
});

const ADDRESS = { name: 'a', phone: '13800138000', province: 'a', city: 'a', district: 'a', detail: 'a' };

describe('what cannot be ordered', () => {
  let tea: string;
  let scarce: string;
  let hidden: string;
  let dear: string;
  beforeAll(async () => {
    tea = await system.product({ stock: 20_000 });
    scarce = await system.product({ name: 'Scarce', stock: 2 });
    hidden = await system.product({ name: 'Hidden', active: false });
    dear = await system.product({ priceFen: 1_000_000_000, stock: 5 });
  });

  const one = (more: Record<string, unknown>) => [{ productId: tea, quantity: 1, ...more }];
  const cases: [string, () => unknown, number, string, string][] = [
    ['no body', () => undefined, 400, 'VALIDATION_FAILED', ''],
    ['a list instead of an object', () => [], 400, 'VALIDATION_FAILED', ''],
    ['no items', () => ({}), 400, 'VALIDATION_FAILED', 'items'],
    ['an empty list', () => ({ items: [] }), 400, 'VALIDATION_FAILED', 'items'],
    [
      '101 lines',
      () => ({ items: Array.from({ length: 101 }, () => ({ productId: uuidv7(), quantity: 1 })) }),
      400,
      'VALIDATION_FAILED',
      'items',
    ],
    ['quantity 0', () => ({ items: one({ quantity: 0 }) }), 400, 'VALIDATION_FAILED', 'items.0.quantity'],
    ['quantity -1', () => ({ items: one({ quantity: -1 }) }), 400, 'VALIDATION_FAILED', 'items.0.quantity'],
    ['quantity 1.5', () => ({ items: one({ quantity: 1.5 }) }), 400, 'VALIDATION_FAILED', 'items.0.quantity'],
    ['quantity 1e9', () => ({ items: one({ quantity: 1e9 }) }), 400, 'VALIDATION_FAILED', 'items.0.quantity'],
    ['quantity "2"', () => ({ items: one({ quantity: '2' }) }), 400, 'VALIDATION_FAILED', 'items.0.quantity'],
    [
      'quantity null',
      () => ({ items: one({ quantity: null }) }),
      400,
      'VALIDATION_FAILED',
      'items.0.quantity',
    ],
    [
      'a product that is a number',
      () => ({ items: one({ productId: 1 }) }),
      400,
      'VALIDATION_FAILED',
      'items.0.productId',
    ],
    [
      'a price from the client',
      () => ({ items: one({ priceFen: 1 }) }),
      400,
      'VALIDATION_FAILED',
      'items.0.priceFen',
    ],
    [
      'a unit price from the client',
      () => ({ items: one({ unitPriceFen: 1 }) }),
      400,
      'VALIDATION_FAILED',
      'items.0.unitPriceFen',
    ],
    [
      'a total from the client',
      () => ({ items: one({}), totalFen: 1 }),
      400,
      'VALIDATION_FAILED',
      'totalFen',
    ],
    [
      'an amount from the client',
      () => ({ items: one({}), payableFen: 1 }),
      400,
      'VALIDATION_FAILED',
      'payableFen',
    ],
    [
      'a status from the client',
      () => ({ items: one({}), status: 'PAID' }),
      400,
      'VALIDATION_FAILED',
      'status',
    ],
    [
      'a buyer from the client',
      () => ({ items: one({}), buyerId: uuidv7() }),
      400,
      'VALIDATION_FAILED',
      'buyerId',
    ],
    [
      'one product twice',
      () => ({ items: [...one({}), ...one({ quantity: 2 })] }),
      400,
      'VALIDATION_FAILED',
      'items.1.productId',
    ],
    [
      '128 bytes of attach',
      () => ({ items: one({}), attach: '茶'.repeat(43) }),
      400,
      'VALIDATION_FAILED',
      'attach',
    ],
    ['NUL in the attach', () => ({ items: one({}), attach: 'a\0b' }), 400, 'VALIDATION_FAILED', 'attach'],
    [
      'half an emoji in the address',
      () => ({ items: one({}), address: { ...ADDRESS, detail: '楼下\ud83d' } }),
      400,
      'VALIDATION_FAILED',
      'address.detail',
    ],
    [
      'NUL in the name of a field',
      () => ({ items: [{ productId: tea, quantity: 1, 'a\0': 1 }] }),
      400,
      'VALIDATION_FAILED',
      'items.0.a\0',
    ],
    [
      'a control character in the attach',
      () => ({ items: one({}), attach: 'a\u0007' }),
      400,
      'VALIDATION_FAILED',
      'attach',
    ],
    [
      'a line break in the address',
      () => ({ items: one({}), address: { ...ADDRESS, name: '王\n小明' } }),
      400,
      'VALIDATION_FAILED',
      'address.name',
    ],
    [
      'a phone number that is none',
      () => ({
        items: one({}),
        address: { ...ADDRESS, phone: 'x' },
      }),
      400,
      'VALIDATION_FAILED',
      'address.phone',
    ],
    [
      'a field more in the address',
      () => ({
        items: one({}),
        address: { ...ADDRESS, zip: '1' },
      }),
      400,
      'VALIDATION_FAILED',
      'address.zip',
    ],
    [
      'an unknown coupon',
      () => ({ items: one({}), couponCode: 'FREE' }),
      422,
      'COUPON_NOT_USABLE',
      'couponCode',
    ],
    [
      'an unknown product',
      () => ({ items: [...one({}), { productId: uuidv7(), quantity: 1 }] }),
      404,
      'PRODUCT_NOT_FOUND',
      'items.1',
    ],
    [
      'a product id that is no id',
      () => ({ items: one({ productId: "'; DROP TABLE orders" }) }),
      404,
      'PRODUCT_NOT_FOUND',
      'items.0',
    ],
    [
      'an inactive product',
      () => ({ items: one({ productId: hidden }) }),
      409,
      'PRODUCT_NOT_ON_SALE',
      'items.0',
    ],
    [
      'more than there is',
      () => ({ items: [...one({}), { productId: scarce, quantity: 3 }] }),
      409,
      'OUT_OF_STOCK',
      'items.1',
    ],
    [
      'ten million yuan and a fen',
      () => ({ items: [...one({}), { productId: dear, quantity: 1 }] }),
      422,
      'AMOUNT_TOO_LARGE',
      '',
    ],
  ];

  for (const route of ['orders', 'checkout']) {
    it.each(cases)(`POST /${route} refuses %s`, async (_, body, status, code, field) => {
      const before = await fingerprint();
      const answer = await buyer.send('POST', `/api/v1/${route}`, body(), { 'x-request-id': 'my-request.1' });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers.get('x-request-id')).toBe('my-request.1');
      expect(answer.body).toMatchObject({
        type: `urn:problem:${code.toLowerCase().replaceAll('_', '-')}`,
        title: expect.any(String),
        status,
        code,
        instance: `/api/v1/${route}`,
        requestId: 'my-request.1',
      });
      if (field !== '') expect(answer.body.errors?.map((error) => error.field)).toContain(field);
      expect(await fingerprint()).toEqual(before);
    });
  }

  it.each([
    ['tradeType CASH', { tradeType: 'CASH' }],
    ['Q-12: tradeType MICROPAY', { tradeType: 'MICROPAY' }],
    ['tradeType in lower case', { tradeType: 'jsapi' }],
  ])('POST /checkout refuses %s', async (_, more) => {
    const before = await fingerprint();
    expect(await buyer.send('POST', '/api/v1/checkout', { items: one({}), ...more })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field: 'tradeType' }] },
    });
    expect(await fingerprint()).toEqual(before);
  });

  it('a whole emoji is kept, escaped or not, and so is the word for half of one', async () => {
    const detail = String.raw`楼下 \ud83d\ude00 😀 \\u0000 \\ud83d`;
    const body = `{"items":[{"productId":"${tea}","quantity":1}],"address":${JSON.stringify({ ...ADDRESS, detail: '' }).replace('"detail":""', `"detail":"${detail}"`)}}`;
    const made = await buyer.send<OrderView>('POST', '/api/v1/orders', body);
    expect([made.status, made.body.address?.detail]).toEqual([201, String.raw`楼下 😀 😀 \u0000 \ud83d`]);
  });

  it.each(['__proto__', '\\u005f_proto__', 'constructor', 'prototype'])(
    'a key %s changes nothing',
    async (key) => {
      const item = `{"productId":"${tea}","quantity":1,"${key}":{"priceFen":1,"prototype":{"priceFen":1}}}`;
      const { status, body } = await buyer.send<OrderView>('POST', '/api/v1/orders', `{"items":[${item}]}`);
      if (status === 201) expect(body.payableFen).toBe(1990);
      else expect(status).toBe(400);
      expect(Object.prototype).not.toHaveProperty('priceFen');
    },
  );
});

const send = (path: string, init: RequestInit): Promise<Response> => fetch(`${system.url}${path}`, init);
const authorised = (headers: Record<string, string>) => ({
  authorization: `Bearer ${buyer.token}`,
  ...headers,
});

describe('a request that cannot be read', () => {
  const json = { 'content-type': 'application/json' };

  it.each<[string, string, () => RequestInit, number, string]>([
    [
      'JSON that ends early',
      '/api/v1/orders',
      () => ({ method: 'POST', body: '{"items":', headers: authorised(json) }),
      400,
      'INVALID_JSON',
    ],
    [
      'a trailing comma',
      '/api/v1/orders',
      () => ({ method: 'POST', body: '{"items":[],}', headers: authorised(json) }),
      400,
      'INVALID_JSON',
    ],
    [
      'JSON in GBK',
      '/api/v1/orders',
      () => ({
        method: 'POST',
        body: Buffer.from('{"attach":"\xd6\xd0"}', 'latin1'),
        headers: authorised(json),
      }),
      400,
      'INVALID_JSON',
    ],
    [
      'a form',
      '/api/v1/orders',
      () => ({
        method: 'POST',
        body: 'items=1',
        headers: authorised({ 'content-type': 'application/x-www-form-urlencoded' }),
      }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'XML',
      '/api/v1/orders',
      () => ({ method: 'POST', body: '<xml/>', headers: authorised({ 'content-type': 'text/xml' }) }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      'a malformed content type',
      '/api/v1/orders',
      () => ({ method: 'POST', body: '{}', headers: authorised({ 'content-type': 'nonsense' }) }),
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    [
      '300 KB',
      '/api/v1/orders',
      () => ({
        method: 'POST',
        body: JSON.stringify({ attach: 'a'.repeat(300_000) }),
        headers: authorised(json),
      }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      '5 MB',
      '/api/v1/orders',
      () => ({
        method: 'POST',
        body: JSON.stringify({ attach: 'a'.repeat(5_000_000) }),
        headers: authorised(json),
      }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['an unknown address', '/api/v1/nothing', () => ({ headers: authorised({}) }), 404, 'NOT_FOUND'],
    [
      'an unknown method',
      '/api/v1/orders',
      () => ({ method: 'DELETE', headers: authorised({}) }),
      404,
      'NOT_FOUND',
    ],
    [
      'a URL that cannot be decoded',
      '/api/v1/orders/%E0%A4%A',
      () => ({ headers: authorised({}) }),
      400,
      'MALFORMED_REQUEST',
    ],
    ['no token', '/api/v1/orders', () => ({}), 401, 'UNAUTHENTICATED'],
    [
      'an empty token',
      '/api/v1/orders',
      () => ({ headers: { authorization: 'Bearer ' } }),
      401,
      'UNAUTHENTICATED',
    ],
    [
      'another scheme',
      '/api/v1/orders',
      () => ({ headers: { authorization: `Basic ${buyer.token}` } }),
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a token that is nonsense',
      '/api/v1/orders',
      () => ({ headers: { authorization: 'Bearer a.b.c' } }),
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a token altered by a letter',
      '/api/v1/orders',
      () => ({ headers: { authorization: `Bearer ${buyer.token.slice(0, -2)}xx` } }),
      401,
      'UNAUTHENTICATED',
    ],
  ])('%s is answered with a problem', async (_, path, init, status, code) => {
    const before = await fingerprint();
    const answer = await send(path, init());
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = (await answer.json()) as ProblemBody;
    expect(body).toMatchObject({ status, code, requestId: answer.headers.get('x-request-id') });
    expect(answer.status).toBe(status);
    expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await fingerprint()).toEqual(before);
  });

  const tokens: [string, (claims: SignJWT, secret: Uint8Array) => Promise<string>][] = [
    ['expired', (claims, secret) => claims.setExpirationTime('-1s').setAudience('buyer').sign(secret)],
    [
      'for another audience',
      (claims, secret) => claims.setExpirationTime('1h').setAudience('operator').sign(secret),
    ],
    ['without an audience', (claims, secret) => claims.setExpirationTime('1h').sign(secret)],
    [
      'signed with another secret',
      (claims) =>
        claims
          .setExpirationTime('1h')
          .setAudience('buyer')
          .sign(new TextEncoder().encode('x'.repeat(32))),
    ],
    [
      'signed by nobody',
      async () =>
        [{ alg: 'none' }, { sub: buyer.id, aud: 'buyer', exp: 4_000_000_000 }]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.') + '.',
    ],
  ];
  it.each(tokens)('a token that is %s is refused', async (_, forge) => {
    const secret = new TextEncoder().encode(system.env['SESSION_SECRET'] ?? '');
    const token = await forge(
      new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).setSubject(buyer.id),
      secret,
    );
    const answer = await send('/api/v1/orders', { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a token of a buyer this shop does not know orders nothing', async () => {
    const before = await fingerprint();
    const secret = new TextEncoder().encode(system.env['SESSION_SECRET'] ?? '');
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(uuidv7())
      .setAudience('buyer')
      .setExpirationTime('1h')
      .sign(secret);
    const product = await system.product();
    for (const route of ['checkout', 'orders']) {
      const answer = await send(`/api/v1/${route}`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${token}` },
        body: JSON.stringify({ items: [{ productId: product, quantity: 1 }] }),
      });
      expect(answer.status).toBe(401);
    }
    await system.database.query('DELETE FROM products WHERE id = $1', [product]);
    expect(await fingerprint()).toEqual(before);
  });

  it.each(['has space', 'a'.repeat(65), '<script>', ''])(
    'a request id like "%s" is replaced, not echoed',
    async (id) => {
      const answer = await send('/api/v1/products', { headers: { 'x-request-id': id } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
