import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Formatter } from 'wechatpay-axios-plugin';
import { TestMerchant, type Fields, type Json } from './test-merchant.js';
import { V3Merchant } from './v3-merchant.js';

/** Written down again on purpose (protocol notes §1.10). */
const FIRST_COLUMNS =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类';
const ALL = `${FIRST_COLUMNS},应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注`;
const SUMMARY =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const OLD_ALL = `${FIRST_COLUMNS},总金额,代金券或立减优惠金额,微信退款单号,商户退款单号,退款金额,代金券或立减优惠退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率`;
const OLD_SUMMARY = '总交易单数,总交易额,总退款金额,总代金券或立减优惠退款金额,手续费总金额';
const FUND_FLOW =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';

const DAY = 86_400;

let merchant: TestMerchant;
let v3: V3Merchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
  v3 = await V3Merchant.of(merchant);
});
beforeEach(async () => {
  await merchant.control('/_sim/reset', {});
  // Noon: no test shall run over midnight.
  await advanceToTomorrow(12);
});
afterEach(async () => {
  await merchant.control('/_sim/faults', undefined, 'DELETE');
});
afterAll(() => merchant.close());

/** The simulator's date in UTC+8, so many days from its today: yyyy-MM-dd. */
async function day(offset = 0): Promise<string> {
  const { now } = await merchant.control('/_sim/clock');
  return new Date(Date.parse(now) + (8 * 3600 + offset * DAY) * 1000).toISOString().slice(0, 10);
}

/** To this hour (UTC+8) of tomorrow. */
async function advanceToTomorrow(hour: number): Promise<void> {
  const { now } = await merchant.control('/_sim/clock');
  const today = Math.floor((Date.parse(now) / 1000 + 8 * 3600) / DAY) * DAY - 8 * 3600;
  await merchant.control('/_sim/clock', {
    advanceSeconds: today + DAY + hour * 3600 - Date.parse(now) / 1000 + 1,
  });
}

/** A payment by coupon and a refund of a part of it; a payment of 1 yuan. */
async function trade(): Promise<{ paid: Json; refund: Json; other: Json }> {
  const { outTradeNo } = await merchant.prepay({ total_fee: '1000', body: '袜子,两双', attach: 'A' });
  const paid = await merchant.control('/_sim/pay', { outTradeNo, couponFee: 100 });
  const refund = { out_trade_no: outTradeNo, out_refund_no: `R-${outTradeNo}` };
  const answer = await merchant.call(
    '/secapi/pay/refund',
    { ...refund, total_fee: '1000', refund_fee: '500' },
    { certificate: true },
  );
  await merchant.control('/_sim/clock', { advanceSeconds: 2 });
  const other = await v3.prepay();
  return {
    paid,
    refund: answer,
    other: await merchant.control('/_sim/pay', { outTradeNo: other.outTradeNo }),
  };
}

async function downloadV2(fields: Fields): Promise<{ text: string; bytes: Buffer }> {
  const body = Object.entries(merchant.signed(fields)).map(([name, value]) => `<${name}>${value}</${name}>`);
  return merchant.send('POST', '/pay/downloadbill', { body: `<xml>${body.join('')}</xml>` });
}

const v2Reason = async (fields: Fields): Promise<string> => (await downloadV2(fields)).text;

const downloadFundFlow = (fields: Fields, certificate = true): ReturnType<TestMerchant['send']> => {
  const all = { sign_type: 'HMAC-SHA256', account_type: 'Basic', ...fields };
  const body = Object.entries(merchant.signed(all)).map(([name, value]) => `<${name}>${value}</${name}>`);
  return merchant.send('POST', '/pay/downloadfundflow', {
    body: `<xml>${body.join('')}</xml>`,
    certificate,
  });
};

const offer = (query: string, kind = 'tradebill'): ReturnType<V3Merchant['call']> =>
  v3.call('GET', `/v3/bill/${kind}?${query}`);

async function fetchBill(url: string, who = v3): Promise<{ status: number; bytes: Buffer; headers: Fields }> {
  const { pathname, search } = new URL(url);
  const authorization = await who.authorization('GET', pathname + search, '');
  const headers = { accept: '*/*', 'user-agent': 'test', authorization };
  return merchant.send('GET', pathname + search, { headers });
}

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

describe('the trade bill', () => {
  it('has every payment and refund of the day, as WeChat writes them', async () => {
    const { paid, refund, other } = await trade();
    const bill_date = (await day()).replaceAll('-', '');
    await advanceToTomorrow(10);
    const { text, bytes } = await downloadV2({ bill_date });
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const lines = text.slice(1).split('\r\n');
    expect(lines).toHaveLength(7);
    expect([lines[0], lines[4], lines[6]]).toEqual([ALL, SUMMARY, '']);
    expect(lines.slice(1, 4).every((line) => /^`.*,`/.test(line))).toBe(true);

    const { rows } = Formatter.castCsvBill(bytes) as { rows: Json[] };
    expect(rows).toMatchObject([
      {
        交易时间: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        公众账号ID: merchant.env['WXPAY_APP_ID'],
        商户号: merchant.env['WXPAY_MCH_ID'],
        微信订单号: paid['transactionId'],
        商户订单号: paid['outTradeNo'],
        用户标识: paid['openid'],
        交易类型: 'JSAPI',
        交易状态: 'SUCCESS',
        货币种类: 'CNY',
        应结订单金额: '9.00',
        代金券金额: '1.00',
        微信退款单号: '0',
        商户退款单号: '0',
        退款金额: '0.00',
        商品名称: '袜子,两双',
        商户数据包: 'A',
        手续费: '0.05000',
        费率: '0.60%',
        订单金额: '10.00',
        申请退款金额: '0.00',
      },
      {
        微信订单号: paid['transactionId'],
        交易状态: 'REFUND',
        应结订单金额: '0.00',
        微信退款单号: refund['refund_id'],
        商户退款单号: refund['out_refund_no'],
        退款金额: '4.50',
        充值券退款金额: '0.50',
        退款类型: 'ORIGINAL',
        退款状态: 'SUCCESS',
        手续费: '-0.03000',
        订单金额: '0.00',
        申请退款金额: '5.00',
      },
      { 微信订单号: other['transactionId'], 应结订单金额: '1.00', 手续费: '0.01000', 订单金额: '1.00' },
    ]);
    expect(lines[5]).toBe('`3.0,`10.0,`4.5,`0.5,`0.03,`11.0,`5.0');
  });

  it('is the same by V3, compressed or not, with the hash of the uncompressed file', async () => {
    await trade();
    const date = await day();
    await advanceToTomorrow(10);
    const { text } = await downloadV2({ bill_date: date.replaceAll('-', '') });
    const plain = (await offer(`bill_date=${date}`)).json;
    expect(plain).toEqual({
      hash_type: 'SHA1',
      hash_value: expect.stringMatching(/^[0-9a-f]{40}$/),
      download_url: expect.stringContaining(`${merchant.simulator.tlsUrl}/v3/billdownload/file?token=`),
    });
    const file = await fetchBill(plain['download_url']);
    expect([file.status, file.headers['wechatpay-signature']]).toEqual([200, undefined]);
    expect([file.bytes.toString(), sha1(file.bytes)]).toEqual([text, plain['hash_value']]);

    const packed = (await offer(`bill_date=${date}&bill_type=ALL&tar_type=GZIP`)).json;
    const { bytes } = await fetchBill(packed['download_url']);
    expect(packed['hash_value']).toBe(plain['hash_value']);
    expect(gunzipSync(bytes).toString()).toBe(text);
    const v2Packed = await downloadV2({ bill_date: date.replaceAll('-', ''), tar_type: 'GZIP' });
    expect(gunzipSync(v2Packed.bytes).toString()).toBe(text);
  });

  it('has fewer columns for payments only, more for refunds only', async () => {
    await trade();
    const { csv, date } = await merchant.control('/_sim/bills', { date: await day() });
    expect(csv).toContain(ALL);
    const header = async (bill_type: string): Promise<string[]> =>
      (await downloadV2({ bill_date: date.replaceAll('-', ''), bill_type })).text.slice(1).split('\r\n');
    const success = await header('SUCCESS');
    expect(success[0]).toBe(
      `${FIRST_COLUMNS},应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,订单金额,费率备注`,
    );
    const refunds = await header('REFUND');
    expect(refunds[0]).toBe(ALL.replace('微信退款单号', '退款申请时间,退款成功时间,微信退款单号'));
    expect([success.length, refunds.length]).toEqual([6, 5]);
  });

  it('exists in the old layout', async () => {
    await trade();
    const { csv } = await merchant.control('/_sim/bills', { date: await day(), layout: 'old' });
    const lines = csv.slice(1).split('\r\n');
    expect([lines[0], lines[4]]).toEqual([OLD_ALL, OLD_SUMMARY]);
    expect(OLD_ALL.split(',')).toHaveLength(24);
    expect(lines[1].split(',`')).toHaveLength(24);
  });

  it('can differ from the truth', async () => {
    const { paid, refund, other } = await trade();
    const { rows } = await merchant.control('/_sim/bills', {
      date: await day(),
      omit: [paid['transactionId']],
      alter: [
        { transactionId: other['transactionId'], amountFen: 101, feeFen: 7 },
        { transactionId: refund['refund_id'], amountFen: 499 },
      ],
      extra: [
        { transactionId: '4200009999', outTradeNo: 'UNKNOWN', amountFen: 200 },
        { transactionId: '4200009999', outTradeNo: 'UNKNOWN', amountFen: 100, refundId: '5030009999' },
      ],
    });
    expect(rows).toMatchObject([
      { refund: { refundId: refund['refund_id'], refundFen: 499 } },
      { transactionId: other['transactionId'], totalFen: 101, feeFen: 7 },
      { transactionId: '4200009999', totalFen: 200, feeFen: 1 },
      { totalFen: 0, feeFen: -1, refund: { refundId: '5030009999', refundFen: 100 } },
    ]);
    await advanceToTomorrow(12);
    const date = (await day(-1)).replaceAll('-', '');
    expect((await downloadV2({ bill_date: date })).text).toContain('`UNKNOWN');
  });

  it('does not change any more', async () => {
    const { refund } = await trade();
    await merchant.control('/_sim/settings', { refundSeconds: null });
    const later = await v3.paid();
    await v3.refund(later);
    const date = await day();
    await advanceToTomorrow(10);
    const before = (await downloadV2({ bill_date: date.replaceAll('-', '') })).text;
    expect(before).toContain('`PROCESSING');
    await merchant.control(`/_sim/refunds/${later['out_refund_no']}`, { status: 'SUCCESS' });
    expect((await downloadV2({ bill_date: date.replaceAll('-', '') })).text).toBe(before);
    expect(before).toContain(refund['refund_id']);
  });
});

describe('a bill that is not there', () => {
  it('is of today, of this morning before ten, or of a day without trade', async () => {
    await trade();
    const date = await day();
    const bill_date = date.replaceAll('-', '');
    const none =
      '<xml><return_code>FAIL</return_code><error_code>20002</error_code><return_msg>No Bill Exist</return_msg></xml>';
    expect(await v2Reason({ bill_date })).toBe(none);
    expect(await offer(`bill_date=${date}`)).toMatchObject({
      status: 400,
      json: { code: 'NO_STATEMENT_EXIST' },
    });
    await advanceToTomorrow(9);
    expect(await v2Reason({ bill_date })).toContain('<return_msg>Bill Creating</return_msg>');
    expect((await offer(`bill_date=${date}`)).json['code']).toBe('STATEMENT_CREATING');
    await advanceToTomorrow(11);
    expect((await offer(`bill_date=${date}`)).status).toBe(200);
    expect((await offer(`bill_date=${await day(-1)}`)).json['code']).toBe('NO_STATEMENT_EXIST');
    expect(await v2Reason({ bill_date, bill_type: 'RECHARGE_REFUND' })).toBe(none);
    await merchant.control('/_sim/clock', { advanceSeconds: 100 * DAY });
    expect(await v2Reason({ bill_date })).toBe(none);
  });

  it.each<[Fields, string]>([
    [{ bill_date: '' }, 'missing parameter'],
    [{ bill_date: '20260230' }, 'data format error'],
    [{ bill_date: '2026-02-03' }, 'data format error'],
    [{ bill_date: '20260203', bill_type: 'OTHER' }, 'invalid bill_type'],
    [{ bill_date: '20260203', sign: '0'.repeat(32) }, 'SIGN ERROR'],
  ])('V2 says why: %j', async (fields, reason) => {
    expect(await v2Reason(fields)).toContain(`<return_msg>${reason}</return_msg>`);
  });

  it.each([
    ['bill_date=20260203', 400, 'PARAM_ERROR'],
    ['bill_date=2026-02-30', 400, 'PARAM_ERROR'],
    ['bill_type=ALL', 400, 'PARAM_ERROR'],
    ['bill_date=2026-02-03&bill_type=OTHER', 400, 'PARAM_ERROR'],
    ['bill_date=2026-02-03&bill_type=ALL_SPECIAL', 403, 'NO_AUTH'],
  ])('V3 says why: %s', async (query, status, code) => {
    expect(await offer(query)).toMatchObject({ status, json: { code } });
  });

  it('is one whose address is five minutes old, or somebody else’s', async () => {
    await trade();
    const { date } = await merchant.control('/_sim/bills', { date: await day() });
    const { download_url } = (await offer(`bill_date=${date}`)).json;
    const { dir } = await merchant.control('/_sim/merchants', {});
    const env = parseEnv(await readFile(join(dir, 'merchant.env'), 'utf8')) as Fields;
    expect((await fetchBill(download_url, await V3Merchant.of(merchant, env))).status).toBe(403);
    await merchant.control('/_sim/clock', { advanceSeconds: 295 });
    expect((await fetchBill(download_url)).status).toBe(200);
    await merchant.control('/_sim/clock', { advanceSeconds: 6 });
    const late = await fetchBill(download_url);
    expect([late.status, JSON.parse(late.bytes.toString())['code']]).toEqual([400, 'INVALID_REQUEST']);
    expect((await fetchBill(`${merchant.simulator.tlsUrl}/v3/billdownload/file?token=x`)).status).toBe(400);
  });

  it('can be ordered as a fault, like a wrong hash or a foreign host', async () => {
    await trade();
    const { date } = await merchant.control('/_sim/bills', { date: await day() });
    const path = '/v3/bill/tradebill';
    await merchant.control('/_sim/faults', [
      { path, fault: 'STATEMENT_CREATING', count: 1 },
      { path: '/pay/downloadbill', fault: 'SYSTEMERROR', count: 1 },
      { path, fault: 'wrongHash', count: 1 },
      { path, fault: 'foreignHost', count: 1 },
    ]);
    expect((await offer(`bill_date=${date}`)).json['code']).toBe('STATEMENT_CREATING');
    expect(await v2Reason({ bill_date: date.replaceAll('-', '') })).toContain('<error_code>20003<');
    const wrong = (await offer(`bill_date=${date}`)).json;
    expect(sha1((await fetchBill(wrong['download_url'])).bytes)).not.toBe(wrong['hash_value']);
    const foreign = (await offer(`bill_date=${date}`)).json;
    expect(new URL(foreign['download_url']).host).toBe('bills.invalid');
  });
});

describe('the fund flow bill', () => {
  it('says what came in, what went out and what is left', async () => {
    await trade();
    const { date } = await merchant.control('/_sim/bills', { date: await day() });
    const { text, bytes, headers } = await downloadFundFlow({ bill_date: date.replaceAll('-', '') });
    expect(headers['digest']).toBe(`SHA=${sha1(bytes)}`);
    const lines = text.slice(1).split('\r\n');
    expect([lines[0], lines[6]]).toEqual([FUND_FLOW, '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额']);
    const cells = lines.slice(1, 6).map((line) => line.slice(1).split(',`'));
    expect(cells.map((row) => [row[3], row[5], row[6], row[7]])).toEqual([
      ['交易', '收入', '9.00', '9.00'],
      ['扣除交易手续费', '支出', '0.05', '8.95'],
      ['退款', '支出', '4.47', '4.48'],
      ['交易', '收入', '1.00', '5.48'],
      ['扣除交易手续费', '支出', '0.01', '5.47'],
    ]);
    expect(lines[7]).toBe('`5.0,`2.0,`10.0,`3.0,`4.53');
    const byV3 = (await offer(`bill_date=${date}`, 'fundflowbill')).json;
    expect(byV3['hash_value']).toBe(sha1(bytes));
    expect((await fetchBill(byV3['download_url'])).bytes.toString()).toBe(text);
  });

  it('wants the certificate and HMAC-SHA256', async () => {
    expect((await downloadFundFlow({ bill_date: '20260203' }, false)).text).toContain(
      'No required SSL certificate',
    );
    expect((await downloadFundFlow({ bill_date: '20260203', sign_type: 'MD5' })).text).toContain(
      '<err_code>PARAM_ERROR</err_code>',
    );
    expect((await downloadFundFlow({ bill_date: '20260203' })).text).toContain(
      '<err_code>NO_BILL_EXIST</err_code>',
    );
    expect((await offer('bill_date=2026-02-03&account_type=FEES', 'fundflowbill')).json['code']).toBe(
      'NO_STATEMENT_EXIST',
    );
  });
});
