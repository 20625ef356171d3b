import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StaffCouponPage, StaffCouponView } from '../../src/order/coupon/coupon.schema.js';
import type { OrderView } from '../../src/order/order.schema.js';
import { TestBuyer } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { couponBooks, newCode, newCoupon } from './coupons.js';

const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';
const PRICE = 1990;

let system: System;
let finance: TestOperator;
let buyer: TestBuyer;
let productId: string;

beforeAll(async () => {
  system = await startSystem();
  finance = await TestOperator.login(system, 'FINANCE');
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
});
afterAll(() => system.stop());

const order = async (couponCode: string): Promise<OrderView> =>
  (
    await buyer.send<OrderView>('POST', '/api/v1/orders', {
      items: [{ productId, quantity: 1 }],
      couponCode,
    })
  ).body;
const change = (id: string, body: unknown) => finance.send<StaffCouponView>('PATCH', `/coupons/${id}`, body);
const list = async (query: string) =>
  (await finance.send<StaffCouponPage>('GET', `/coupons?${query}`)).body.items.map(({ code }) => code);
const audited = (id: string) =>
  system.database.query(
    'SELECT action, operator_name AS by, before, after FROM audit_log WHERE subject_id = $1 ORDER BY seq',
    [id],
  );

describe('POST /coupons', () => {
  it('makes a coupon and answers it whole', async () => {
    const wanted = {
      name: '双十一 85 折',
      kind: 'PERCENT',
      percentOff: 15,
      maxDiscountFen: 5000,
      minTotalFen: 1000,
      startsAt: '2026-11-01T00:00:00+08:00',
      endsAt: '2099-11-12T00:00:00+08:00',
      totalLimit: 100,
      perBuyerLimit: 1,
      buyerId: buyer.id,
    };
    const { status, body } = await finance.send<StaffCouponView>('POST', '/coupons', {
      ...wanted,
      code: ' double-eleven ',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      ...wanted,
      id: body.id,
      code: 'DOUBLE-ELEVEN',
      startsAt: '2026-11-01T00:00:00.000+08:00',
      endsAt: '2099-11-12T00:00:00.000+08:00',
      active: true,
      reserved: 0,
      used: 0,
      createdAt: expect.stringMatching(/\+08:00$/),
    });
    expect((await finance.send('GET', `/coupons/${body.id}`)).body).toEqual(body);
    expect(await audited(body.id)).toMatchObject([
      {
        action: 'coupon.created',
        by: finance.credentials.username,
        after: { percentOff: 15, totalLimit: 100 },
      },
    ]);
  });

  it('without limits and dates it is valid from now on, for everybody', async () => {
    const coupon = await newCoupon(finance);
    for (const field of ['endsAt', 'totalLimit', 'perBuyerLimit', 'buyerId', 'percentOff', 'maxDiscountFen'])
      expect(coupon).not.toHaveProperty(field);
    expect(await order(coupon.code)).toMatchObject({ discountFen: 500 });
  });

  it('with the same Idempotency-Key makes one', async () => {
    const body = { code: newCode(), name: 'once', kind: 'FIXED', amountFen: 1 };
    const key = { 'idempotency-key': body.code };
    const [first, second] = [
      await finance.send('POST', '/coupons', body, key),
      await finance.send('POST', '/coupons', body, key),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('a code is given once, in whatever case', async () => {
    const { code } = await newCoupon(finance);
    const body = { code: code.toLowerCase(), name: 'again', kind: 'FIXED', amountFen: 1 };
    expect(await finance.send('POST', '/coupons', body)).toMatchObject({
      status: 409,
      body: { code: 'COUPON_CODE_TAKEN', errors: [{ field: 'code' }] },
    });
  });

  it.each([UNKNOWN_ID, 'nonsense'])('for the buyer %s there is none', async (buyerId) => {
    const body = { code: newCode(), name: 'for nobody', kind: 'FIXED', amountFen: 1, buyerId };
    expect(await finance.send('POST', '/coupons', body)).toMatchObject({
      status: 404,
      body: { code: 'BUYER_NOT_FOUND', errors: [{ field: 'buyerId' }] },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['amountFen', { amountFen: 0 }],
    ['amountFen', { amountFen: 1.5 }],
    ['amountFen', { amountFen: '5' }],
    ['amountFen', { amountFen: undefined }],
    ['maxDiscountFen', { maxDiscountFen: 5 }],
    ['percentOff', { kind: 'PERCENT', amountFen: undefined, percentOff: 100 }],
    ['percentOff', { kind: 'PERCENT', amountFen: undefined, percentOff: 0 }],
    ['amountFen', { kind: 'PERCENT', percentOff: 10 }],
    ['kind', { kind: 'GIFT' }],
    ['code', { code: 'ab' }],
    ['code', { code: 'two words' }],
    ['name', { name: ' ' }],
    ['minTotalFen', { minTotalFen: -1 }],
    ['totalLimit', { totalLimit: 0 }],
    ['perBuyerLimit', { perBuyerLimit: 0 }],
    ['startsAt', { startsAt: '2026-11-01' }],
    ['endsAt', { startsAt: '2026-11-01T00:00:00+08:00', endsAt: '2026-10-31T16:00:00Z' }],
    ['endsAt', { endsAt: '2020-01-01T00:00:00Z' }],
    ['taken', { taken: 5 }],
  ])('refuses a wrong %s: %j', async (field, wrong) => {
    const body = { code: newCode(), name: 'wrong', kind: 'FIXED', amountFen: 500, ...wrong };
    const answer = await finance.send('POST', '/coupons', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });
});

describe('PATCH /coupons/:id', () => {
  it('changes what is for orders to come; those already made keep their discount', async () => {
    const coupon = await newCoupon(finance, { totalLimit: 5, endsAt: '2099-01-01T00:00:00Z' });
    const before = await order(coupon.code);
    const { status, body } = await change(coupon.id, {
      name: '更多',
      amountFen: 700,
      totalLimit: null,
      endsAt: null,
    });
    expect([status, body.name, body.amountFen]).toEqual([200, '更多', 700]);
    for (const field of ['totalLimit', 'endsAt']) expect(body).not.toHaveProperty(field);
    expect(await order(coupon.code)).toMatchObject({ discountFen: 700 });
    expect(await buyer.order(before.id)).toEqual(before);
    expect(body.reserved).toBe(1);
    expect(await audited(coupon.id)).toMatchObject([
      { action: 'coupon.created' },
      {
        action: 'coupon.changed',
        before: { amountFen: 500, totalLimit: 5 },
        after: { amountFen: 700, totalLimit: null },
      },
    ]);
  });

  it('an inactive coupon still belongs to its orders, and can be made active again', async () => {
    const coupon = await newCoupon(finance);
    const { id } = await order(coupon.code);
    await change(coupon.id, { active: false });
    await buyer.send('POST', `/api/v1/orders/${id}/cancel`);
    expect(await couponBooks(system, coupon.id)).toEqual({ taken: 0, uses: { RELEASED: 1 } });
    await change(coupon.id, { active: true });
    expect(await order(coupon.code)).toMatchObject({ discountFen: 500 });
  });

  it('a limit cannot fall below what is taken', async () => {
    const { id, code } = await newCoupon(finance);
    await order(code);
    await order(code);
    expect(await change(id, { totalLimit: 1 })).toMatchObject({
      status: 409,
      body: { code: 'COUPON_LIMIT_BELOW_USE', errors: [{ field: 'totalLimit' }] },
    });
    expect((await change(id, { totalLimit: 2 })).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['percentOff', { percentOff: 10 }],
    ['maxDiscountFen', { maxDiscountFen: 10 }],
    ['endsAt', { endsAt: '2020-01-01T00:00:00Z' }],
    ['code', { code: 'OTHER' }],
    ['buyerId', { buyerId: UNKNOWN_ID }],
  ])('%s of a fixed amount is not changed by %j', async (field, wrong) => {
    const { id } = await newCoupon(finance);
    expect(await change(id, wrong)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field }] },
    });
  });

  it('a percentage has no amount; its cap can be taken away', async () => {
    const { id } = await newCoupon(finance, { kind: 'PERCENT', percentOff: 10, maxDiscountFen: 50 });
    expect((await change(id, { amountFen: 1 })).status).toBe(400);
    expect((await change(id, { percentOff: 20, maxDiscountFen: null })).body).not.toHaveProperty(
      'maxDiscountFen',
    );
  });
});

describe('DELETE /coupons/:id', () => {
  it('one that no order named is gone, and its code is free', async () => {
    const { id, code } = await newCoupon(finance);
    expect((await finance.send('DELETE', `/coupons/${id}`)).status).toBe(204);
    expect((await finance.send('GET', `/coupons/${id}`)).status).toBe(404);
    expect(await audited(id)).toMatchObject([{ action: 'coupon.created' }, { action: 'coupon.deleted' }]);
    await newCoupon(finance, { code });
  });

  it('one that an order named becomes inactive', async () => {
    const { id, code } = await newCoupon(finance);
    const { id: orderId } = await order(code);
    expect((await finance.send('DELETE', `/coupons/${id}`)).status).toBe(204);
    expect((await finance.send<StaffCouponView>('GET', `/coupons/${id}`)).body).toMatchObject({
      active: false,
      reserved: 1,
    });
    expect(await buyer.order(orderId)).toMatchObject({ discountFen: 500, status: 'PENDING_PAYMENT' });
  });
});

describe('GET /coupons', () => {
  it('lists them newest first, page by page, and filtered', async () => {
    const mine = await newCoupon(finance, { buyerId: buyer.id });
    const off = await newCoupon(finance);
    await change(off.id, { active: false });
    expect((await list('')).slice(0, 2)).toEqual([off.code, mine.code]);
    expect((await list('active=true'))[0]).toBe(mine.code);
    expect((await list('active=false'))[0]).toBe(off.code);
    expect((await list(`buyerId=${buyer.id}`))[0]).toBe(mine.code);
    expect(await list(`code=${off.code.toLowerCase()}`)).toEqual([off.code]);
    const { body } = await finance.send<StaffCouponPage>('GET', '/coupons?limit=1');
    expect((await list(`limit=1&cursor=${body.nextCursor}`))[0]).toBe(mine.code);
  });

  it.each(['active=yes', 'code=%25', 'buyerId=x', 'limit=0', 'cursor=x', 'sort=used'])(
    'refuses ?%s with the field',
    async (query) => {
      const answer = await finance.send('GET', `/coupons?${query}`);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ field: query.split('=')[0] }] },
      });
    },
  );

  it.each([UNKNOWN_ID, 'nonsense'])('%s is no coupon', async (id) => {
    for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as const)
      expect(await finance.send(method, `/coupons/${id}`, body)).toMatchObject({
        status: 404,
        body: { code: 'COUPON_NOT_FOUND' },
      });
  });
});
