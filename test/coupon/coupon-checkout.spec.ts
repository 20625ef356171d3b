import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { toFen } from '../../src/common/fen.js';
import type { CouponPage, StaffCouponView } from '../../src/order/coupon/coupon.schema.js';
import type { OrderView } from '../../src/order/order.schema.js';
import type { TimedClient } from '../../src/database/timed-client.js';
import { SettleService } from '../../src/payment/settle.service.js';
import type { StaffOrderView } from '../../src/staff/orders/staff-order.schema.js';
import type { PaidTransaction } from '../../src/wxpay/protocol.js';
import { ask, refundBecomes, type PaidOrder } from '../refund/paid-order.js';
import { booksOf } from '../support/books.js';
import { TestBuyer, type CheckedOut, type ProblemBody } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { couponBooks, newCoupon } from './coupons.js';

const DAY_MS = 24 * 3600 * 1000;
const PRICE = 1990;

let system: System;
let owner: TestOperator;
let buyer: TestBuyer;
let other: TestBuyer;
let productId: string;

beforeAll(async () => {
  system = await startSystem({
    WXPAY_CONFIRM_NOTIFY: 'signature',
    REFUND_AUTO_APPROVE_MAX_FEN: '1000000',
    WXPAY_TIMEOUT_MS: '10000',
  });
  owner = await TestOperator.login(system, 'OWNER');
  [buyer, other] = [await TestBuyer.login(system), await TestBuyer.login(system)];
  productId = await system.product({ priceFen: PRICE, stock: 100_000 });
});
afterAll(() => system.stop());

const from = (ms: number) => new Date(new Date().getTime() + ms).toISOString();
const staffOrder = async (id: string) => (await owner.send<StaffOrderView>('GET', `/orders/${id}`)).body;
const staffCoupon = async (id: string) => (await owner.send<StaffCouponView>('GET', `/coupons/${id}`)).body;
const listed = async (who: TestBuyer) =>
  (await who.send<CouponPage>('GET', '/api/v1/coupons?limit=100')).body.items.map(({ code }) => code);
const order = (who: TestBuyer, couponCode: string, items: unknown = [{ productId, quantity: 1 }]) =>
  who.send<Omit<OrderView, 'status'> & ProblemBody>('POST', '/api/v1/orders', { items, couponCode });
const cancel = (id: string) => buyer.send<OrderView>('POST', `/api/v1/orders/${id}/cancel`);

async function paid(checkedOut: CheckedOut): Promise<CheckedOut> {
  await system.control.pay({ outTradeNo: checkedOut.payment.outTradeNo });
  await buyer.orderBecomes(checkedOut.order.id, 'PAID');
  return checkedOut;
}

/** Everything a refused coupon must leave alone. */
const fingerprint = () =>
  system.database.query(
    `SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM payments) AS payments,
            (SELECT sum(stock) FROM products) AS stock, (SELECT sum(taken) FROM coupons) AS taken,
            (SELECT count(*) FROM coupon_uses) AS uses`,
  );

describe('an order with a coupon', () => {
  it('costs less; every line has its share, and WeChat is asked for what is left', async () => {
    const { id, code } = await newCoupon(owner, { kind: 'PERCENT', percentOff: 15 });
    const [tea, cup] = [await system.product({ priceFen: 333 }), await system.product({ priceFen: 1 })];
    const items = [
      { productId: tea, quantity: 3 },
      { productId: cup, quantity: 2 },
    ];
    const { status, body } = await buyer.send<CheckedOut>('POST', '/api/v1/checkout', {
      items,
      couponCode: ` ${code.toLowerCase()} `,
    });
    expect(status).toBe(201);
    // 15 % of 1001 are 150.15, so 150; of these 999 parts of 1001 are 149.70, 2 parts are 0.30.
    expect(body.order).toMatchObject({
      totalFen: 1001,
      discountFen: 150,
      payableFen: 851,
      couponCode: code,
      items: [{ payableFen: 849 }, { payableFen: 2 }],
    });
    expect(body.payment.amountFen).toBe(851);
    expect((await system.control.transaction(body.payment.outTradeNo)).totalFen).toBe(851);
    expect(await couponBooks(system, id)).toEqual({ taken: 1, uses: { RESERVED: 1 } });
    expect((await staffOrder(body.order.id)).couponUse).toEqual({ couponId: id, status: 'RESERVED' });
  });

  it('one fen stays to be paid, however large the coupon', async () => {
    const { code } = await newCoupon(owner, { amountFen: 1_000_000 });
    const { body } = await order(buyer, code);
    expect(body).toMatchObject({ discountFen: PRICE - 1, payableFen: 1 });
  });

  it('asked for twice with one Idempotency-Key takes the coupon once', async () => {
    const { id, code } = await newCoupon(owner);
    const body = { items: [{ productId, quantity: 1 }], couponCode: code };
    const key = { 'idempotency-key': `once ${code}` };
    const first = await buyer.send<OrderView>('POST', '/api/v1/orders', body, key);
    const again = await buyer.send<OrderView>('POST', '/api/v1/orders', body, key);
    expect(again.body).toEqual(first.body);
    expect((await couponBooks(system, id)).taken).toBe(1);
  });
});

describe('A10: the coupon', () => {
  it('is used when the order is paid, once, however often WeChat says so', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 1 });
    const checkedOut = await paid(await buyer.checkout(productId, 1, { couponCode: code }));
    const [notification] = await system.control.notifications(checkedOut.payment.outTradeNo);
    for (let copy = 0; copy < 3; copy++)
      await system.control.call('POST', `/_sim/notifications/${notification?.id}/resend`);
    await buyer.send('POST', `/api/v1/orders/${checkedOut.order.id}/sync`);
    await eventually(async () =>
      expect((await booksOf(system.database, checkedOut.order.id)).verdicts).toContain('DUPLICATE'),
    );
    expect(await couponBooks(system, id)).toEqual({ taken: 1, uses: { USED: 1 } });
    expect(await staffCoupon(id)).toMatchObject({ reserved: 0, used: 1 });
    expect(await staffOrder(checkedOut.order.id)).toMatchObject({
      paidFen: PRICE - 500,
      couponUse: { couponId: id, status: 'USED' },
      ledger: {
        items: [
          { account: 'CUSTOMER_DEPOSITS', balanceFen: 500 - PRICE },
          { account: 'WECHAT_RECEIVABLE', balanceFen: PRICE - 500 },
        ],
      },
    });
  });

  it('is given back when the order closes: once, even when it is cancelled ten times at once', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 2, perBuyerLimit: 2 });
    const { body: first } = await order(buyer, code);
    await order(buyer, code);
    expect((await order(buyer, code)).body.code).toBe('COUPON_USED_UP');
    const answers = await Promise.all(Array.from({ length: 10 }, () => cancel(first.id)));
    expect(answers.map(({ body }) => body.status)).toEqual(answers.map(() => 'CLOSED'));
    expect(await couponBooks(system, id)).toEqual({ taken: 1, uses: { RESERVED: 1, RELEASED: 1 } });
    expect((await order(buyer, code)).status).toBe(201);
    expect((await order(buyer, code)).body.code).toBe('COUPON_USED_UP');
  });

  it('a payment that arrives for the closed order does not use it', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 1 });
    const { order: closed, payment } = await buyer.checkout(productId, 1, { couponCode: code });
    await cancel(closed.id);
    await system.control.pay({ outTradeNo: payment.outTradeNo, force: true });
    await eventually(async () =>
      expect(await booksOf(system.database, closed.id)).toMatchObject({
        status: 'CLOSED',
        suspense: [{ kind: 'LATE', amountFen: PRICE - 500 }],
      }),
    );
    expect(await couponBooks(system, id)).toEqual({ taken: 0, uses: { RELEASED: 1 } });
    expect((await order(other, code)).status).toBe(201);
  });

  it('stays used when everything is refunded, unit by unit to the last fen', async () => {
    const { id, code } = await newCoupon(owner, { kind: 'PERCENT', percentOff: 15 });
    const product = await system.product({ priceFen: 333 });
    const { order, payment } = await paid(await buyer.checkout(product, 3, { couponCode: code }));
    expect(order.payableFen).toBe(850);
    const paidOrder: PaidOrder = {
      buyer,
      orderId: order.id,
      outTradeNo: payment.outTradeNo,
      productId: product,
    };
    const amounts: number[] = [];
    for (let unit = 0; unit < 3; unit++) {
      const { amountFen, id } = await ask(paidOrder, { items: [{ productId: product, quantity: 1 }] });
      amounts.push(amountFen);
      await refundBecomes(owner, id, 'SUCCESS');
      await system.control.advance(61); // WeChat wants a minute between the refunds of one payment
    }
    expect(amounts).toEqual([283, 283, 284]);
    expect(await staffOrder(order.id)).toMatchObject({
      refundStatus: 'FULL',
      refundedFen: 850,
      couponUse: { status: 'USED' },
    });
    expect(await couponBooks(system, id)).toEqual({ taken: 1, uses: { USED: 1 } });
  });
});

describe('a coupon that cannot be used', () => {
  const cases: [string, string, () => Promise<StaffCouponView>][] = [
    ['another buyer’s', 'COUPON_OF_ANOTHER_BUYER', () => newCoupon(owner, { buyerId: other.id })],
    ['not valid yet', 'COUPON_NOT_STARTED', () => newCoupon(owner, { startsAt: from(DAY_MS) })],
    [
      'expired',
      'COUPON_EXPIRED',
      () => newCoupon(owner, { startsAt: from(-2 * DAY_MS), endsAt: from(-DAY_MS) }),
    ],
    [
      'withdrawn',
      'COUPON_NOT_USABLE',
      async () => {
        const coupon = await newCoupon(owner);
        await owner.send('PATCH', `/coupons/${coupon.id}`, { active: false });
        return coupon;
      },
    ],
    [
      'used up by others',
      'COUPON_USED_UP',
      async () => {
        const coupon = await newCoupon(owner, { totalLimit: 1 });
        await order(other, coupon.code);
        return coupon;
      },
    ],
    [
      'used by him before',
      'COUPON_BUYER_LIMIT_REACHED',
      async () => {
        const coupon = await newCoupon(owner, { perBuyerLimit: 1 });
        await order(other, coupon.code);
        await order(buyer, coupon.code);
        return coupon;
      },
    ],
  ];

  it.each(cases)(
    '%s: %s; neither order nor money is touched, and it is not listed',
    async (_, code, make) => {
      const coupon = await make();
      const before = await fingerprint();
      for (const route of ['orders', 'checkout']) {
        const { status, body } = await buyer.send('POST', `/api/v1/${route}`, {
          items: [{ productId, quantity: 1 }],
          couponCode: coupon.code,
        });
        expect([body.code, body.errors?.[0]?.field]).toEqual([code, 'couponCode']);
        expect([403, 409, 422]).toContain(status);
      }
      expect(await fingerprint()).toEqual(before);
      expect(await listed(buyer)).not.toContain(coupon.code);
    },
  );

  it('for larger orders is listed, and says what it needs', async () => {
    const { code } = await newCoupon(owner, { minTotalFen: PRICE + 1 });
    const before = await fingerprint();
    const { status, body } = await order(buyer, code);
    expect([status, body.code]).toEqual([422, 'COUPON_MINIMUM_NOT_REACHED']);
    expect(body.detail).toContain(`${PRICE + 1} fen`);
    expect(await fingerprint()).toEqual(before);
    expect(await listed(buyer)).toContain(code);
    expect((await order(buyer, code, [{ productId, quantity: 2 }])).status).toBe(201);
  });

  it('nothing comes off a single fen', async () => {
    const { code } = await newCoupon(owner);
    const cent = await system.product({ priceFen: 1 });
    expect((await order(buyer, code, [{ productId: cent, quantity: 1 }])).body.code).toBe(
      'COUPON_NOT_USABLE',
    );
  });

  it.each(['NO-SUCH', '\u0001', '券', "' OR 1=1 --", '%'])('%j is not known', async (code) => {
    expect(await order(buyer, code)).toMatchObject({ status: 422, body: { code: 'COUPON_NOT_USABLE' } });
  });

  it('out of stock: the coupon is not taken', async () => {
    const { id, code } = await newCoupon(owner);
    const scarce = await system.product({ stock: 0 });
    expect((await order(buyer, code, [{ productId: scarce, quantity: 1 }])).body.code).toBe('OUT_OF_STOCK');
    expect(await couponBooks(system, id)).toEqual({ taken: 0, uses: {} });
  });
});

describe('GET /coupons', () => {
  it('lists those for everybody and my own, newest first, page by page', async () => {
    const everybodys = await newCoupon(owner, { endsAt: from(DAY_MS) });
    const mine = await newCoupon(owner, { buyerId: buyer.id });
    expect((await listed(buyer)).slice(0, 2)).toEqual([mine.code, everybodys.code]);
    expect((await listed(other))[0]).toBe(everybodys.code);
    const first = await buyer.send<CouponPage>('GET', '/api/v1/coupons?limit=1');
    const second = await buyer.send<CouponPage>(
      'GET',
      `/api/v1/coupons?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect(second.body.items[0]).toEqual({
      id: everybodys.id,
      code: everybodys.code,
      name: '新客立减',
      kind: 'FIXED',
      amountFen: 500,
      minTotalFen: 0,
      startsAt: everybodys.startsAt,
      endsAt: everybodys.endsAt,
    });
  });
});

const results = (answers: { status: number; body: ProblemBody }[]) =>
  answers.map(({ status, body }) => (status === 201 ? 'ordered' : body.code));
const count = (outcomes: string[], outcome: string) => outcomes.filter((each) => each === outcome).length;

describe('many at once', () => {
  it('50 checkouts of five buyers for 10 uses: exactly 10 get it, and the others’ orders are not made', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 10 });
    const product = await system.product({ stock: 1000 });
    const buyers = await Promise.all(Array.from({ length: 5 }, () => TestBuyer.login(system)));
    const outcomes = results(
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          (buyers[index % 5] as TestBuyer).send('POST', '/api/v1/checkout', {
            items: [{ productId: product, quantity: 1 }],
            couponCode: code,
          }),
        ),
      ),
    );
    expect([count(outcomes, 'ordered'), count(outcomes, 'COUPON_USED_UP')]).toEqual([10, 40]);
    expect(await couponBooks(system, id)).toEqual({ taken: 10, uses: { RESERVED: 10 } });
    expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
      { stock: 990 },
    ]);
  });

  it('50 orders of one buyer who may use it twice: exactly two', async () => {
    const { id, code } = await newCoupon(owner, { perBuyerLimit: 2 });
    const outcomes = results(await Promise.all(Array.from({ length: 50 }, () => order(buyer, code))));
    expect([count(outcomes, 'ordered'), count(outcomes, 'COUPON_BUYER_LIMIT_REACHED')]).toEqual([2, 48]);
    expect(await couponBooks(system, id)).toEqual({ taken: 2, uses: { RESERVED: 2 } });
  });

  it('orders, payments and cancellations of one coupon do not block each other, and its count stays true', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 1000 });
    const [a, b] = [await system.product({ stock: 1000 }), await system.product({ stock: 1000 })];
    const lines = [a, b].map((productId) => ({ productId, quantity: 1 }));
    const checkout = async (index: number): Promise<CheckedOut> => {
      const items = index % 2 === 0 ? lines : lines.toReversed();
      const { status, body } = await buyer.send<CheckedOut>('POST', '/api/v1/checkout', {
        items,
        couponCode: code,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body;
    };
    const first = await Promise.all(Array.from({ length: 12 }, (_, index) => checkout(index)));
    await Promise.all(
      first.flatMap(({ order, payment }, index) => [
        checkout(index),
        index % 2 === 0 ? cancel(order.id) : system.control.pay({ outTradeNo: payment.outTradeNo }),
      ]),
    );
    await eventually(async () =>
      expect(await couponBooks(system, id)).toEqual({
        taken: 18,
        uses: { RESERVED: 12, USED: 6, RELEASED: 6 },
      }),
    );
  });

  it('the database itself refuses to pass the limit, and a second use by one order', async () => {
    const { id, code } = await newCoupon(owner, { totalLimit: 1 });
    const { body } = await order(buyer, code);
    await expect(
      system.database.query('UPDATE coupons SET taken = taken + 1 WHERE id = $1', [id]),
    ).rejects.toThrow('coupons_not_overused');
    await expect(
      system.database.query(
        `INSERT INTO coupon_uses (id, coupon_id, order_id, buyer_id, status, discount_fen, reserved_at)
         VALUES (gen_random_uuid(), $1, $2, $3, 'RESERVED', 1, now())`,
        [id, body.id, buyer.id],
      ),
    ).rejects.toThrow('coupon_uses_one_per_order');
  });
});

function report({ payment }: CheckedOut): PaidTransaction {
  const totalFen = toFen(payment.amountFen);
  return {
    accountId: 'default',
    appId: system.env['WXPAY_APP_ID'] ?? '',
    mchId: system.env['WXPAY_MCH_ID'] ?? '',
    outTradeNo: payment.outTradeNo,
    transactionId: uuidv7(),
    tradeType: 'JSAPI',
    totalFen,
    settlementFen: totalFen,
    currency: 'CNY',
    paidAt: new Date(),
    fields: {},
  };
}

/** Names of the statements one settlement runs, in their order. */
async function statements(reports: PaidTransaction[]): Promise<string[]> {
  const names: string[] = [];
  const dataSource = system.app.get(DataSource);
  await dataSource.transaction(async (manager) => {
    const client = (await manager.queryRunner?.connect()) as TimedClient;
    const hold = client.hold.bind(client);
    client.hold = (query) => {
      names.push(query.name ?? 'unnamed');
      return hold(query);
    };
    const verdicts = await system.app.get(SettleService, { strict: false }).settle(manager, reports);
    client.hold = hold;
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(reports.map(() => 'SETTLED'));
  });
  return names;
}

describe('settling a batch', () => {
  it('costs one statement more with coupons, however many, and none without', async () => {
    const { id, code } = await newCoupon(owner);
    const plain = [await buyer.checkout(productId), await buyer.checkout(productId)];
    const withCoupon = [
      await buyer.checkout(productId, 1, { couponCode: code }),
      await buyer.checkout(productId, 1, { couponCode: code }),
    ];
    const without = await statements(plain.slice(0, 1).map(report));
    const mixed = await statements([...plain.slice(1), ...withCoupon].map(report));
    expect(without).not.toContain('use-coupons');
    expect(mixed.filter((name) => name !== 'use-coupons')).toEqual(without);
    expect(mixed).toHaveLength(without.length + 1);
    expect(await couponBooks(system, id)).toEqual({ taken: 2, uses: { USED: 2 } });
  });
});

it('an order that expires gives its coupon back', async () => {
  const { id, code } = await newCoupon(owner, { totalLimit: 1 });
  const { order: expiring } = await buyer.checkout(productId, 1, { couponCode: code });
  await system.control.advance(21 * 60);
  await buyer.orderBecomes(expiring.id, 'CLOSED', 60_000);
  expect(await couponBooks(system, id)).toEqual({ taken: 0, uses: { RELEASED: 1 } });
});
