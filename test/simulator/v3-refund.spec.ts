import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Rsa } from 'wechatpay-axios-plugin';
import { TestMerchant, type Json } from './test-merchant.js';
import { V3Merchant } from './v3-merchant.js';

let merchant: TestMerchant;
let v3: V3Merchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
  v3 = await V3Merchant.of(merchant);
});
afterEach(async () => {
  await merchant.control('/_sim/settings', {
    refundSeconds: 1,
    refundResult: 'SUCCESS',
    refundIntervalSeconds: 60,
  });
});
afterAll(() => merchant.close());

const query = async (request: Json): Promise<Json> =>
  (await v3.call('GET', `/v3/refund/domestic/refunds/${request['out_refund_no']}`)).json;
const newsOf = async (request: Json, attempts = 1): Promise<{ event: Json; resource: Json }> => {
  const notification = await merchant.notification(request['out_trade_no'], attempts, 'refund');
  expect(v3.isSigned(notification['attempts'][0].signature, notification['body'])).toBe(true);
  return v3.open({ body: notification['body'] });
};

const amount = (refund: number, total = 100): Json => ({
  amount: { refund, total, currency: 'CNY' },
});
const application = (request: Json, key = v3.publicKeyId): Json => ({
  out_refund_no: request['out_refund_no'],
  type: 'USER_BANK_CARD',
  bank_type: 'ICBC_DEBIT',
  bank_account: Rsa.encrypt('6222020000000000', v3.keys[key] ?? ''),
  real_name: Rsa.encrypt('张三', v3.keys[key] ?? ''),
});
const abnormal = async (): Promise<{ request: Json; url: string }> => {
  await merchant.control('/_sim/settings', { refundResult: 'ABNORMAL' });
  const request = await v3.paid();
  const { json } = await v3.refund(request);
  await merchant.control('/_sim/clock', { advanceSeconds: 1 });
  return { request, url: `/v3/refund/domestic/refunds/${json['refund_id']}/apply-abnormal-refund` };
};

describe('a refund', () => {
  it('is accepted once, then succeeds, and the merchant is told', async () => {
    const request = await v3.paid({ reason: '不要了' });
    const { status, json } = await v3.refund(request);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      refund_id: expect.stringMatching(/^5030000123/),
      out_refund_no: request['out_refund_no'],
      out_trade_no: request['out_trade_no'],
      channel: 'ORIGINAL',
      user_received_account: '支付用户零钱',
      create_time: expect.stringMatching(/\+08:00$/),
      status: 'PROCESSING',
      funds_account: 'UNSETTLED',
      amount: {
        total: 100,
        refund: 100,
        payer_total: 100,
        payer_refund: 100,
        settlement_refund: 100,
        settlement_total: 100,
        discount_refund: 0,
        currency: 'CNY',
      },
    });
    expect(json['success_time']).toBeUndefined();
    expect((await v3.refund(request)).json['refund_id']).toBe(json['refund_id']);
    expect((await v3.query(request['out_trade_no'])).json['trade_state']).toBe('REFUND');

    await merchant.control('/_sim/clock', { advanceSeconds: 1 });
    expect(await query(request)).toMatchObject({ status: 'SUCCESS', success_time: expect.any(String) });
    const { event, resource } = await newsOf(request);
    expect(event).toMatchObject({
      event_type: 'REFUND.SUCCESS',
      summary: '退款成功',
      resource: { original_type: 'refund' },
    });
    expect(resource).toEqual({
      mchid: v3.mchId,
      transaction_id: json['transaction_id'],
      out_trade_no: request['out_trade_no'],
      refund_id: json['refund_id'],
      out_refund_no: request['out_refund_no'],
      refund_status: 'SUCCESS',
      success_time: expect.stringMatching(/\+08:00$/),
      user_received_account: '支付用户零钱',
      amount: { total: 100, refund: 100, payer_total: 100, payer_refund: 100 },
    });
  });

  it.each([
    ['ABNORMAL', 'CHANGE', '退款异常'],
    ['CLOSED', 'REFUNDCLOSE', '退款关闭'],
  ])('can become %s', async (status, v2Status, summary) => {
    await merchant.control('/_sim/settings', { refundResult: v2Status });
    const request = await v3.paid();
    await v3.refund(request);
    await merchant.control('/_sim/clock', { advanceSeconds: 1 });
    expect(await query(request)).toMatchObject({ status });
    const { event, resource } = await newsOf(request);
    expect(event).toMatchObject({ event_type: `REFUND.${status}`, summary });
    expect(resource['refund_status']).toBe(status);
    expect(resource['success_time']).toBeUndefined();
  });

  it('may have a number that must be escaped', async () => {
    const out_refund_no = `${Date.now()}`.padEnd(64, '|*@');
    const request = await v3.paid({ out_refund_no });
    expect((await v3.refund(request)).status).toBe(200);
    const url = `/v3/refund/domestic/refunds/${out_refund_no.replaceAll('|', '%7C').replaceAll('*', '%2A').replaceAll('@', '%40')}`;
    expect((await v3.call('GET', url)).json).toMatchObject({ out_refund_no });
  });

  it('asked for by V2 of a V3 order is one refund, told in V2', async () => {
    const request = await v3.paid();
    const { out_trade_no, out_refund_no, notify_url } = request as Record<string, string>;
    const fields = { out_trade_no, out_refund_no, notify_url, total_fee: '100', refund_fee: '100' };
    const answer = await merchant.call('/secapi/pay/refund', fields as Record<string, string>, {
      certificate: true,
    });
    expect(answer['result_code']).toBe('SUCCESS');
    expect((await v3.refund(request)).json['refund_id']).toBe(answer['refund_id']);
    await merchant.control('/_sim/clock', { advanceSeconds: 1 });
    const { body } = await merchant.notification(request['out_trade_no'], 1, 'refund');
    expect(body).toMatch(/^<xml>/);
  });

  it.each<[string, Json, number, string]>([
    ['more than was paid', amount(101), 400, 'INVALID_REQUEST'],
    ['another total', amount(100, 99), 400, 'INVALID_REQUEST'],
    ['nothing', amount(0), 400, 'PARAM_ERROR'],
    ['without a currency', { amount: { refund: 1, total: 100 } }, 400, 'PARAM_ERROR'],
    ['of no order', { out_trade_no: undefined }, 400, 'PARAM_ERROR'],
    ['of an unknown order', { out_trade_no: 'NEVER123' }, 404, 'RESOURCE_NOT_EXISTS'],
    ['with an emoji', { reason: '🧦' }, 400, 'PARAM_ERROR'],
    ['from an empty account', { funds_account: 'AVAILABLE' }, 403, 'NOT_ENOUGH'],
  ])('of %s is refused', async (_what, changes, status, code) => {
    expect(await v3.refund(await v3.paid(changes))).toMatchObject({ status, json: { code } });
  });

  it('with other parameters, too soon or unpaid is refused', async () => {
    const request = await v3.paid(amount(10));
    await v3.refund(request);
    expect(await v3.refund({ ...request, ...amount(11) })).toMatchObject({
      status: 400,
      json: { code: 'INVALID_REQUEST' },
    });
    expect(await v3.refund({ ...request, out_refund_no: `${request['out_refund_no']}-2` })).toMatchObject({
      status: 429,
      json: { code: 'FREQUENCY_LIMITED' },
    });
    const { outTradeNo } = await v3.prepay();
    const unpaid = { ...request, out_trade_no: outTradeNo, out_refund_no: 'UNPAID' };
    expect(await v3.refund(unpaid)).toMatchObject({ status: 404, json: { code: 'RESOURCE_NOT_EXISTS' } });
    const unknown = await v3.call('GET', '/v3/refund/domestic/refunds/UNPAID');
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'RESOURCE_NOT_EXISTS']);
  });
});

describe('an abnormal refund', () => {
  it('goes to a bank card', async () => {
    const { request, url } = await abnormal();
    const { status, json } = await v3.call('POST', url, application(request));
    expect([status, json['status'], json['channel']]).toEqual([200, 'PROCESSING', 'OTHER_BANKCARD']);
    await merchant.control('/_sim/clock', { advanceSeconds: 1 });
    expect(await query(request)).toMatchObject({ status: 'SUCCESS' });
    const again = await v3.call('POST', url, application(request));
    expect([again.status, again.json['code']]).toEqual([400, 'INVALID_REQUEST']);
  });

  it('needs the card encrypted with the key the request names', async () => {
    const { request, url } = await abnormal();
    const wrongKey = await v3.call('POST', url, application(request, v3.platformSerial));
    expect(wrongKey).toMatchObject({ status: 400, json: { message: '平台证书序列号Wechatpay-Serial错误' } });
    const plain = await v3.call('POST', url, { ...application(request), real_name: '张三' });
    expect(plain.json['code']).toBe('PARAM_ERROR');
    const none = await v3.call('POST', url, { ...application(request), bank_account: undefined });
    expect(none.json['detail'].field).toBe('/bank_account');
    const named = { headers: { 'wechatpay-serial': v3.platformSerial } };
    expect((await v3.call('POST', url, application(request), named)).status).toBe(400);
    expect(await query(request)).toMatchObject({ status: 'ABNORMAL' });
    expect((await v3.call('POST', url, application(request, v3.platformSerial), named)).status).toBe(200);
  });
});
