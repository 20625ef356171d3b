import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StaffProductPage, StaffProductView } from '../../src/order/product/product.schema.js';
import type { SettingsView } from '../../src/staff/settings/settings.schema.js';
import { TestBuyer } from '../support/buyer.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

let system: System;
let owner: Desk;

beforeAll(async () => {
  system = await startSystem();
  owner = await Desk.of(system, 'OWNER');
});
afterAll(() => system.stop());

async function onSale(): Promise<string[]> {
  const answer = await fetch(`${system.url}/api/v1/products`);
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}

it('staff put a product on sale, change it, and take it off', async () => {
  const { status, body: product } = await owner.send<StaffProductView>('POST', '/products', {
    name: '云南小粒咖啡豆',
    priceFen: 5800,
    stock: 3,
    imageUrl: 'https://img.example.com/beans.jpg',
  });
  expect([status, product.active, product.imageUrl]).toEqual([
    201,
    true,
    'https://img.example.com/beans.jpg',
  ]);
  expect(await onSale()).toEqual([product.id]);

  const buyer = await TestBuyer.login(system);
  const { order } = await buyer.checkout(product.id, 2);
  const path = `/products/${product.id}`;
  const changed = await owner.send<StaffProductView>('PATCH', path, { priceFen: 6000, stockChange: 10 });
  expect(changed.body).toMatchObject({ priceFen: 6000, stock: 11, name: '云南小粒咖啡豆' });
  expect((await buyer.order(order.id)).payableFen).toBe(11_600);
  for (const [stockChange, code] of [
    [-12, 'OUT_OF_STOCK'],
    [1_000_000_000, 'VALIDATION_FAILED'],
  ])
    expect((await owner.send('PATCH', path, { stockChange })).body).toMatchObject({
      code,
      errors: [{ field: 'stockChange' }],
    });
  expect((await owner.send('PATCH', path, { stock: 1, stockChange: 1 })).body.code).toBe('VALIDATION_FAILED');

  // Orders name it, so it stays for them and is no longer sold.
  expect((await owner.send('DELETE', path)).status).toBe(204);
  expect(await onSale()).toEqual([]);
  expect((await owner.get<StaffProductPage>('/products?active=false&q=小粒')).items).toHaveLength(1);

  const log = await owner.get<{ items: { action: string; before: unknown; after: unknown }[] }>(
    `/audit-log?subjectId=${product.id}`,
  );
  expect(log.items.map(({ action, before, after }) => ({ action, before, after })).slice(0, 2)).toEqual([
    { action: 'product.changed', before: { active: true }, after: { active: false } },
    { action: 'product.changed', before: { priceFen: 5800, stock: 1 }, after: { priceFen: 6000, stock: 11 } },
  ]);
});

it('a product that nobody ordered is deleted', async () => {
  const { body } = await owner.send<StaffProductView>('POST', '/products', {
    name: '打错字的',
    priceFen: 1,
    stock: 0,
  });
  expect((await owner.send('DELETE', `/products/${body.id}`)).status).toBe(204);
  expect((await owner.send('GET', `/products/${body.id}`)).body.code).toBe('PRODUCT_NOT_FOUND');
});

it.each([
  { priceFen: 0 },
  { priceFen: 19.9 },
  { stock: -1 },
  { imageUrl: 'javascript:alert(1)' },
  { name: '' },
])('no product with %j', async (wrong) => {
  const wanted = { name: '茶', priceFen: 100, stock: 1, ...wrong };
  const { status, body } = await owner.send('POST', '/products', wanted);
  expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, Object.keys(wrong)]);
});

it('a search for what no text can hold is refused, not an error of ours', async () => {
  expect(await owner.send('GET', '/products?limit=5&q=a%00b')).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', errors: [{ field: 'q' }] },
  });
});

it('settings are shown without a secret', async () => {
  const settings = await owner.get<SettingsView>('/settings');
  const values = new Map(
    settings.groups.flatMap(({ items }) => items).map(({ name, ...setting }) => [name, setting]),
  );
  expect(values.get('ORDER_EXPIRE_MINUTES')).toEqual({ secret: false, set: true, value: '20' });
  expect(values.get('SESSION_SECRET')).toEqual({ secret: true, set: true, value: null });
  expect(settings.accounts).toMatchObject([
    {
      id: 'default',
      mchId: system.env['WXPAY_MCH_ID'],
      keys: { apiKey: true, apiKeyPrevious: false },
      notifyUrls: { payment: `${system.url}/notify/wxpay/default/payment` },
      mode: 'API_KEY',
      signedWith: { publicKey: 0, platformCertificate: 0 },
      certificates: [{ kind: 'MERCHANT' }],
    },
  ]);
  const secrets = [
    'WXPAY_API_KEY',
    'WXPAY_APP_SECRET',
    'SESSION_SECRET',
    'DATA_ENCRYPTION_KEY',
    'DATABASE_URL',
  ];
  expect(Desk.answersWith(...secrets.map((name) => system.env[name] ?? name))).toEqual([]);
});

it('the chain of the audit log is walked when asked for', async () => {
  expect(await owner.get('/audit-log/verification')).toMatchObject({
    verified: true,
    head: { seq: expect.any(Number) },
  });
});

it('the audit log can be read by the time of what happened', async () => {
  const now = encodeURIComponent(new Date(new Date().getTime() + 60_000).toISOString());
  expect((await owner.get<{ items: unknown[] }>(`/audit-log?from=${now}`)).items).toEqual([]);
  expect((await owner.get<{ items: unknown[] }>(`/audit-log?to=${now}`)).items.length).toBeGreaterThan(3);
});
