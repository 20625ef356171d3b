import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SUCCESS, TestMerchant, type Json } from './test-merchant.js';
import { V3Merchant, type V3Changes } from './v3-merchant.js';

let merchant: TestMerchant;
let v3: V3Merchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
  v3 = await V3Merchant.of(merchant);
});
afterEach(async () => {
  merchant.reply = { status: 200, body: SUCCESS };
  await merchant.control('/_sim/faults', undefined, 'DELETE');
});
afterAll(() => merchant.close());

const JSAPI = '/v3/pay/transactions/jsapi';

const paidNotice = async (outTradeNo: string) => {
  await merchant.notification(outTradeNo);
  return merchant.received.find((each) => {
    return each.body.startsWith('{') && v3.open(each).resource['out_trade_no'] === outTradeNo;
  });
};

describe('prepay', () => {
  it.each([
    ['jsapi', { prepay_id: expect.stringMatching(/^wx\d{14}[0-9a-f]{20}$/) }],
    ['app', { prepay_id: expect.stringMatching(/^wx/) }],
    ['native', { code_url: expect.stringMatching(/^weixin:\/\/wxpay\/bizpayurl\?pr=/) }],
    ['h5', { h5_url: expect.stringMatching(/^https:\/\/wx\.tenpay\.com\/.*prepay_id=wx.*&package=\d+$/) }],
  ])('%s', async (way, expected) => {
    expect((await v3.prepay({}, way)).answer).toEqual(expected);
  });

  it('is one order with what V2 sees', async () => {
    const { outTradeNo } = await v3.prepay();
    expect(await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo })).toMatchObject({
      trade_state: 'NOTPAY',
    });
    const again = await merchant.call(
      '/pay/unifiedorder',
      await merchant.order({ out_trade_no: outTradeNo }),
    );
    expect(again['err_code']).toBe('INVALID_REQUEST');
    const fromV2 = await merchant.prepay();
    const answer = await v3.call('POST', JSAPI, await v3.order({ out_trade_no: fromV2.outTradeNo }));
    expect([answer.status, answer.json['code']]).toEqual([403, 'OUT_TRADE_NO_USED']);
  });

  it.each<[string, Json, string, number, string | undefined]>([
    ['without a description', { description: undefined }, 'PARAM_ERROR', 400, '/description'],
    [
      'a description of 43 Chinese characters',
      { description: '袜'.repeat(43) },
      'PARAM_ERROR',
      400,
      '/description',
    ],
    ['an emoji', { description: '袜子🧦' }, 'PARAM_ERROR', 400, '/description'],
    ['a null', { attach: null }, 'PARAM_ERROR', 400, '/attach'],
    ['yuan', { amount: { total: '1.00' } }, 'PARAM_ERROR', 400, '/amount/total'],
    ['no money', { amount: { total: 0 } }, 'PARAM_ERROR', 400, '/amount/total'],
    ['dollars', { amount: { total: 1, currency: 'USD' } }, 'PARAM_ERROR', 400, '/amount/currency'],
    ['a number of 5', { out_trade_no: '12345' }, 'PARAM_ERROR', 400, '/out_trade_no'],
    [
      'a notify_url with a query',
      { notify_url: 'https://a.example/n?x=1' },
      'PARAM_ERROR',
      400,
      '/notify_url',
    ],
    ['an openid of nobody', { payer: { openid: 'oNobody' } }, 'PARAM_ERROR', 400, '/payer/openid'],
    ['an undeclared field', { total_fee: 1 }, 'PARAM_ERROR', 400, '/total_fee'],
    [
      'an expiry in the past',
      { time_expire: '2020-01-01T00:00:00+08:00' },
      'PARAM_ERROR',
      400,
      '/time_expire',
    ],
    ['an expiry without a zone', { time_expire: '2040-01-01T00:00:00' }, 'PARAM_ERROR', 400, '/time_expire'],
    ['another merchant', { mchid: '1000000000' }, 'NO_AUTH', 403, undefined],
    ['an app of somebody else', { appid: 'wx0000000000000000' }, 'APPID_MCHID_NOT_MATCH', 400, undefined],
  ])('refuses %s', async (_what, changes, code, status, field) => {
    const answer = await v3.call('POST', JSAPI, await v3.order(changes));
    expect([answer.status, answer.json['code'], answer.json['detail']?.field]).toEqual([status, code, field]);
    expect(answer.json['message']).not.toBe('');
  });

  it('with the same parameters gives another id, with others none', async () => {
    const time_expire = new Date(Date.now() + 600_000).toISOString();
    const { order, answer } = await v3.prepay({ time_expire });
    const reordered = Object.fromEntries(Object.entries(order).toReversed());
    const again = await v3.call('POST', JSAPI, { ...reordered, time_expire: '2039-01-01T00:00:00+08:00' });
    expect(again.json['prepay_id']).toMatch(/^wx/);
    expect(again.json['prepay_id']).not.toBe(answer['prepay_id']);
    const other = await v3.call('POST', JSAPI, { ...order, amount: { total: 101, currency: 'CNY' } });
    expect([other.status, other.json['code']]).toEqual([403, 'OUT_TRADE_NO_USED']);
    const [known] = (await merchant.control(`/_sim/transactions?outTradeNo=${order['out_trade_no']}`))[
      'items'
    ];
    expect(known).toMatchObject({ signType: 'RSA', expiresAt: expect.stringContaining('+08:00') });
    expect(Date.parse(known.expiresAt)).toBe(Date.parse(time_expire));
  });
});

describe('query and close', () => {
  it('an unpaid order', async () => {
    const { outTradeNo, order } = await v3.prepay({ attach: '袜子' });
    expect((await v3.query(outTradeNo)).json).toEqual({
      appid: order['appid'],
      mchid: order['mchid'],
      out_trade_no: outTradeNo,
      trade_state: 'NOTPAY',
      trade_state_desc: '订单未支付',
      attach: '袜子',
    });
    const closed = await v3.close(outTradeNo);
    expect([closed.status, closed.text]).toEqual([204, '']);
    expect(v3.isSigned(closed.headers, '')).toBe(true);
    expect((await v3.query(outTradeNo)).json['trade_state']).toBe('CLOSED');
    expect((await v3.close(outTradeNo)).json['code']).toBe('ORDER_CLOSED');
    const again = await v3.call('POST', JSAPI, order);
    expect([again.status, again.json['code']]).toEqual([400, 'ORDER_CLOSED']);
  });

  it('a paid order, by both numbers, also by V2', async () => {
    const { outTradeNo, order } = await v3.prepay({
      scene_info: { payer_client_ip: '::1', device_id: 'D1' },
    });
    const { transactionId } = await merchant.control('/_sim/pay', { outTradeNo, couponFee: 10 });
    const { json } = await v3.query(outTradeNo);
    expect(json).toMatchObject({
      transaction_id: transactionId,
      trade_type: 'JSAPI',
      trade_state: 'SUCCESS',
      bank_type: 'OTHERS',
      success_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      payer: order['payer'],
      amount: { total: 100, payer_total: 90, currency: 'CNY', payer_currency: 'CNY' },
      scene_info: { device_id: 'D1' },
      promotion_detail: [{ type: 'NOCASH', amount: 10 }],
    });
    const byId = await v3.call('GET', `/v3/pay/transactions/id/${transactionId}?mchid=${v3.mchId}`);
    expect(byId.json).toEqual(json);
    expect(await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo })).toMatchObject({
      transaction_id: transactionId,
    });
    expect((await v3.close(outTradeNo)).json['code']).toBe('ORDERPAID');
    expect((await v3.call('POST', JSAPI, order)).json['code']).toBe('ORDERPAID');
  });

  it('know nothing of an order that never came', async () => {
    for (const answer of [await v3.query('NEVER123'), await v3.close('NEVER123')])
      expect([answer.status, answer.json['code']]).toEqual([404, 'ORDER_NOT_EXIST']);
    const noMerchant = await v3.call('GET', '/v3/pay/transactions/out-trade-no/NEVER123');
    expect(noMerchant.json).toMatchObject({
      code: 'PARAM_ERROR',
      detail: { field: 'mchid', location: 'query' },
    });
  });
});

describe('a request that is not authentic', () => {
  it.each<[string, V3Changes, string]>([
    ['a signature of something else', { forgery: 'x' }, 'signature'],
    ['another serial', { serial: '0'.repeat(40) }, 'serial_no'],
    ['an unknown merchant', { mchid: '1000000000' }, 'mchid'],
    ['six minutes old', { age: -360 }, 'timestamp'],
    ['six minutes early', { age: 360 }, 'timestamp'],
    ['no signature', { headers: { authorization: 'WECHATPAY2-SHA256-RSA2048 mchid="1"' } }, 'Authorization'],
    ['another scheme', { headers: { authorization: 'Bearer x' } }, 'Authorization'],
  ])('%s is 401 SIGN_ERROR, unsigned', async (_what, changes, field) => {
    const { status, json, headers } = await v3.query('NEVER123', changes);
    expect([status, json['code']]).toEqual([401, 'SIGN_ERROR']);
    expect(json['detail']).toMatchObject({ field, location: 'authorization' });
    expect(headers['wechatpay-signature']).toBeUndefined();
    expect(headers['request-id']).toMatch(/-268443699$/);
  });

  it('is shown what should have been signed', async () => {
    const { detail } = (await v3.query('NEVER123', { forgery: 'x' })).json;
    const url = `/v3/pay/transactions/out-trade-no/NEVER123?mchid=${v3.mchId}`;
    expect(detail).toMatchObject({
      issue: 'sign not match',
      sign_information: {
        method: 'GET',
        url,
        truncated_sign_message: expect.stringMatching(/^GET\n\/v3\/.*\n\n$/s),
        sign_message_length: expect.any(Number),
      },
    });
  });

  it('is one whose body was changed after signing', async () => {
    const order = await v3.order();
    const signed = JSON.stringify(order);
    const headers = { authorization: await v3.authorization('POST', JSAPI, signed) };
    const answer = await v3.call('POST', JSAPI, signed.replace('"total":100', '"total":1'), { headers });
    expect(answer.json['code']).toBe('SIGN_ERROR');
    expect((await v3.query(order['out_trade_no'])).json['code']).toBe('ORDER_NOT_EXIST');
  });

  it.each([
    ['half a document', '{"a":'],
    ['XML', '<xml></xml>'],
  ])('%s is 400', async (_what, body) => {
    expect(await v3.call('POST', JSAPI, body)).toMatchObject({ status: 400, json: { code: 'PARAM_ERROR' } });
  });
});

describe('answers', () => {
  it('are signed with the key the request names, without one with the platform certificate', async () => {
    const { outTradeNo } = await v3.prepay();
    const serialOf = async (named: string): Promise<unknown> =>
      (await v3.query(outTradeNo, { headers: { 'wechatpay-serial': named } })).headers['wechatpay-serial'];
    expect(await serialOf(v3.publicKeyId)).toBe(v3.publicKeyId);
    expect(await serialOf(v3.platformSerial)).toBe(v3.platformSerial);
    expect(await serialOf('')).toBe(v3.platformSerial);
    const { status, json } = await v3.query(outTradeNo, { headers: { 'wechatpay-serial': 'PUB_KEY_ID_0' } });
    expect([status, json['message']]).toEqual([400, '平台证书序列号Wechatpay-Serial错误']);
  });
});

describe('a payment', () => {
  it('is told in V3, signed and encrypted', async () => {
    const { outTradeNo } = await v3.prepay({ attach: '袜子' });
    await merchant.control('/_sim/pay', { outTradeNo });
    const received = await paidNotice(outTradeNo);
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Mozilla/4.0',
      'wechatpay-serial': v3.publicKeyId,
      'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    });
    expect(v3.isSigned(received?.headers ?? {}, received?.body ?? '')).toBe(true);
    const { event, resource } = v3.open(received ?? { body: '' });
    expect(event).toMatchObject({
      event_type: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource_type: 'encrypt-resource',
      create_time: expect.stringMatching(/\+08:00$/),
      resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM' },
    });
    expect(resource).toEqual((await v3.query(outTradeNo)).json);
  });

  it('is told with a fresh timestamp each time, until 200 or 204', async () => {
    merchant.reply = { status: 500, body: '{"code":"FAIL"}' };
    const { outTradeNo } = await v3.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    await merchant.notification(outTradeNo);
    merchant.reply = { status: 204, body: '' };
    await merchant.control('/_sim/clock', { advanceSeconds: 15 });
    const { attempts, status } = await merchant.notification(outTradeNo, 2);
    expect(attempts).toMatchObject([{ outcome: 'rejected' }, { outcome: 'delivered', status: 204 }]);
    expect(status).toBe('delivered');
    const [first, second] = attempts.map((each: Json) => Number(each['signature']['wechatpay-timestamp']));
    expect(second - first).toBeGreaterThanOrEqual(14);
  });

  it('needs the client parameters signed with the merchant’s key (Q-11: JSAPI prepay_id=…, APP the bare id)', async () => {
    const { answer, order, outTradeNo } = await v3.prepay();
    const params = (packageLine: string): Json => ({
      appId: order['appid'],
      timeStamp: '1795267000',
      nonceStr: 'abc',
      package: `prepay_id=${answer['prepay_id']}`,
      signType: 'RSA',
      paySign: v3.sign(order['appid'], '1795267000', 'abc', packageLine),
    });
    const bare = await merchant.control('/_sim/pay', { payParams: params(answer['prepay_id']) });
    expect(bare).toMatchObject({ httpStatus: 400, message: expect.stringContaining('paySign is wrong') });
    const full = await merchant.control('/_sim/pay', {
      payParams: params(`prepay_id=${answer['prepay_id']}`),
    });
    expect(full).toMatchObject({ httpStatus: 200, outTradeNo });

    const app = await v3.prepay({}, 'app');
    const appid = app.order['appid'];
    const prepayid = app.answer['prepay_id'];
    const appParams = (line: string): Json => ({
      appid,
      partnerid: v3.mchId,
      prepayid,
      package: 'Sign=WXPay',
      noncestr: 'abc',
      timestamp: '1795267000',
      sign: v3.sign(appid, '1795267000', 'abc', line),
    });
    const wrong = await merchant.control('/_sim/pay', { payParams: appParams(`prepay_id=${prepayid}`) });
    expect(wrong).toMatchObject({ httpStatus: 400, message: expect.stringContaining('sign is wrong') });
    expect(await merchant.control('/_sim/pay', { payParams: appParams(prepayid) })).toMatchObject({
      outTradeNo: app.outTradeNo,
    });
  });
});

describe('faults', () => {
  it.each([
    ['SYSTEMERROR', 500, 'SYSTEM_ERROR'],
    ['SYSTEM_ERROR', 500, 'SYSTEM_ERROR'],
    ['NOTENOUGH', 403, 'NOT_ENOUGH'],
    ['USER_ACCOUNT_ABNORMAL', 403, 'USER_ACCOUNT_ABNORMAL'],
    ['FREQUENCY_LIMITED', 429, 'FREQUENCY_LIMITED'],
    ['ORDERNOTEXIST', 404, 'ORDER_NOT_EXIST'],
    ['SOME_NEW_CODE', 400, 'SOME_NEW_CODE'],
  ])('%s is answered and nothing is done', async (fault, status, code) => {
    await merchant.control('/_sim/faults', { path: JSAPI, fault, count: 1 });
    const order = await v3.order();
    expect(await v3.call('POST', JSAPI, order)).toMatchObject({ status, json: { code } });
    expect((await v3.query(order['out_trade_no'])).status).toBe(404);
  });

  it.each([
    ['badSignature', (each: Json) => expect(each['headers']['wechatpay-signature']).toHaveLength(344)],
    ['unsigned', (each: Json) => expect(each['headers']['wechatpay-signature']).toBeUndefined()],
    [
      'signTest',
      (each: Json) => expect(each['headers']['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//),
    ],
  ])('%s answers the truth without proof', async (fault, check) => {
    await merchant.control('/_sim/faults', { path: JSAPI, fault, count: 1 });
    const answer = await v3.raw('POST', JSAPI, await v3.order());
    expect([answer.status, v3.isSigned(answer.headers, answer.text)]).toEqual([200, false]);
    check({ ...answer });
  });

  it('can be for a method only', async () => {
    await merchant.control('/_sim/faults', {
      path: 'POST /v3/refund/domestic/refunds',
      fault: 'reset',
      count: 1,
    });
    const request = await v3.paid();
    const query = await v3.call('GET', `/v3/refund/domestic/refunds/${request['out_refund_no']}`);
    expect(query.status).toBe(404);
    await expect(v3.refund(request)).rejects.toThrow(/closed/);
    expect((await v3.refund(request)).status).toBe(200);
  });

  it('http500 is nginx’s page, processedThenTimeout does it', async () => {
    await merchant.control('/_sim/faults', [
      { path: JSAPI, fault: 'http500', count: 1 },
      { path: JSAPI, fault: 'processedThenTimeout', ms: 20, count: 1 },
    ]);
    const order = await v3.order();
    expect(await v3.raw('POST', JSAPI, order)).toMatchObject({
      status: 500,
      text: expect.stringMatching(/^<html>/),
    });
    expect((await v3.query(order['out_trade_no'])).status).toBe(404);
    await expect(v3.call('POST', JSAPI, order)).rejects.toThrow(/closed/);
    expect((await v3.query(order['out_trade_no'])).json['trade_state']).toBe('NOTPAY');
  });

  it('badSignature on a delivery is a wrong Wechatpay-Signature', async () => {
    await merchant.control('/_sim/faults', { path: 'notify', fault: 'badSignature', count: 1 });
    const { outTradeNo } = await v3.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    const { attempts } = await merchant.notification(outTradeNo);
    expect(v3.isSigned(attempts[0].signature, attempts[0].requestBody)).toBe(false);
    expect(attempts[0].signature['wechatpay-serial']).toBe(v3.publicKeyId);
  });
});
