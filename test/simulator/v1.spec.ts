import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { TestMerchant, type Fields, type Json } from './test-merchant.js';

let merchant: TestMerchant;
let token: string;
let count = 0;

beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());
beforeEach(async () => {
  await merchant.control('/_sim/reset', {});
  merchant.reply = { status: 200, body: 'success' };
  const { WXPAY_APP_APP_ID: appid, WXPAY_APP_APP_SECRET: secret } = merchant.env;
  token = (await app('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret }))[
    'access_token'
  ];
});

const setting = (name: string): string => merchant.env[`WXPAY_${name}`] ?? '';
const number = (): string => `V1-${Date.now()}-${(count += 1)}`;

async function app(path: string, body: object): Promise<Json> {
  return JSON.parse((await merchant.post(path, JSON.stringify(body))).text) as Json;
}

const call = (path: string, body: object): Promise<Json> => app(`${path}?access_token=${token}`, body);

function md5(fields: Fields, charset: string): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const text = `${pairs.sort().join('&')}&key=${setting('V1_PARTNER_KEY')}`;
  return createHash('md5').update(iconv.encode(text, charset)).digest('hex').toUpperCase();
}

function packageText(fields: Fields, sign = md5(fields, fields['input_charset'] ?? 'GBK')): string {
  const charset = fields['input_charset'] ?? 'GBK';
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${name}=${iconv.encode(value, charset).toString('hex').replaceAll(/../g, '%$&')}`,
  );
  return [...pairs.sort(), `sign=${sign}`].join('&');
}

/** With app_signature, unless one is given. */
function signed(fields: Fields): Fields {
  const pairs = Object.entries({ ...fields, appkey: setting('V1_PAY_SIGN_KEY') }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const app_signature = createHash('sha1').update(pairs.sort().join('&')).digest('hex');
  return { ...fields, app_signature, sign_method: 'sha1' };
}

function order(changes: Fields = {}): Fields {
  return {
    bank_type: 'WX',
    body: '一双袜子',
    attach: '三号 & +',
    fee_type: '1',
    input_charset: 'GBK',
    notify_url: merchant.notifyUrl,
    out_trade_no: number(),
    partner: setting('V1_PARTNER'),
    spbill_create_ip: '203.0.113.7',
    total_fee: '100',
    ...changes,
  };
}

function prepay(fields: Fields, changes: Fields = {}, sign?: string): Promise<Json> {
  const request = signed({
    appid: setting('APP_APP_ID'),
    traceid: 'somebody',
    noncestr: 'n',
    package: packageText(fields, sign),
    timestamp: '1795262700',
  });
  return call('/pay/genprepay', { ...request, ...changes });
}

function query(outTradeNo: string): Promise<Json> {
  const text = packageText({ out_trade_no: outTradeNo, partner: setting('V1_PARTNER') });
  return call(
    '/pay/orderquery',
    signed({ appid: setting('APP_APP_ID'), package: text, timestamp: '1795262700' }),
  );
}

describe('genprepay', () => {
  it.each(['GBK', 'UTF-8'])(
    'takes a package in %s, and tells of the payment in the same charset',
    async (charset) => {
      const fields = order({ input_charset: charset });
      expect(await prepay(fields)).toMatchObject({ errcode: 0, prepayid: expect.stringMatching(/^wx/) });
      const { items } = await merchant.control('/_sim/transactions');
      expect(items).toMatchObject([
        { description: '一双袜子', tradeType: 'APP', signType: 'SHA1', totalFen: 100 },
      ]);
      await merchant.control('/_sim/pay', { outTradeNo: fields['out_trade_no'], openid: 'oPayer' });
      const told = await merchant.notification(fields['out_trade_no'] ?? '');
      expect(told).toMatchObject({ status: 'delivered', attempts: [{ answerBody: 'success' }] });
      const attach = iconv.encode('三号 & +', charset).toString('hex').toUpperCase();
      const escaped = /&attach=([^&]*)/.exec(merchant.received.at(-1)?.path ?? '')?.[1] ?? '';
      expect(
        escaped
          .replaceAll(/%(..)|(.)/g, (_, hex, plain) => hex ?? Buffer.from(plain).toString('hex'))
          .toUpperCase(),
      ).toBe(attach);
    },
  );

  it('an answer that is not `success` is asked again, eight times in half an hour', async () => {
    merchant.reply = { status: 200, body: 'SUCCESS' };
    const fields = order();
    await prepay(fields);
    await merchant.control('/_sim/pay', { outTradeNo: fields['out_trade_no'] });
    await merchant.control('/_sim/clock', { advanceSeconds: 1800 });
    const told = await merchant.notification(fields['out_trade_no'] ?? '', 8);
    expect(told).toMatchObject({ status: 'failed' });
    expect(told['attempts']).toHaveLength(8);
  });

  it('the same again gives another prepay of the same order; anything else under its number does not', async () => {
    const fields = order();
    const first = await prepay(fields);
    const second = await prepay(fields);
    expect(second['prepayid']).not.toBe(first['prepayid']);
    expect(await prepay({ ...fields, total_fee: '1' })).toMatchObject({ errcode: 47001 });
  });

  it.each<[string, number, () => Promise<Json>]>([
    ['a wrong package sign', 49004, () => prepay(order(), {}, 'A'.repeat(32))],
    ['a wrong app_signature', 49004, () => prepay(order(), { app_signature: 'a'.repeat(40) })],
    ['what was not signed', 49004, () => prepay(order(), { traceid: 'somebody else' })],
    ['an unknown partner', 48001, () => prepay(order({ partner: '1900000109' }))],
    ['another app', 40013, () => prepay(order(), { appid: setting('APP_ID') })],
    ['no package', 47001, () => prepay(order(), { package: '' })],
    ['a number that is too short', 47001, () => prepay(order({ out_trade_no: '1234567' }))],
    ['an address with a query', 47001, () => prepay(order({ notify_url: 'http://a.example/?b' }))],
    ['fees that do not add up', 47001, () => prepay(order({ transport_fee: '1', product_fee: '100' }))],
    ['a time that is over', 47001, () => prepay(order({ time_expire: '20200101000000' }))],
  ])('refuses %s', async (_, errcode, attempt) => {
    expect(await attempt()).toMatchObject({ errcode });
    expect((await merchant.control('/_sim/transactions'))['items']).toEqual([]);
  });

  it('wants an access_token that is good', async () => {
    token = 'nonsense';
    expect(await prepay(order())).toMatchObject({ errcode: 40001 });
  });
});

describe('orderquery', () => {
  it('shows what is paid, what is not, and what never was', async () => {
    const fields = order();
    const outTradeNo = fields['out_trade_no'] ?? '';
    expect((await query(outTradeNo))['order_info']).toMatchObject({ ret_code: '88221009' });
    await prepay(fields);
    expect((await query(outTradeNo))['order_info']).toMatchObject({ ret_code: 0, trade_state: '1' });
    await merchant.control('/_sim/pay', { outTradeNo, couponFee: 30 });
    expect((await query(outTradeNo))['order_info']).toMatchObject({
      trade_state: '0',
      total_fee: '70',
      discount: '30',
      partner: setting('V1_PARTNER'),
      attach: '三号 & +',
    });
  });

  it('leaves V2’s question under the same path alone', async () => {
    const fields = order();
    await prepay(fields);
    const answer = await merchant.call('/pay/orderquery', {
      appid: setting('APP_APP_ID'),
      out_trade_no: fields['out_trade_no'] ?? '',
    });
    expect(answer).toMatchObject({ result_code: 'SUCCESS', trade_state: 'NOTPAY' });
  });
});

describe('delivernotify', () => {
  it('is checked and kept in the order’s timeline', async () => {
    const fields = order();
    const outTradeNo = fields['out_trade_no'] ?? '';
    await prepay(fields);
    const { transactionId } = await merchant.control('/_sim/pay', { outTradeNo, openid: 'oPayer' });
    const told = {
      appid: setting('APP_APP_ID'),
      openid: 'oPayer',
      transid: String(transactionId),
      out_trade_no: outTradeNo,
      deliver_timestamp: '1795262700',
      deliver_status: '1',
      deliver_msg: 'ok',
    };
    expect(await call('/pay/delivernotify', { ...signed(told), deliver_status: '0' })).toMatchObject({
      errcode: 49004,
    });
    expect(await call('/pay/delivernotify', signed({ ...told, openid: 'oOther' }))).toMatchObject({
      errcode: 47001,
    });
    expect(await call('/pay/delivernotify', signed(told))).toMatchObject({ errcode: 0 });
    const { items } = await merchant.control(`/_sim/transactions?outTradeNo=${outTradeNo}`);
    expect(items[0].timeline.at(-1)).toMatchObject({ event: '/pay/delivernotify', result: 'SUCCESS' });
  });
});
