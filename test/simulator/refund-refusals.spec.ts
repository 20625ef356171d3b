import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { paidRequest } from './paid-request.js';
import { TestMerchant, type Fields, type Json } from './test-merchant.js';

const DAY = 86_400;

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
beforeEach(() => merchant.control('/_sim/settings', { refundSeconds: null, refundIntervalSeconds: 0 }));
afterAll(() => merchant.close());

const advance = (advanceSeconds: number): Promise<Json> =>
  merchant.control('/_sim/clock', { advanceSeconds });
const refund = (fields: Fields): Promise<Fields> =>
  merchant.call('/secapi/pay/refund', fields, { certificate: true });
const paid = (changes?: Fields): Promise<Fields> => paidRequest(merchant, changes);
const refundQuery = (fields: Fields): Promise<Fields> => merchant.call('/pay/refundquery', fields);

describe('WeChat refuses a refund', () => {
  it.each<[string, Fields, string]>([
    ['without a number', { out_refund_no: '' }, 'LACK_PARAMS'],
    ['without an order', { out_trade_no: '' }, 'LACK_PARAMS'],
    ['without an amount', { refund_fee: '' }, 'LACK_PARAMS'],
    ['of yuan', { refund_fee: '0.40' }, 'PARAM_ERROR'],
    ['of an odd number', { out_refund_no: 'R 1' }, 'PARAM_ERROR'],
    ['from an odd account', { refund_account: 'MINE' }, 'PARAM_ERROR'],
    ['with a query in notify_url', { notify_url: 'https://a.example/?b' }, 'PARAM_ERROR'],
    ['of an order that never came', { out_trade_no: 'NEVER123' }, 'ORDERNOTEXIST'],
    ['of a payment that never came', { transaction_id: '42' }, 'INVALID_TRANSACTIONID'],
    ['of more than was paid', { refund_fee: '101' }, 'ERROR'],
  ])('%s', async (_what, changes, code) => {
    expect(await refund(await paid(changes))).toMatchObject({ result_code: 'FAIL', err_code: code });
  });

  it('of an unpaid order', async () => {
    const { outTradeNo } = await merchant.prepay();
    const request = await paid({ out_trade_no: outTradeNo });
    expect(await refund(request)).toMatchObject({ err_code: 'ERROR', err_code_des: '订单未支付，不能退款' });
  });

  it('that together is more than was paid', async () => {
    const request = await paid({ refund_fee: '60' });
    expect((await refund(request))['result_code']).toBe('SUCCESS');
    const second = await refund({ ...request, out_refund_no: 'SECOND', refund_fee: '41' });
    expect(second).toMatchObject({ err_code: 'ERROR', err_code_des: '累计退款金额大于支付金额' });
  });

  it('within a minute of another, after a year, and the 51st', async () => {
    await merchant.control('/_sim/settings', { refundIntervalSeconds: 60 });
    const request = await paid({ refund_fee: '1' });
    const next = (number: number): Promise<Fields> => refund({ ...request, out_refund_no: `PART${number}` });
    expect((await next(1))['result_code']).toBe('SUCCESS');
    expect((await next(2))['err_code']).toBe('FREQUENCY_LIMITED');
    await advance(60);
    expect((await next(2))['result_code']).toBe('SUCCESS');
    await merchant.control('/_sim/settings', { refundIntervalSeconds: 0 });
    for (let number = 3; number <= 50; number += 1)
      expect((await next(number))['result_code']).toBe('SUCCESS');
    expect(await next(51)).toMatchObject({
      err_code: 'ERROR',
      err_code_des: expect.stringContaining('50次'),
    });
    const page = await refundQuery({ out_trade_no: request['out_trade_no'] ?? '', offset: '45' });
    expect(page).toMatchObject({ total_refund_count: '50', refund_count: '5', out_refund_no_4: 'PART50' });
    await advance(366 * DAY);
    expect((await refund(await paid({ ...request, out_refund_no: 'LATE' })))['err_code']).toBe(
      'TRADE_OVERDUE',
    );
  });

  it('that the balance does not cover, until it does', async () => {
    const request = await paid();
    await merchant.control('/_sim/balance', { unsettledFen: 99 });
    expect((await refund(request))['err_code']).toBe('NOTENOUGH');
    const fromRecharge = { ...request, refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS' };
    expect((await refund(fromRecharge))['err_code']).toBe('NOTENOUGH');
    await merchant.control('/_sim/balance', { rechargeFen: 100 });
    expect((await refund(fromRecharge))['result_code']).toBe('SUCCESS');
    expect(await merchant.control('/_sim/balance')).toMatchObject({ unsettledFen: 99, rechargeFen: 0 });
  });

  it('by any code somebody ordered', async () => {
    const request = await paid();
    for (const fault of ['BIZERR_NEED_RETRY', 'USER_ACCOUNT_ABNORMAL']) {
      await merchant.control('/_sim/faults', { path: '/secapi/pay/refund', fault, count: 1 });
      expect((await refund(request))['err_code']).toBe(fault);
    }
    expect((await refund(request))['result_code']).toBe('SUCCESS');
  });
});
