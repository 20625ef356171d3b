import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Hash, Transformer } from 'wechatpay-axios-plugin';
import { freePort } from '../../scripts/embedded-postgres.js';
import { startSimulator } from '../../simulator/simulator.js';
import { readSettings } from '../../src/config/settings.js';
import type { MerchantAccount } from '../../src/wxpay/merchant-accounts.js';
import { classify } from '../../src/wxpay/v2/v2.call.js';
import type { OrderView } from '../../src/order/order.schema.js';
import { approve, ask, refundBecomes, refundsAtWeChat } from '../refund/paid-order.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let buyer: TestBuyer;
let productId: string;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '1200' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ name: '茶 & <糖> "半糖" 😀', priceFen: 1 });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const tryCheckout = () => buyer.send('POST', '/api/v1/checkout', { items: [{ productId, quantity: 1 }] });

describe.each(['MD5', 'HMAC-SHA256'])('paying with %s', (signType) => {
  beforeAll(() => system.restart({ WXPAY_SIGN_TYPE: signType }));

  it('in the mini-program: the cashier accepts the signed parameters, the notification is believed', async () => {
    const { order, payment, payParams } = await buyer.checkout(productId, 1, { attach: 'a=1&b=<2>' });
    expect(Object.keys(payParams).sort()).toEqual([
      'appId',
      'nonceStr',
      'package',
      'paySign',
      'signType',
      'timeStamp',
    ]);
    expect(payParams).toMatchObject({
      appId: system.env['WXPAY_APP_ID'],
      signType,
      timeStamp: expect.stringMatching(/^\d{10}$/),
    });
    expect(payParams['package']).toMatch(/^prepay_id=wx/);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
    expect(await system.control.transaction(payment.outTradeNo)).toMatchObject({ signType, totalFen: 1 });
  });

  it('in the app: the bare prepay id, all names in small letters', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'APP' });
    expect(Object.keys(payParams).sort()).toEqual([
      'appid',
      'noncestr',
      'package',
      'partnerid',
      'prepayid',
      'sign',
      'timestamp',
    ]);
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
    expect(Object.keys(payParams)).toEqual(['codeUrl']);
    await system.control.pay({ codeUrl: payParams['codeUrl'] });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('in a browser', async () => {
    const { order, payParams } = await buyer.checkout(productId, 1, { tradeType: 'H5' });
    expect(Object.keys(payParams)).toEqual(['h5Url']);
    await system.control.pay({ h5Url: payParams['h5Url'] });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('parameters that were altered do not open the cashier', async () => {
    const { payParams } = await buyer.checkout(productId);
    const altered = { ...payParams, nonceStr: 'x' };
    await expect(system.control.pay({ payParams: altered })).rejects.toThrow('BAD_PAY_PARAMS');
  });
});

describe('text that no XML can hold, in rows of before it was refused', () => {
  it('reaches WeChat with blanks in its place: the prepay and the refund are taken', async () => {
    await system.restart();
    const odd = '花茶\u0008 半\r\n糖\uFFFE';
    const product = await system.product({ name: odd, priceFen: 100 });
    const { body: order } = await buyer.send<OrderView>('POST', '/api/v1/orders', {
      items: [{ productId: product, quantity: 1 }],
    });
    await system.database.query('UPDATE orders SET attach = $2 WHERE id = $1', [order.id, odd]);
    const { body } = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${order.id}/payments`, {
      tradeType: 'JSAPI',
    });
    const { outTradeNo } = body.payment;
    expect(await system.control.transaction(outTradeNo)).toMatchObject({
      description: '花茶  半 糖',
      attach: '花茶  半 糖',
    });
    await system.control.pay({ payParams: body.payParams });
    await buyer.orderBecomes(order.id, 'PAID');

    const finance = await TestOperator.login(system, 'FINANCE');
    const refund = await ask({ buyer, orderId: order.id, outTradeNo, productId: product });
    await system.database.query('UPDATE refunds SET reason = $2 WHERE id = $1', [refund.id, odd]);
    await approve(finance, refund.id);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refundsAtWeChat(system, outTradeNo)).toMatchObject([{ description: '花茶  半 糖' }]);
  });
});

describe('WeChat’s answer', () => {
  let account: MerchantAccount;
  let fields: Record<string, string>;
  beforeAll(() => {
    const [first] = readSettings(system.env).wxpay.accounts;
    if (first === undefined) throw new Error('there is no account');
    account = { ...first, signType: 'MD5' };
    fields = {
      return_code: 'SUCCESS',
      return_msg: 'OK',
      appid: account.appId,
      mch_id: account.mchId,
      result_code: 'SUCCESS',
      nonce_str: 'n',
    };
  });
  const judge = (answer: Record<string, string>, key = account.apiKeys[0] ?? '') =>
    classify(
      account,
      account.appId,
      Buffer.from(Transformer.toXml({ ...answer, sign: Hash.sign('MD5', answer, key) })),
    );

  it('is accepted when signed and successful', () => {
    expect(judge(fields)).toMatchObject({ kind: 'accepted' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['about another merchant', { mch_id: '1900000001' }, 'UNVERIFIED'],
    ['about another app', { appid: 'wx0000000000000000' }, 'UNVERIFIED'],
    ['without return_code', { return_code: '' }, 'UNREADABLE'],
    ['with an unknown return_code', { return_code: 'OK' }, 'UNREADABLE'],
    ['with SYSTEMERROR', { result_code: 'FAIL', err_code: 'SYSTEMERROR' }, 'SYSTEM_ERROR'],
    ['with BANKERROR', { result_code: 'FAIL', err_code: 'BANKERROR' }, 'SYSTEM_ERROR'],
    ['that fails without saying why', { result_code: 'FAIL' }, 'SYSTEM_ERROR'],
    ['without result_code', { result_code: '' }, 'SYSTEM_ERROR'],
  ])('decides nothing when it comes %s', (_, changes, reason) => {
    expect(judge({ ...fields, ...changes })).toMatchObject({ kind: 'unknown', reason });
  });

  it('decides nothing when it is signed with another key, or not at all', () => {
    expect(judge(fields, 'k'.repeat(32))).toMatchObject({ kind: 'unknown', reason: 'UNVERIFIED' });
    const unsigned = Buffer.from(Transformer.toXml(fields));
    expect(classify(account, account.appId, unsigned)).toMatchObject({
      kind: 'unknown',
      reason: 'UNVERIFIED',
    });
  });

  it('an unsigned refusal of a paid order is not believed', () => {
    const refusal = { ...fields, result_code: 'FAIL', err_code: 'ORDERPAID' };
    const unsigned = Buffer.from(Transformer.toXml(refusal));
    expect(classify(account, account.appId, unsigned)).toMatchObject({ kind: 'unknown' });
    expect(judge(refusal)).toMatchObject({ kind: 'rejected', code: 'ORDERPAID' });
  });

  it.each([
    '',
    '<html>502 Bad Gateway</html>',
    '<xml><return_code>SUCCESS',
    '<!DOCTYPE a><xml><return_code>FAIL</return_code></xml>',
  ])('decides nothing when it is %j', (body) => {
    expect(classify(account, account.appId, Buffer.from(body))).toMatchObject({
      kind: 'unknown',
      reason: 'UNREADABLE',
    });
  });
});

describe('the network', () => {
  it('the backup host is asked when the first takes no connections', async () => {
    await system.restart({
      WXPAY_BASE_URL: `https://127.0.0.1:${await freePort()}`,
      WXPAY_BACKUP_URL: system.env['WXPAY_BASE_URL'] ?? '',
    });
    const { order, payParams } = await buyer.checkout(productId);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('with no host reachable the answer is unknown, and nothing is lost', async () => {
    const closed = `https://127.0.0.1:${await freePort()}`;
    await system.restart({ WXPAY_BASE_URL: closed, WXPAY_BACKUP_URL: closed });
    expect(await tryCheckout()).toMatchObject({ status: 504, body: { reason: 'UNREACHABLE' } });
  });

  it('the backup host is not asked once the first may have the request', async () => {
    await system.restart();
    await system.control.fault({ path: '/pay/unifiedorder', fault: 'timeout' });
    expect(await tryCheckout()).toMatchObject({ status: 504, body: { reason: 'TIMEOUT' } });
    expect(await system.control.applied()).toEqual([1]);
  });

  it.each(['reset', 'garbage', 'http500'])(
    'a login that ends in %s is WeChat’s trouble, not the buyer’s',
    async (fault) => {
      await system.control.fault({ path: '/sns/jscode2session', fault });
      const { code } = await system.control.loginCode();
      const answer = await fetch(`${system.url}/api/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
      expect(answer.status).toBe(502);
    },
  );

  describe('M-32: a server that cannot prove to be WeChat', () => {
    let otherCa: string;
    let other: { close(): Promise<void>; dir: string };
    beforeAll(async () => {
      const dir = await mkdtemp(join(tmpdir(), 'other-wechat-'));
      const simulator = await startSimulator({ dir, port: 0, tlsPort: 0 });
      otherCa = join(simulator.merchantDir, 'ca.pem');
      other = { close: () => simulator.close(), dir };
    });
    afterAll(async () => {
      await other.close();
      await rm(other.dir, { recursive: true });
      await system.restart();
    });

    it.each([
      ['its authority is unknown', () => ''],
      ['its authority is another one', () => otherCa],
    ])('is told nothing when %s', async (_, ca) => {
      await system.restart({ WXPAY_CA_PATH: ca() });
      await system.control.countRequests();
      const answer = await tryCheckout();
      expect(answer).toMatchObject({
        status: 504,
        body: { code: 'WXPAY_OUTCOME_UNKNOWN', reason: 'UNTRUSTED_SERVER' },
      });
      expect(await system.control.applied()).toEqual([0]);
    });

    // Here and not in .oxlintrc.json: oxlint has no no-restricted-syntax, and its no-restricted-properties looks at what is
    // read of an object, not at the options that are written into one.
    it('no line of the backend can switch the check off', async () => {
      const src = fileURLToPath(new URL('../../src/', import.meta.url));
      const files = (await readdir(src, { recursive: true })).filter((name) => /\.[jt]s$/.test(name));
      expect(files.length).toBeGreaterThan(50);
      for (const file of files) {
        const text = await readFile(join(src, file), 'utf8');
        expect(text).not.toMatch(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/);
      }
    });
  });
});
