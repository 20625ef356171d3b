import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readSettings } from '../../src/config/settings.js';
import { PlatformCertificates } from '../../src/wxpay/v3/platform-certificates.js';
import { V3Call } from '../../src/wxpay/v3/v3.call.js';
import { WxPayService } from '../../src/wxpay/wxpay.service.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let buyer: TestBuyer;
let productId: string;
beforeAll(async () => {
  system = await startSystem({ WXPAY_API: 'v3', WXPAY_TIMEOUT_MS: '1500' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ name: '茶 & <糖> "半糖" 😀', priceFen: 1 });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const tryCheckout = (more: Record<string, unknown> = {}) =>
  buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }], ...more });

describe.each([
  ['WeChat’s public key', 'publicKey', {}],
  ['platform certificates', 'certificate', { WXPAY_PUBLIC_KEY_ID: '', WXPAY_PUBLIC_KEY_PATH: '' }],
])('paying with %s', (_, keyMode, env) => {
  beforeAll(async () => {
    await system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { keyMode });
    await system.restart(env);
  });
  afterAll(async () => {
    await system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { keyMode: 'both' });
    await system.restart();
  });

  it('Q-11: in the mini-program: RSA over four lines, the last is prepay_id=…', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { attach: 'a=1&b=<2>' });
    expect(payParams).toMatchObject({
      appId: system.env['WXPAY_APP_ID'],
      signType: 'RSA',
      timeStamp: expect.stringMatching(/^\d{10}$/),
      package: expect.stringMatching(/^prepay_id=wx/),
    });
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('Q-11: in the app: the bare prepay id is signed, with the same key', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'APP' });
    expect(payParams).toMatchObject({
      appid: system.env['WXPAY_APP_APP_ID'],
      partnerid: system.env['WXPAY_MCH_ID'],
      package: 'Sign=WXPay',
    });
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('by QR code', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'NATIVE' });
    await system.control.pay({ codeUrl: payParams['codeUrl'] });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('in a browser', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'H5' });
    await system.control.pay({ h5Url: payParams['h5Url'] });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('parameters that were altered do not open the cashier', async () => {
    const { payParams } = await buyer.checkout(productId);
    const altered = { ...payParams, nonceStr: 'x' };
    await expect(system.control.pay({ payParams: altered })).rejects.toThrow('BAD_PAY_PARAMS');
  });
});

describe('text that API v3 does not take', () => {
  it('emoji are left out of what the buyer reads at WeChat', async () => {
    const emoji = await system.product({ name: '🎁🎁' });
    const { payment } = await buyer.checkout(emoji);
    expect(await system.control.transaction(payment.outTradeNo)).toMatchObject({ description: '商品' });
  });

  it('control characters of rows from before they were refused become blanks', async () => {
    const odd = await system.product({ name: '花茶\u0008 半\r\n糖\uFFFE' });
    const { payment } = await buyer.checkout(odd);
    expect(await system.control.transaction(payment.outTradeNo)).toMatchObject({
      description: '花茶  半 糖',
    });
  });

  it('the shop’s own words are refused, naming the field: cut, they would no longer be the shop’s', async () => {
    const answer = await tryCheckout({ attach: '谢谢😀' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field: 'attach' }]);
  });
});

describe('WeChat’s answer', () => {
  it.each([
    ['reset', 'CONNECTION_LOST'],
    ['http500', 'HTTP_STATUS'],
    ['garbage', 'UNVERIFIED'],
    ['badSignature', 'UNVERIFIED'],
    ['unsigned', 'UNVERIFIED'],
    ['SYSTEM_ERROR', 'SYSTEM_ERROR'],
    ['timeout', 'TIMEOUT'],
    ['FREQUENCY_LIMITED', 'RATE_LIMITED'],
    ['ACCEPTED', 'HTTP_STATUS'],
  ])('decides nothing when the prepay ends in %s', async (fault, reason) => {
    await system.control.fault({ path: '/v3/pay/transactions/jsapi', fault });
    expect(await tryCheckout()).toMatchObject({
      status: 504,
      body: { code: 'WXPAY_OUTCOME_UNKNOWN', reason },
    });
  });

  it('a refusal reaches the operator with WeChat’s code, words and Request-ID', async () => {
    await system.control.fault({ path: '/v3/pay/transactions/jsapi', fault: 'NO_AUTH' });
    const answer = await tryCheckout();
    expect(answer).toMatchObject({ status: 502, body: { code: 'WXPAY_REJECTED' } });
    expect(answer.body.detail).toMatch(/NO_AUTH.*Request-ID/);
  });
});

describe('HTTP 202, which says that nothing is decided yet', () => {
  it('closes no order', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.fault({ path: '/close', fault: 'ACCEPTED' });
    expect((await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`)).status).toBe(202);
    expect(await system.control.transaction(payment.outTradeNo)).toMatchObject({ tradeState: 'NOTPAY' });
    await system.control.noFaults();
    await system.control.advance(60);
    await buyer.orderBecomes(order.id, 'CLOSED');
  });
});

describe('HTTP 500 with a code that is about the request', () => {
  const refused = { status: 502, body: { code: 'WXPAY_REJECTED', wxpay: { code: 'OPENID_MISMATCH' } } };

  it('refuses, as WeChat signed it: the same request would never be taken', async () => {
    await system.control.fault({ path: '/v3/pay/transactions/jsapi', fault: 'OPENID_MISMATCH' });
    expect(await tryCheckout()).toMatchObject(refused);
  });

  it('says nothing where nobody signed it', async () => {
    const [account] = readSettings(system.env).wxpay.accounts;
    if (account === undefined) throw new Error('there is no account');
    const call = system.app.get(V3Call, { strict: false });
    const body = Buffer.from('{"code":"OPENID_MISMATCH","message":"openid和appid不匹配"}');
    expect(
      call.judge(account, { kind: 'answered', status: 500, headers: {}, body }, z.unknown()),
    ).toMatchObject({
      kind: 'unknown',
      reason: 'SYSTEM_ERROR',
    });
  });
});

/** What WeChat says about a refund it does not have. */
const refundOfNobody = () =>
  system.app
    .get(WxPayService, { strict: false })
    .queryRefund({ accountId: 'default', appId: system.env['WXPAY_APP_ID'] ?? '' }, 'R-nobody');

describe('a question about a refund that WeChat does not have', () => {
  it('is answered by RESOURCE_NOT_EXISTS, signed', async () => {
    expect(await refundOfNobody()).toEqual({ kind: 'accepted', value: { state: 'NOT_EXIST' } });
  });

  it.each([
    ['without a signature', 'unsigned', { kind: 'unknown', reason: 'UNVERIFIED' }],
    ['with another 404', 'ORDER_NOT_EXIST', { kind: 'rejected', code: 'ORDER_NOT_EXIST' }],
  ])(
    'is not answered %s: sending it again, or failing it, would rest on nobody’s word',
    async (_, fault, outcome) => {
      await system.control.fault({ path: 'GET /v3/refund/domestic/refunds/', fault });
      expect(await refundOfNobody()).toMatchObject(outcome);
    },
  );
});

describe('platform certificates', () => {
  const withoutPublicKey = { WXPAY_PUBLIC_KEY_ID: '', WXPAY_PUBLIC_KEY_PATH: '' };
  beforeAll(() => system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { keyMode: 'certificate' }));
  afterAll(async () => {
    await system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { keyMode: 'both' });
    await system.restart();
  });

  it('are forgotten when WeChat says that there are none, not when anything else is not found', async () => {
    await system.restart(withoutPublicKey);
    const certificates = system.app.get(PlatformCertificates, { strict: false });
    const account = system.app.get(WxPayService, { strict: false }).account('default');
    const knownAfter = async (fault: string): Promise<number> => {
      await system.control.fault({ path: '/v3/certificates', fault, count: 1 });
      await certificates.refresh(account);
      return certificates.all(account).length;
    };
    await certificates.refresh(account);
    expect(certificates.all(account)).toHaveLength(1);
    expect(await knownAfter('ORDER_NOT_EXIST')).toBe(1);
    expect(await knownAfter('RESOURCE_NOT_EXISTS')).toBe(0);
  });

  it('vouch for what is notified over v3 after the account has gone back to v2', async () => {
    await system.restart(withoutPublicKey);
    const { order, payment } = await buyer.checkout(productId);
    await system.restart({ ...withoutPublicKey, WXPAY_API: 'v2' });
    const account = system.app.get(WxPayService, { strict: false }).account('default');
    await eventually(() => {
      const known = system.app.get(PlatformCertificates, { strict: false }).all(account);
      return known.length === 1 ? Promise.resolve() : Promise.reject(new Error('not known yet'));
    });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    await eventually(async () =>
      expect(await system.control.notifications(payment.outTradeNo)).toMatchObject([
        { attempts: [{ outcome: 'delivered', status: 200 }] },
      ]),
    );
  });
});

describe('moving from API v2 to v3', () => {
  it('an order begun under v2 is paid, and paid again under v3 only after its number is closed', async () => {
    await system.restart({ WXPAY_API: 'v2' });
    const begun = await buyer.checkout(productId);
    const again = await buyer.checkout(productId);
    await system.restart({ WXPAY_API: 'v3' });
    // WeChat notifies in the protocol of the order's creation.
    await system.control.pay({ outTradeNo: begun.payment.outTradeNo });
    await buyer.orderBecomes(begun.order.id, 'PAID');
    const { body } = await buyer.send<{ payment: { outTradeNo: string }; payParams: Record<string, string> }>(
      'POST',
      `/api/v1/orders/${again.order.id}/payments`,
      { tradeType: 'JSAPI' },
    );
    expect(body.payment.outTradeNo).not.toBe(again.payment.outTradeNo);
    expect(await system.control.transaction(again.payment.outTradeNo)).toMatchObject({
      tradeState: 'CLOSED',
    });
    await system.control.pay({ payParams: body.payParams });
    await eventually(async () => expect(await buyer.order(again.order.id)).toMatchObject({ status: 'PAID' }));
  });
});
