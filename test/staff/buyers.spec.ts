import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Buyer } from '../../src/buyer/buyer.entity.js';
import type { OrderView } from '../../src/order/order.schema.js';
import type { StaffBuyerPage, StaffBuyerView } from '../../src/staff/buyers/staff-buyer.schema.js';
import { newestPage } from '../../src/common/http/list-query.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

const PRICE = 1990;
const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';

let system: System;
let support: Desk;
let viewer: Desk;
let newcomer: TestBuyer;
let buyer: TestBuyer;
let productId: string;
let refunded: CheckedOut;
let waiting: CheckedOut;

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', REFUND_AUTO_APPROVE_MAX_FEN: '1000000' });
  [support, viewer] = await Promise.all([Desk.of(system, 'SUPPORT'), Desk.of(system, 'VIEWER')]);
  buyer = await TestBuyer.login(system);
  newcomer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
  refunded = await paid();
  await paid();
  await buyer.send('POST', `/api/v1/orders/${refunded.order.id}/refunds`, { amountFen: 990, reason: '少发' });
  waiting = await buyer.checkout(productId);
  await eventually(async () => {
    if ((await view(buyer.id)).refundedFen !== 990) throw new Error('not refunded yet');
  });
});
afterAll(() => system.stop());

async function paid(): Promise<CheckedOut> {
  const checkedOut = await buyer.checkout(productId);
  await system.control.pay({ outTradeNo: checkedOut.payment.outTradeNo });
  await buyer.orderBecomes(checkedOut.order.id, 'PAID');
  return checkedOut;
}
const view = (id: string) => viewer.get<StaffBuyerView>(`/buyers/${id}`);
const found = async (query: string) =>
  (await viewer.get<StaffBuyerPage>(`/buyers?${query}`)).items.map(({ id }) => id);
const act = (id: string, action: string, headers = {}) =>
  support.send<StaffBuyerView>('POST', `/buyers/${id}/${action}`, undefined, headers);
const audited = (id: string) =>
  system.database.query<{ action: string; by: string }>(
    'SELECT action, operator_name AS by, before, after FROM audit_log WHERE subject_id = $1 ORDER BY seq',
    [id],
  );

describe('GET /buyers', () => {
  it('is planned with its values: one plan for all could use no index that leaves the frequent value out', async () => {
    const query = system.app
      .get(DataSource)
      .createQueryBuilder(Buyer, 'b')
      .where("current_setting('plan_cache_mode') = 'force_custom_plan'");
    const { rows } = await newestPage(query, 'createdAt', { limit: 20 });
    expect(rows.map(({ id }) => id)).toContain(buyer.id);
  });

  it('shows what each buyer’s orders come to, and the last of them', async () => {
    const { items } = await viewer.get<StaffBuyerPage>('/buyers');
    expect(items).toEqual([
      expect.objectContaining({
        id: newcomer.id,
        orders: 0,
        ordersPaid: 0,
        paidFen: 0,
        refundedFen: 0,
        note: '',
      }),
      expect.objectContaining({
        id: buyer.id,
        openid: `***${buyer.openid.slice(-4)}`,
        orders: 3,
        ordersPaid: 2,
        paidFen: 2 * PRICE,
        refundedFen: 990,
        lastOrder: {
          id: waiting.order.id,
          orderNo: waiting.order.orderNo,
          createdAt: waiting.order.createdAt,
        },
      }),
    ]);
    for (const item of items) expect(item).not.toHaveProperty('blockedAt');
    expect(items[0]).not.toHaveProperty('lastOrder');
    expect(await view(buyer.id)).toEqual(items[1]);
    expect(await viewer.pages('/buyers?')).toEqual(items);
  });

  it('q finds a buyer by his id, an order of his, or the end of his openid as it is shown', async () => {
    const end = buyer.openid.slice(-4);
    for (const q of [buyer.id, refunded.order.orderNo, buyer.openid, end, `***${end}`])
      expect([q, await found(`q=${q}`)]).toEqual([q, [buyer.id]]);
    // Any other end would let somebody guess the rest, one character at a time.
    for (const q of [
      '____',
      buyer.openid.slice(-5),
      buyer.openid.slice(-27),
      buyer.openid.slice(0, 8),
      UNKNOWN_ID,
    ])
      expect(await found(`q=${q}`)).toEqual([]);
  });

  it.each(['q=abc', 'q=%25%25%25%25', 'blocked=yes', 'limit=0', 'from=today', 'cursor=x'])(
    'refuses ?%s with the field',
    async (query) => {
      expect(await viewer.send('GET', `/buyers?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ field: query.split('=')[0] }] },
      });
    },
  );

  it.each([UNKNOWN_ID, 'nonsense'])('%s is no buyer', async (id) => {
    for (const [method, path, body] of [
      ['GET', `/buyers/${id}`],
      ['PUT', `/buyers/${id}/note`, { note: 'x' }],
      ['POST', `/buyers/${id}/block`],
      ['POST', `/buyers/${id}/unblock`],
    ] as const)
      expect(await support.send(method, path, body)).toMatchObject({
        status: 404,
        body: { code: 'BUYER_NOT_FOUND' },
      });
  });
});

const write = (note: unknown) => support.send<StaffBuyerView>('PUT', `/buyers/${newcomer.id}/note`, { note });

describe('the note', () => {
  it('is written, changed and taken away, each time audited', async () => {
    expect((await write('老客户\n喜欢手写卡片')).body.note).toBe('老客户\n喜欢手写卡片');
    await write('老客户\n喜欢手写卡片');
    expect((await view(newcomer.id)).note).toBe('老客户\n喜欢手写卡片');
    expect((await write('')).body.note).toBe('');
    expect(await audited(newcomer.id)).toEqual([
      expect.objectContaining({
        action: 'buyer.note_changed',
        by: support.username,
        before: { note: '' },
        after: { note: '老客户\n喜欢手写卡片' },
      }),
      expect.objectContaining({ action: 'buyer.note_changed', after: { note: '' } }),
    ]);
  });

  it.each([[undefined], [7], ['x'.repeat(1001)], ['a\u0000b']])('cannot be %j', async (note) => {
    expect(await write(note)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});

/** What an order takes. */
const taken = () =>
  system.database.query(
    'SELECT (SELECT count(*) FROM orders) AS orders, (SELECT sum(stock) FROM products) AS stock, (SELECT sum(taken) FROM coupons) AS taken',
  );

describe('a blocked buyer', () => {
  let blocked: TestBuyer;
  let paidOrder: CheckedOut;
  let openOrder: CheckedOut;
  let coupon: string;

  beforeAll(async () => {
    blocked = await TestBuyer.login(system);
    [paidOrder, openOrder] = [await blocked.checkout(productId), await blocked.checkout(productId)];
    await system.control.pay({ outTradeNo: paidOrder.payment.outTradeNo });
    await blocked.orderBecomes(paidOrder.order.id, 'PAID');
    const owner = await Desk.of(system, 'OWNER');
    coupon = `BLOCK-${blocked.id.slice(-6)}`;
    await owner.send('POST', '/coupons', { code: coupon, name: 'x', kind: 'FIXED', amountFen: 1 });
    await act(blocked.id, 'block');
  });

  it.each([
    ['orders', () => ({})],
    ['checkout', () => ({})],
    ['checkout', () => ({ tradeType: 'NATIVE' })],
    ['checkout', () => ({ couponCode: coupon })],
  ])('gets 403 BUYER_BLOCKED for POST /%s, and nothing is written', async (route, more) => {
    const before = await taken();
    const body = { items: [{ productId, quantity: 1 }], ...more() };
    expect(await blocked.send('POST', `/api/v1/${route}`, body)).toMatchObject({
      status: 403,
      body: { code: 'BUYER_BLOCKED' },
    });
    expect(await taken()).toEqual(before);
  });

  it.each(['JSAPI', 'NATIVE'])('cannot pay an old order by %s either', async (tradeType) => {
    const path = `/api/v1/orders/${openOrder.order.id}/payments`;
    expect(await blocked.send('POST', path, { tradeType })).toMatchObject({
      status: 403,
      body: { code: 'BUYER_BLOCKED' },
    });
  });

  it('sees his orders, logs in, asks for refunds and cancels', async () => {
    expect((await blocked.order(paidOrder.order.id)).status).toBe('PAID');
    const again = await TestBuyer.login(system, blocked.openid);
    expect((await again.send('GET', '/api/v1/orders')).status).toBe(200);
    const path = `/api/v1/orders/${paidOrder.order.id}`;
    expect((await again.send('POST', `${path}/refunds`, { reason: '不要了' })).status).toBe(201);
    const cancelled = await again.send<OrderView>('POST', `/api/v1/orders/${openOrder.order.id}/cancel`);
    expect(cancelled.body.status).toBe('CLOSED');
  });

  it('is found by ?blocked, and orders again once unblocked; each step is audited once', async () => {
    expect(await found('blocked=true')).toEqual([blocked.id]);
    expect(await found('blocked=false')).not.toContain(blocked.id);
    const { blockedAt } = await view(blocked.id);
    expect(blockedAt).toMatch(/\+08:00$/);
    expect((await act(blocked.id, 'block')).body.blockedAt).toBe(blockedAt);
    expect((await act(blocked.id, 'unblock')).body).not.toHaveProperty('blockedAt');
    await act(blocked.id, 'unblock');
    expect((await blocked.checkout(productId)).order.status).toBe('PENDING_PAYMENT');
    const actions = (await audited(blocked.id)).map(({ action, by }) => [action, by]);
    expect(actions).toEqual([
      ['buyer.blocked', support.username],
      ['buyer.unblocked', support.username],
    ]);
  });

  it('a payment begun before the block still counts', async () => {
    const { order, payment } = await blocked.checkout(productId);
    await act(blocked.id, 'block');
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    expect((await blocked.orderBecomes(order.id, 'PAID')).paidFen).toBe(PRICE);
  });
});

it('A25: no openid is in any answer', () =>
  expect(Desk.answersWith(buyer.openid, newcomer.openid)).toEqual([]));
