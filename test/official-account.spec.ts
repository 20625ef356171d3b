import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { booksOf } from './support/books.js';
import { TestBuyer } from './support/buyer.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let productId: string;
beforeAll(async () => {
  system = await startSystem();
  productId = await system.product({ priceFen: 100, stock: 1000 });
});
afterAll(() => system.stop());

const appIdOf = (orderId: string) =>
  system.database.query<{ appId: string; tradeType: string }>(
    'SELECT app_id AS "appId", trade_type AS "tradeType" FROM payments WHERE order_id = $1 ORDER BY attempt',
    [orderId],
  );

describe.each(['v2', 'v3'])('A1, A5: one merchant number, three apps, API %s', (api) => {
  beforeAll(async () => {
    system.env['WXPAY_API'] = api;
    await system.restart();
  });

  it('a follower of the official account pays in its page, under its app id', async () => {
    const official = system.env['WXPAY_OFFICIAL_APP_ID'] ?? '';
    const buyer = await TestBuyer.login(system, undefined, official);
    const { order, payParams } = await buyer.checkout(productId);
    expect(payParams['appId']).toBe(official);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await appIdOf(order.id)).toEqual([{ appId: official, tradeType: 'JSAPI' }]);
    expect(await booksOf(system.database, order.id)).toMatchObject({ status: 'PAID', movements: 1 });
  });

  it('who is logged in to the app pays there; JSAPI would need an openid he does not have', async () => {
    const app = system.env['WXPAY_APP_APP_ID'] ?? '';
    const buyer = await TestBuyer.login(system, undefined, app);
    const items = [{ productId, quantity: 1 }];
    expect(await buyer.send('POST', '/api/v1/checkout', { items })).toMatchObject({
      status: 422,
      body: { code: 'TRADE_TYPE_NOT_OFFERED', errors: [{ field: 'tradeType' }] },
    });
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'APP' });
    expect(payParams['appid']).toBe(app);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await appIdOf(order.id)).toEqual([{ appId: app, tradeType: 'APP' }]);
  });

  it('and scans a code under the mini-program’s app id, to which the merchant number is bound', async () => {
    const buyer = await TestBuyer.login(system, undefined, system.env['WXPAY_APP_APP_ID']);
    const { order } = await buyer.checkout(productId, 1, { tradeType: 'NATIVE' });
    expect(await appIdOf(order.id)).toEqual([{ appId: system.env['WXPAY_APP_ID'], tradeType: 'NATIVE' }]);
  });
});

it('a shop without a mini-program names its official account twice', async () => {
  const appId = system.env['WXPAY_OFFICIAL_APP_ID'] ?? '';
  system.env['WXPAY_APP_ID'] = appId;
  system.env['WXPAY_APP_SECRET'] = system.env['WXPAY_OFFICIAL_APP_SECRET'] ?? '';
  await system.restart();
  const { code } = await system.control.loginCode(undefined, appId);
  const answer = await fetch(`${system.url}/api/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  expect(answer.status).toBe(200);
});
