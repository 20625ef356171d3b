import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDecipheriv, createHash } from 'node:crypto';
import { Transformer } from 'wechatpay-axios-plugin';
import { paidRequest } from './paid-request.js';
import { FAIL, SUCCESS, TestMerchant, type Fields, type Json } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
beforeEach(async () => {
  merchant.reply = { status: 200, body: SUCCESS };
  await merchant.control('/_sim/settings', {
    refundSeconds: null,
    refundIntervalSeconds: 0,
    refundResult: 'SUCCESS',
  });
});
afterAll(() => merchant.close());

const advance = (advanceSeconds: number): Promise<Json> =>
  merchant.control('/_sim/clock', { advanceSeconds });
const refund = (fields: Fields): Promise<Fields> =>
  merchant.call('/secapi/pay/refund', fields, { certificate: true });
const paid = (changes?: Fields, payment?: object): Promise<Fields> => paidRequest(merchant, changes, payment);
const refundQuery = (fields: Fields): Promise<Fields> => merchant.call('/pay/refundquery', fields);

/** Opens req_info without the library: key = lower-case hex MD5 of the API key, PKCS#7 checked. */
function open(reqInfo: string): Fields {
  const key = createHash('md5')
    .update(merchant.env['WXPAY_API_KEY'] ?? '')
    .digest('hex');
  const cipher = createDecipheriv('aes-256-ecb', key, null);
  const text = Buffer.concat([cipher.update(reqInfo, 'base64'), cipher.final()]).toString();
  expect(text).toMatch(/^<root>.*<\/root>$/s);
  return Transformer.toObject(text) as Fields;
}

describe('a refund', () => {
  it('is accepted, takes its time, is told and can be asked for', async () => {
    await merchant.control('/_sim/settings', { refundSeconds: 30 });
    const request = await paid({ refund_fee: '40', refund_desc: '缺货' });
    const accepted = await refund(request);
    expect(accepted).toMatchObject({
      result_code: 'SUCCESS',
      out_trade_no: request['out_trade_no'],
      out_refund_no: request['out_refund_no'],
      refund_id: expect.stringMatching(/^5030000123\d{19}$/),
      refund_fee: '40',
      settlement_refund_fee: '40',
      total_fee: '100',
      cash_fee: '100',
      cash_refund_fee: '40',
      coupon_refund_count: '0',
    });
    const ask = { out_refund_no: request['out_refund_no'] ?? '' };
    expect(await refundQuery(ask)).toMatchObject({ refund_status_0: 'PROCESSING', refund_fee_0: '40' });
    const order = await merchant.call('/pay/orderquery', { out_trade_no: request['out_trade_no'] ?? '' });
    expect(order['trade_state']).toBe('REFUND');

    await advance(30);
    expect(await refundQuery(ask)).toMatchObject({
      total_refund_count: '1',
      refund_count: '1',
      refund_status_0: 'SUCCESS',
      refund_channel_0: 'ORIGINAL',
      refund_recv_accout_0: '支付用户零钱',
      refund_success_time_0: expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    const { attempts } = await merchant.notification(request['out_trade_no'] ?? '', 1, 'refund');
    expect(attempts).toMatchObject([{ outcome: 'delivered' }]);
    const { sign, req_info: reqInfo, ...outer } = merchant.received.at(-1)?.fields ?? {};
    expect(sign).toBeUndefined();
    expect(outer).toMatchObject({ return_code: 'SUCCESS', mch_id: merchant.env['WXPAY_MCH_ID'] });
    expect(open(reqInfo ?? '')).toMatchObject({
      out_refund_no: request['out_refund_no'],
      refund_id: accepted['refund_id'],
      refund_status: 'SUCCESS',
      refund_fee: '40',
      refund_request_source: 'API',
    });
  });

  it('of the same number happens once', async () => {
    const request = await paid({ refund_fee: '40' });
    const first = await refund(request);
    expect((await refund(request))['refund_id']).toBe(first['refund_id']);
    const mismatch = { err_code: 'REFUND_FEE_MISMATCH' };
    expect(await refund({ ...request, refund_fee: '41' })).toMatchObject(mismatch);
    expect(await refund({ ...request, out_refund_no: 'ANOTHER', total_fee: '99' })).toMatchObject(mismatch);
    const { items } = await merchant.control(`/_sim/refunds?outTradeNo=${request['out_trade_no']}`);
    expect(items).toMatchObject([{ refundFen: 40, status: 'PROCESSING' }]);
  });

  it('can end otherwise', async () => {
    const request = await paid();
    const { refund_id: id } = await refund(request);
    expect(await merchant.control(`/_sim/refunds/${id}`, { status: 'DONE' })).toMatchObject({
      httpStatus: 400,
    });
    expect(await merchant.control(`/_sim/refunds/${id}`, { status: 'ABNORMAL' })).toMatchObject({
      status: 'CHANGE',
    });
    expect((await refundQuery({ refund_id: id ?? '' }))['refund_status_0']).toBe('CHANGE');
    await merchant.control(`/_sim/refunds/${request['out_refund_no']}`, { status: 'REFUNDCLOSE' });
    expect(await merchant.control(`/_sim/refunds/${id}`, { status: 'SUCCESS' })).toMatchObject({
      httpStatus: 409,
    });
    const { items } = await merchant.control(
      `/_sim/notifications?outTradeNo=${request['out_trade_no']}&kind=refund`,
    );
    expect(items).toHaveLength(2);
    // The money is there again.
    expect(await refund({ ...request, out_refund_no: 'AFTERWARDS' })).toMatchObject({
      result_code: 'SUCCESS',
    });
  });

  it('gives coupon and cash back in proportion, to the last fen', async () => {
    const request = await paid({ refund_fee: '33' }, { couponFee: 10, couponType: 'NO_CASH' });
    expect(await refund(request)).toMatchObject({
      settlement_total_fee: '90',
      cash_fee: '90',
      coupon_refund_fee: '3',
      coupon_type_0: 'NO_CASH',
      cash_refund_fee: '30',
      settlement_refund_fee: '30',
    });
    const rest = await refund({ ...request, out_refund_no: 'REST', refund_fee: '67' });
    expect(rest).toMatchObject({
      coupon_refund_fee: '7',
      cash_refund_fee: '60',
      settlement_refund_fee: '60',
    });
  });
});

describe('refundquery', () => {
  it('knows nothing of what never was', async () => {
    expect((await refundQuery({ out_refund_no: 'NEVER' }))['err_code']).toBe('REFUNDNOTEXIST');
    const { out_trade_no = '' } = await paid();
    expect((await refundQuery({ out_trade_no }))['err_code']).toBe('REFUNDNOTEXIST');
    expect((await refundQuery({}))['err_code']).toBe('LACK_PARAMS');
    expect((await refundQuery({ transaction_id: '1' }))['err_code']).toBe('INVALID_TRANSACTIONID');
  });
});

describe('a refund in progress', () => {
  it('goes on after a restart, in the missed order after a jump', async () => {
    await merchant.control('/_sim/settings', { refundSeconds: 600 });
    const request = await paid();
    await refund(request);
    await merchant.restartSimulator();
    merchant.reply = { status: 500, body: FAIL };
    await advance(660);
    const told = await merchant.notification(request['out_trade_no'] ?? '', 4, 'refund');
    const { items } = await merchant.control(`/_sim/refunds?outRefundNo=${request['out_refund_no']}`);
    const after = (time: string): number => (Date.parse(time) - Date.parse(items[0].createdAt)) / 1000;
    expect(after(items[0].concludedAt)).toBe(600);
    expect(told['attempts'].map((each: Json) => after(each['at']))).toEqual([600, 615, 630, 660]);
  });
});

describe('a spoilt refund notification', () => {
  it('cannot be opened', async () => {
    await merchant.control('/_sim/faults', { path: 'notify', fault: 'badSignature', rate: 1 });
    const request = await paid();
    const { refund_id: id } = await refund(request);
    await merchant.control(`/_sim/refunds/${id}`, { status: 'SUCCESS' });
    await merchant.notification(request['out_trade_no'] ?? '', 1, 'refund');
    const reqInfo = merchant.received.at(-1)?.fields['req_info'] ?? '';
    expect(() => open(reqInfo)).toThrow();
  });
});
