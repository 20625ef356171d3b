import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliverNotify } from '../src/fulfilment/deliver-notify/deliver-notify.js';
import type { Effect } from '../src/fulfilment/effect/effect.entity.js';
import type { OrderView } from '../src/order/order.schema.js';
import type { EffectDetail, EffectPage } from '../src/staff/effects/effect.schema.js';
import type { InboxDetail } from '../src/staff/notifications/inbox.schema.js';
import { approve, ask, refundBecomes } from './refund/paid-order.js';
import { booksOf, postponeChecks } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { newTransactionId } from './support/notice.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';
import { postV1, v1Notice, type V1Changes, type V1Notice } from './support/v1-notice.js';
import { EVENTS } from './support/events.js';

let system: System;
let buyer: TestBuyer;
let productId: string;

const PRICE = 1990;
const APP = { tradeType: 'APP' };
const answer = (status: number, body: string) => ({ status, contentType: 'text/plain; charset=utf-8', body });
const OK = answer(200, 'success');
const refused = (status: number) => answer(status, 'fail');
const untouched = { status: 'PENDING_PAYMENT', paidFen: 0, suspense: [], ledger: {}, movements: 0 };
const paidOnce = {
  status: 'PAID',
  paidFen: PRICE,
  suspense: [],
  ledger: { WECHAT_RECEIVABLE: PRICE, CUSTOMER_DEPOSITS: -PRICE },
  movements: 1,
};

/** Handmade notifications are believed for their signatures: the simulator knows nothing of such payments. */
beforeAll(async () => {
  system = await startSystem({ WXPAY_API: 'v1', WXPAY_CONFIRM_NOTIFY: 'signature' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE, name: '手冲咖啡豆 ☕️ & 250g' });
});
beforeEach(() => postponeChecks(system.database));
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const appPayment = () => buyer.checkout(productId, 1, { ...APP, attach: '桌号 8 & 靠窗+1' });

/** An order that waits for its payment, and the notification WeChat would send about it. */
async function ordered(changes: V1Changes = {}): Promise<CheckedOut & { notice: V1Notice }> {
  const checkedOut = await appPayment();
  return { ...checkedOut, notice: v1Notice(system, checkedOut.payment.outTradeNo, PRICE, changes) };
}

describe('an app payment by API v1', () => {
  it.each(['signature', 'query'])(
    'goes from package to `success`, notifications confirmed by %s',
    async (confirm) => {
      if (confirm === 'query') await system.restart({ WXPAY_CONFIRM_NOTIFY: confirm });
      const { order, payment, payParams } = await appPayment();
      expect(payParams).toEqual({
        appid: system.env['WXPAY_APP_APP_ID'],
        partnerid: system.env['WXPAY_V1_PARTNER'],
        prepayid: expect.stringMatching(/^wx/),
        package: 'Sign=WXPay',
        noncestr: expect.stringMatching(/^\w{32}$/),
        timestamp: expect.stringMatching(/^\d{10}$/),
        sign: expect.stringMatching(/^[0-9a-f]{40}$/),
      });
      // The cashier looks at the signature before it opens.
      await system.control.pay({ payParams, openid: 'oInTheApp' });
      await buyer.orderBecomes(order.id, 'PAID');
      const [notification] = await eventually(async () => {
        const told = await system.control.notifications(payment.outTradeNo);
        expect(told[0]?.status).toBe('delivered');
        return told;
      });
      expect(notification?.attempts).toMatchObject([{ status: 200, answerBody: 'success' }]);
      expect(await booksOf(system.database, order.id)).toMatchObject({ ...paidOnce, verdicts: ['SETTLED'] });
      const asked = confirm === 'query' ? ['/pay/orderquery SUCCESS'] : [];
      expect(await system.control.asked(payment.outTradeNo)).toEqual(['/pay/genprepay SUCCESS', ...asked]);
      // What the shop said travelled there and back unharmed.
      const receipt = await receiptOf(order.id);
      expect(receipt).toMatchObject({ attach: '桌号 8 & 靠窗+1', input_charset: 'UTF-8' });
      if (confirm === 'query') await system.restart();
    },
  );

  it('parameters that somebody changed open no cashier', async () => {
    const { payParams } = await appPayment();
    const changed = { payParams: { ...payParams, timestamp: '1795262700' } };
    expect(await system.control.call('POST', '/_sim/pay', changed)).toMatchObject({
      status: 400,
      body: { code: 'BAD_PAY_PARAMS', message: expect.stringContaining('SHA1') },
    });
  });

  it('paying again gives the same prepay, and after a lost answer the same order at WeChat', async () => {
    await system.control.fault({ path: '/pay/genprepay', fault: 'processedThenTimeout', ms: 1600, count: 1 });
    const { order, payment, payParams } = await appPayment();
    const again = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${order.id}/payments`, APP);
    expect(again.body.payParams['prepayid']).toBe(payParams['prepayid']);
    expect(await system.control.transactions(payment.outTradeNo)).toHaveLength(1);
  });

  it('a refused access_token is renewed, and the prepay made once more', async () => {
    await appPayment();
    await system.control.fault({ path: '/pay/genprepay', fault: '42001', count: 1 });
    expect((await appPayment()).payment.status).toBe('PREPAID');
  });

  it('a notification that is lost is made up for by asking', async () => {
    const { order, payment } = await appPayment();
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    const { body } = await buyer.send<OrderView>('POST', `/api/v1/orders/${order.id}/sync`);
    expect(body.status).toBe('PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('WeChat’s coupon: the order is paid in full, the discount is booked apart', async () => {
    const { order, payParams } = await appPayment();
    await system.control.pay({ payParams, couponFee: 300 });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject({
      paidFen: PRICE,
      ledger: {
        WECHAT_RECEIVABLE: PRICE - 300,
        WECHAT_COUPON_DISCOUNT: 300,
        CUSTOMER_DEPOSITS: -PRICE,
      },
    });
  });

  it.each(['JSAPI', 'NATIVE', 'H5'])('%s is not offered, and leaves no order behind', async (tradeType) => {
    const before = await buyer.send<{ items: OrderView[] }>('GET', '/api/v1/orders?limit=1');
    const items = [{ productId, quantity: 1 }];
    expect(await buyer.send('POST', '/api/v1/checkout', { items, tradeType })).toMatchObject({
      status: 422,
      body: {
        code: 'TRADE_TYPE_NOT_OFFERED',
        errors: [{ field: 'tradeType', message: 'only APP is offered' }],
      },
    });
    const after = await buyer.send<{ items: OrderView[] }>('GET', '/api/v1/orders?limit=1');
    expect(after.body.items[0]?.id).toBe(before.body.items[0]?.id);
  });
});

describe('a notification of API v1', () => {
  it.each([
    ['in GBK, which nobody has to name', {}, {}],
    ['in UTF-8', { input_charset: 'UTF-8' }, { input_charset: 'UTF-8' }],
  ])('%s: pays the order; twice changes nothing', async (_, charset, recorded) => {
    const transactionId = newTransactionId();
    const facts = { ...charset, attach: '靠窗 & 3+1 号', transaction_id: transactionId };
    const { order, payment, notice } = await ordered({ facts });
    expect(await postV1(system, notice)).toEqual(OK);
    expect(await postV1(system, notice)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      ...paidOnce,
      payments: [{ outTradeNo: payment.outTradeNo, status: 'SUCCESS', transactionId }],
      verdicts: ['SETTLED', 'DUPLICATE'],
    });
    const receipt = await receiptOf(order.id);
    expect(receipt).toMatchObject({ ...recorded, attach: '靠窗 & 3+1 号', OpenId: 'oHandmade' });
    expect(receipt).not.toHaveProperty('sign');
  });

  it('M-05: one fen off is suspense, never paid; so is another currency', async () => {
    const { order, payment } = await appPayment();
    expect(await postV1(system, v1Notice(system, payment.outTradeNo, PRICE - 1))).toEqual(OK);
    const foreign = v1Notice(system, payment.outTradeNo, PRICE, { facts: { fee_type: '2' } });
    expect(await postV1(system, foreign)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      suspense: [{ kind: 'WRONG_AMOUNT', amountFen: PRICE - 1 }, { kind: 'DOUBLE' }],
    });
  });

  it('of a payment that failed changes nothing', async () => {
    const { order, notice } = await ordered({ facts: { trade_state: '1', pay_info: '余额不足' } });
    expect(await postV1(system, notice)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, (notice: V1Notice) => V1Notice]>([
    [
      'a wrong sign',
      ({ query, body }) => ({ body, query: query.slice(0, -1) + (query.endsWith('0') ? '1' : '0') }),
    ],
    ['no sign', ({ query, body }) => ({ body, query: query.replace(/&sign=.*/, '') })],
    ['an empty sign', ({ query, body }) => ({ body, query: query.replace(/&sign=.*/, '&sign=') })],
    ['another amount', alter('%31%39%39%30', '%31')],
    ['a field that was not signed', alter('trade_mode', 'discount=1&trade_mode')],
    [
      'a body without AppSignature',
      ({ query, body }) => ({ query, body: String(body).replace(/<AppSig.*AppSignature>/, '') }),
    ],
    [
      'another payer in the body',
      ({ query, body }) => ({ query, body: String(body).replace('oHandmade', 'oSomebody') }),
    ],
    ['no facts in the address', ({ body }) => ({ query: 'partner=1', body })],
  ])('M-03: with %s it is refused as forged', async (_, forge) => {
    const { order, notice } = await ordered();
    const forged = forge(notice);
    expect(await postV1(system, forged)).toEqual(refused(401));
    expect(await inboxOf(forged)).toEqual([{ verdict: 'FORGED', verified: false, query: forged.query }]);
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, V1Changes]>([
    ['another partnerKey', { partnerKey: 'k'.repeat(32) }],
    ['another paySignKey', { paySignKey: 'k'.repeat(128) }],
  ])('signed with %s it is refused', async (_, changes) => {
    const { order, notice } = await ordered(changes);
    expect(await postV1(system, notice)).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, V1Changes]>([
    ['another partner', { facts: { partner: '1900000109' } }],
    ['another app', { payer: { AppId: 'wx0000000000000000' } }],
    ['the mini-program', { payer: { AppId: 'the mini-program' } }],
  ])('M-06: about %s it is refused, though WeChat signed it', async (_, changes) => {
    if (changes.payer?.['AppId'] === 'the mini-program')
      changes.payer['AppId'] = system.env['WXPAY_APP_ID'] ?? '';
    const { order, notice } = await ordered(changes);
    expect(await postV1(system, notice)).toEqual(refused(403));
    // Nor is it money of ours when we do not know the number.
    expect(await postV1(system, v1Notice(system, 'somebody-elses', PRICE, changes))).toEqual(refused(403));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, V1Changes]>([
    ['a charset nobody knows', { facts: { input_charset: 'BIG5' } }],
    ['no transaction_id', { facts: { transaction_id: '' } }],
    ['yuan instead of fen', { facts: { total_fee: '19.90' } }],
    ['a negative discount', { facts: { total_fee: '2000', discount: '-10' } }],
    ['a day that is none', { facts: { time_end: '20260230120000' } }],
  ])('authentic, but with %s: refused as malformed', async (_, changes) => {
    const { order, notice } = await ordered(changes);
    expect(await postV1(system, notice)).toEqual(refused(400));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, (notice: V1Notice) => V1Notice]>([
    ['a field twice', ({ query, body }) => ({ body, query: `${query}&total_fee=1` })],
    ['half an escape', ({ query, body }) => ({ body, query: `${query}&a=%4` })],
    ['no body', ({ query }) => ({ query, body: '' })],
    [
      'a body that is not UTF-8',
      ({ query }) => ({
        query,
        body: Buffer.from('<xml><AppId>\xd6\xd0</AppId></xml>', 'latin1'),
      }),
    ],
    [
      'an entity in the body',
      ({ query }) => ({
        query,
        body: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><AppId>&a;</AppId></xml>',
      }),
    ],
  ])('with %s: refused as malformed', async (_, spoil) => {
    const { order, notice } = await ordered();
    expect(await postV1(system, spoil(notice))).toEqual(refused(400));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it('the simulator’s forgeries are refused as well, and the eighth try is the last', async () => {
    const { order, payment } = await appPayment();
    await system.control.fault({ path: 'notify', fault: 'badSignature' });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await system.control.advance(1800);
    const [notification] = await system.control.notifications(payment.outTradeNo);
    expect(notification?.status).toBe('failed');
    expect(notification?.attempts.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 401));
    // Nobody believed them, and the truth was found by asking.
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('A24: it is kept with its query, shown without signature, and replayed from its bytes', async () => {
    const { order, notice } = await ordered();
    await postV1(system, notice);
    const owner = await TestOperator.login(system, 'OWNER');
    const { body } = await owner.send<{ items: InboxDetail[] }>('GET', `/notifications?orderId=${order.id}`);
    const id = body.items[0]?.id ?? '';
    const shown = await owner.send<InboxDetail>('GET', `/notifications/${id}`);
    expect(shown.body.query).toBe(notice.query.replace(/&sign=.*/, '&'));
    expect(shown.body.body).toContain('<AppId>');
    expect(shown.body.body).not.toContain('AppSignature');
    expect(await owner.send('POST', `/notifications/${id}/replay`)).toMatchObject({
      status: 200,
      body: { verdict: 'DUPLICATE' },
    });
  });

  it('is believed while the account makes new payments by v3, and by nobody without the keys', async () => {
    const { order, payment, notice } = await ordered();
    await system.restart({ WXPAY_API: 'v3', WXPAY_V1_PARTNER_KEY: '' });
    expect(await postV1(system, notice)).toEqual(refused(401));
    await system.restart({ WXPAY_API: 'v3' });
    expect(await postV1(system, notice)).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      ...paidOnce,
      payments: [{ outTradeNo: payment.outTradeNo }],
    });
    await system.restart();
  });
});

describe('an order that nobody paid', () => {
  it('is closed only when WeChat takes its number no more', async () => {
    const { order, payment } = await appPayment();
    const cancelled = await buyer.send<OrderView>('POST', `/api/v1/orders/${order.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 202, body: { status: 'PENDING_PAYMENT' } });
    await system.control.advance(20 * 60 + 30);
    await eventually(async () => {
      const asked = await system.control.asked(payment.outTradeNo);
      expect(asked.filter((each) => each.startsWith('/pay/orderquery')).length).toBeGreaterThan(1);
    });
    expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
    await system.control.advance(120);
    await buyer.orderBecomes(order.id, 'CLOSED');
    expect((await booksOf(system.database, order.id)).payments).toMatchObject([{ status: 'CLOSED' }]);
  });

  it('M-08: paid after it was cancelled, but in time: the order is paid', async () => {
    const { order, payParams } = await appPayment();
    await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });
});

describe('a refund of API v1', () => {
  it('fails with words that say where to turn, and goes out once the account speaks v2', async () => {
    const { order, payment, payParams } = await appPayment();
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
    const owner = await TestOperator.login(system, 'OWNER');
    const { id } = await ask({ buyer, orderId: order.id, outTradeNo: payment.outTradeNo, productId });
    await approve(owner, id);
    const failed = await refundBecomes(owner, id, 'FAILED');
    expect(failed).toMatchObject({
      failure: { code: 'NOT_IN_API_V1', message: expect.stringContaining('旧版商户平台') },
    });
    expect(await owner.send('POST', `/refunds/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'REFUND_NOT_RETRYABLE', detail: expect.stringContaining('API v1') },
    });
    await system.restart({ WXPAY_API: 'v2' });
    expect(await owner.send('POST', `/refunds/${id}/retry`)).toMatchObject({ status: 200 });
    await refundBecomes(owner, id, 'SUCCESS');
    await system.restart();
  });
});

describe('shipping an order paid over API v1', () => {
  const DELIVERY = '/pay/delivernotify';
  let owner: TestOperator;
  beforeAll(async () => {
    owner = await TestOperator.login(system, 'OWNER');
  });

  async function ship(orderId: string, logisticsType = 'PICKUP'): Promise<void> {
    expect(await owner.send('POST', `/orders/${orderId}/shipment`, { logisticsType })).toMatchObject({
      status: 201,
    });
  }

  async function effects(orderId: string): Promise<EffectDetail[]> {
    const { body } = await owner.send<EffectPage>('GET', `/effects?orderId=${orderId}`);
    const details = body.items.map(({ id }) => owner.send<EffectDetail>('GET', `/effects/${id}`));
    return (await Promise.all(details)).map(({ body }) => body);
  }

  /** It is the only effect there is: WeChat’s shipping management knows nothing of an app’s orders. */
  function deliveryIs(orderId: string, status: string, ...codes: string[]): Promise<EffectDetail> {
    return eventually(async () => {
      const [effect, ...others] = await effects(orderId);
      expect(others).toEqual([]);
      expect(effect).toMatchObject({ kind: 'deliver-notify', status, log: codes.map((code) => ({ code })) });
      if (effect === undefined) throw new Error('there is no effect');
      return effect;
    });
  }

  const told = async ({ payment }: CheckedOut): Promise<string[]> =>
    (await system.control.asked(payment.outTradeNo)).filter((each) => each.startsWith(DELIVERY));

  it.each(['signature', 'query'])(
    'tells the gateway, once, in the name of the payer; notifications confirmed by %s',
    async (confirm) => {
      if (confirm === 'query') await system.restart({ WXPAY_CONFIRM_NOTIFY: confirm });
      const order = await paid();
      expect(await receiptOf(order.order.id)).toMatchObject({ OpenId: 'oInTheApp', IsSubscribe: '0' });
      await ship(order.order.id);
      await deliveryIs(order.order.id, 'DONE', 'OK');
      // Believed: the simulator compares signature, numbers and payer before it writes this down.
      expect(await told(order)).toEqual([`${DELIVERY} SUCCESS`]);
      await ship(order.order.id, 'VIRTUAL');
      await eventsHandled(order.order.id);
      await deliveryIs(order.order.id, 'DONE', 'OK');
      if (confirm === 'query') await system.restart();
    },
  );

  it('while the gateway is busy, or its answer is lost, it is told later', async () => {
    const order = await paid();
    await system.control.fault({ path: DELIVERY, fault: 'SYSTEMERROR', count: 1 });
    await ship(order.order.id);
    await deliveryIs(order.order.id, 'PENDING', 'SYSTEM_ERROR');
    expect(await told(order)).toEqual([]);
    await system.control.fault({ path: DELIVERY, fault: 'processedThenTimeout', ms: 100, count: 1 });
    await system.control.advance(16);
    await deliveryIs(order.order.id, 'PENDING', 'SYSTEM_ERROR', 'CONNECTION_LOST');
    await system.control.advance(16);
    await deliveryIs(order.order.id, 'DONE', 'SYSTEM_ERROR', 'CONNECTION_LOST', 'OK');
    expect(await told(order)).toEqual([`${DELIVERY} SUCCESS`, `${DELIVERY} SUCCESS`]);

    const outcomes = [
      ['45009', 'LATER', '45009'],
      ['http500', 'LATER', 'HTTP_STATUS'],
      ['garbage', 'LATER', 'UNREADABLE'],
      ['48001', 'REFUSED', '48001'],
      ['49004', 'REFUSED', '49004'],
    ] as const;
    for (const [fault, outcome, code] of outcomes) {
      await system.control.noFaults();
      await system.control.fault({ path: DELIVERY, fault, count: 1 });
      const effect = { id: order.order.id, subjectId: order.order.id } as Effect;
      expect(await system.app.get(DeliverNotify).run(effect)).toMatchObject({ outcome, code });
    }
  });

  it('nobody is named while no notification has come; a late one names the payer', async () => {
    const order = await appPayment();
    const { outTradeNo } = order.payment;
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await system.control.pay({ outTradeNo, openid: 'oInTheApp' });
    await buyer.send('POST', `/api/v1/orders/${order.order.id}/sync`);
    await ship(order.order.id);
    const { id, log } = await deliveryIs(order.order.id, 'REFUSED', 'NO_OPENID');
    expect(log?.[0]?.message).toContain('notification');
    expect(await told(order)).toEqual([]);

    const { transactionId = '' } = await system.control.transaction(outTradeNo);
    const facts = { transaction_id: transactionId };
    const late = v1Notice(system, outTradeNo, PRICE, { facts, payer: { OpenId: 'oInTheApp' } });
    expect(await postV1(system, late)).toEqual(OK);
    expect(await booksOf(system.database, order.order.id)).toMatchObject({
      ...paidOnce,
      status: 'SHIPPED',
      verdicts: ['DUPLICATE'],
    });
    await owner.send('POST', `/effects/${id}/replay`);
    await deliveryIs(order.order.id, 'DONE', 'NO_OPENID', 'OK');
    expect(await told(order)).toEqual([`${DELIVERY} SUCCESS`]);
  });

  it('is told as well when the account has moved on, as long as it has the keys', async () => {
    const order = await paid();
    await system.restart({ WXPAY_API: 'v3', WXPAY_V1_PARTNER_KEY: '' });
    await ship(order.order.id);
    const { id } = await deliveryIs(order.order.id, 'REFUSED', 'NO_V1_KEYS');
    await system.restart({ WXPAY_API: 'v3' });
    await owner.send('POST', `/effects/${id}/replay`);
    await deliveryIs(order.order.id, 'DONE', 'NO_V1_KEYS', 'OK');
    await system.restart();
  });

  it.each(['v2', 'v3'])('an order paid over %s is none of the gateway’s', async (api) => {
    await system.restart({ WXPAY_API: api });
    const order = await paid();
    await ship(order.order.id);
    await eventsHandled(order.order.id);
    expect(await effects(order.order.id)).toEqual([]);
    expect(await told(order)).toEqual([]);
    await system.restart();
  });
});

/** Paid in the app, by somebody whom only the notification names. */
async function paid(): Promise<CheckedOut> {
  const checkedOut = await appPayment();
  await system.control.pay({ outTradeNo: checkedOut.payment.outTradeNo, openid: 'oInTheApp' });
  await buyer.orderBecomes(checkedOut.order.id, 'PAID');
  return checkedOut;
}

function eventsHandled(orderId: string): Promise<void> {
  return eventually(async () => {
    const left = await system.database.query(
      `SELECT id FROM ${EVENTS} WHERE state <> 'completed' AND data->>'orderId' = $1`,
      [orderId],
    );
    expect(left).toEqual([]);
  });
}

async function receiptOf(orderId: string): Promise<Record<string, string> | undefined> {
  const [row] = await system.database.query<{ receipt: Record<string, string> }>(
    'SELECT receipt FROM payments WHERE order_id = $1',
    [orderId],
  );
  return row?.receipt;
}

async function inboxOf({ body, query }: V1Notice): Promise<unknown[]> {
  return system.database.query(
    `SELECT verdict, verified, query FROM notifications WHERE body = $1 AND query = $2`,
    [Buffer.from(body), query],
  );
}

function alter(from: string, to: string): (notice: V1Notice) => V1Notice {
  return (notice) => {
    expect(notice.query).toContain(from);
    return { ...notice, query: notice.query.replace(from, to) };
  };
}
