import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { booksOf } from './support/books.js';
import { TestBuyer } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { roadTo, type Road } from './support/road.js';
import { startSystem, type System } from './support/system.js';

const PRICE = 1990;

let system: System;
let road: Road;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  road = await roadTo(system.database.url);
  await system.restart({ DATABASE_URL: road.url, DATABASE_QUERY_TIMEOUT_SECONDS: '2' });
});
afterAll(async () => {
  await road.block(); // nothing waits any more for what never answers
  await road.open();
  await system.stop();
  await road.block();
});

it('connections that a network has forgotten are given up, and WeChat is heard', async () => {
  const buyer = await TestBuyer.login(system);
  const { order, payment } = await buyer.checkout(await system.product({ priceFen: PRICE }));
  const notice = paidNotice(system, { out_trade_no: payment.outTradeNo, total_fee: String(PRICE) });
  const body = xml(signed(system, notice));

  road.silence();
  await eventually(async () => expect((await post(system, body)).status).toBe(200));
  expect(await booksOf(system.database, order.id)).toMatchObject({ status: 'PAID', paidFen: PRICE });
});
