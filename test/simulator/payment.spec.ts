import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Hash } from 'wechatpay-axios-plugin';
import { SUCCESS, TestMerchant, type Fields } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

const query = (outTradeNo: string): Promise<Fields> =>
  merchant.call('/pay/orderquery', { out_trade_no: outTradeNo });
const key = (): string => merchant.env['WXPAY_API_KEY'] ?? '';

function jsapiParams(
  prepayId: string,
  changes: Fields = {},
  signType: 'MD5' | 'HMAC-SHA256' = 'MD5',
): Fields {
  const params = {
    appId: merchant.env['WXPAY_APP_ID'] ?? '',
    timeStamp: '1795267000',
    nonceStr: 'abc',
    package: `prepay_id=${prepayId}`,
    signType,
  };
  return { ...params, paySign: Hash.sign(signType, params, key()), ...changes };
}

describe('paying', () => {
  it('makes the order SUCCESS with every field, and tells the merchant the same', async () => {
    const { prepayId, outTradeNo, fields } = await merchant.prepay({ attach: '袜子', device_info: 'WEB' });
    const paid = await merchant.control('/_sim/pay', { prepayId, payParams: jsapiParams(prepayId) });
    expect(paid).toMatchObject({ httpStatus: 200, outTradeNo, tradeState: 'SUCCESS', totalFen: 100 });

    const answer = await query(outTradeNo);
    expect(answer).toMatchObject({
      trade_state: 'SUCCESS',
      openid: fields['openid'],
      is_subscribe: 'N',
      trade_type: 'JSAPI',
      bank_type: 'OTHERS',
      total_fee: '100',
      settlement_total_fee: '100',
      cash_fee: '100',
      fee_type: 'CNY',
      attach: '袜子',
      transaction_id: expect.stringMatching(/^4200001234\d{18}$/),
      time_end: expect.stringMatching(/^20\d{12}$/),
    });
    const byWeChatsNumber = await merchant.call('/pay/orderquery', { transaction_id: paid['transactionId'] });
    expect(byWeChatsNumber['out_trade_no']).toBe(outTradeNo);

    const { attempts } = await merchant.notification(outTradeNo);
    expect(attempts).toMatchObject([
      { outcome: 'delivered', status: 200, answerBody: SUCCESS, resend: false },
    ]);
    const [received] = merchant.received.filter((each) => each.fields['out_trade_no'] === outTradeNo);
    expect(received?.headers).toMatchObject({ 'content-type': 'text/xml', 'user-agent': 'Mozilla/4.0' });
    expect(received?.body).toBe(attempts[0].requestBody);
    const { trade_state: _, trade_state_desc: __, nonce_str: ___, sign: ____, ...facts } = answer;
    expect(received?.fields).toMatchObject(facts);
    expect(merchant.isSigned(received?.fields ?? {})).toBe(true);
  });

  it('signs the notification like the order was signed', async () => {
    const { prepayId, outTradeNo } = await merchant.prepay({ sign_type: 'HMAC-SHA256' });
    const payParams = jsapiParams(prepayId, {}, 'HMAC-SHA256');
    await merchant.control('/_sim/pay', { payParams });
    await merchant.notification(outTradeNo);
    const received = merchant.received.find((each) => each.fields['out_trade_no'] === outTradeNo);
    expect(received?.fields['sign_type']).toBe('HMAC-SHA256');
    expect(merchant.isSigned(received?.fields ?? {}, 'HMAC-SHA256')).toBe(true);
  });

  it('refuses client parameters that WeChat would refuse', async () => {
    const { prepayId } = await merchant.prepay();
    const other = await merchant.prepay();
    const reason = async (payParams: object): Promise<string> => {
      const answer = await merchant.control('/_sim/pay', { prepayId, payParams });
      expect(answer).toMatchObject({ httpStatus: 400, field: 'payParams' });
      return answer['message'];
    };
    expect(await reason(jsapiParams(prepayId, { paySign: '0'.repeat(32) }))).toContain('paySign is wrong');
    expect(await reason(jsapiParams(prepayId, { nonceStr: 'changed' }))).toContain('paySign is wrong');
    expect(await reason(jsapiParams(prepayId, { appId: 'wx1' }))).toContain('appId');
    expect(await reason(jsapiParams(other.prepayId))).toContain('package');
    expect(await reason(jsapiParams(prepayId, {}, 'HMAC-SHA256'))).toContain('signType');
    expect(await reason({ ...jsapiParams(prepayId), timeStamp: 1_795_267_000 })).toContain('timeStamp');
  });

  it('checks the APP signature', async () => {
    const appid = merchant.env['WXPAY_APP_APP_ID'] ?? '';
    const { prepayId, outTradeNo } = await merchant.prepay({ trade_type: 'APP', appid, openid: '' });
    const params = {
      appid,
      partnerid: merchant.env['WXPAY_MCH_ID'] ?? '',
      prepayid: prepayId,
      package: 'Sign=WXPay',
      noncestr: 'abc',
      timestamp: '1795267000',
    };
    const wrong = await merchant.control('/_sim/pay', { payParams: { ...params, sign: 'X' } });
    expect(wrong).toMatchObject({ httpStatus: 400, message: expect.stringContaining('sign is wrong') });
    const sign = Hash.sign('MD5', params, key());
    expect(await merchant.control('/_sim/pay', { payParams: { ...params, sign } })).toMatchObject({
      outTradeNo,
    });
  });

  it('works by QR code and by H5 page', async () => {
    const native = await merchant.call(
      '/pay/unifiedorder',
      await merchant.order({ trade_type: 'NATIVE', product_id: '1', openid: '' }),
    );
    const byCode = await merchant.control('/_sim/pay', { codeUrl: native['code_url'], openid: 'oSomebody' });
    expect(byCode).toMatchObject({ tradeState: 'SUCCESS', openid: 'oSomebody' });

    const scene_info = '{"h5_info":{"type":"Wap"}}';
    const page = await merchant.order({ trade_type: 'MWEB', scene_info, openid: '' });
    const { mweb_url } = await merchant.call('/pay/unifiedorder', page);
    const byPage = await merchant.control('/_sim/pay', {
      h5Url: `${mweb_url}&redirect_url=https%3A%2F%2Fa.example`,
    });
    expect(byPage).toMatchObject({ tradeState: 'SUCCESS', openid: expect.stringMatching(/^o/) });
  });

  it('that fails leaves the order unpaid and says nothing', async () => {
    const { prepayId, outTradeNo } = await merchant.prepay();
    const failed = await merchant.control('/_sim/pay', { prepayId, result: 'PAYERROR' });
    expect(failed).toMatchObject({ httpStatus: 200, tradeState: 'NOTPAY' });
    expect((await merchant.control(`/_sim/notifications?outTradeNo=${outTradeNo}`))['items']).toEqual([]);
  });

  it('twice, or after closing, is refused; force makes a late payment', async () => {
    const { outTradeNo } = await merchant.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    expect(await merchant.control('/_sim/pay', { outTradeNo })).toMatchObject({
      httpStatus: 409,
      code: 'ORDERPAID',
    });

    const closed = await merchant.prepay();
    await merchant.call('/pay/closeorder', { out_trade_no: closed.outTradeNo });
    const refused = await merchant.control('/_sim/pay', { outTradeNo: closed.outTradeNo });
    expect(refused).toMatchObject({ httpStatus: 409, code: 'ORDERCLOSED' });
    const late = await merchant.control('/_sim/pay', { outTradeNo: closed.outTradeNo, force: true });
    expect(late).toMatchObject({ tradeState: 'SUCCESS' });
  });

  it('can be of another amount, currency or by coupon', async () => {
    const { outTradeNo } = await merchant.prepay();
    await merchant.control('/_sim/pay', { outTradeNo, totalFen: 99, feeType: 'HKD', couponFee: 10 });
    expect(await query(outTradeNo)).toMatchObject({
      total_fee: '99',
      settlement_total_fee: '89',
      cash_fee: '89',
      fee_type: 'HKD',
      coupon_fee: '10',
      coupon_count: '1',
      coupon_type_0: 'NO_CASH',
      coupon_fee_0: '10',
    });
  });

  it('names the field of bad input', async () => {
    const { httpStatus, field } = await merchant.control('/_sim/pay', { prepayId: 7 });
    expect([httpStatus, field]).toEqual([400, 'prepayId']);
    expect(await merchant.control('/_sim/pay', { totalfen: 1 })).toMatchObject({
      httpStatus: 400,
      field: 'totalfen',
    });
    expect(await merchant.control('/_sim/pay', {})).toMatchObject({ httpStatus: 400, field: 'prepayId' });
    expect(await merchant.control('/_sim/pay', { outTradeNo: 'NONE' })).toMatchObject({ httpStatus: 404 });
  });
});
