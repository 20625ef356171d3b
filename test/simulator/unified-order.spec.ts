import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestMerchant, type Fields } from './test-merchant.js';

const long = (bytes: number): string => 'x'.repeat(bytes);
const inMinutes = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000 + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

describe('unifiedorder accepts', () => {
  it.each([
    ['JSAPI', {}, ['prepay_id']],
    ['APP', {}, ['prepay_id']],
    ['NATIVE', { product_id: '42' }, ['prepay_id', 'code_url']],
    [
      'MWEB',
      { scene_info: '{"h5_info":{"type":"Wap","wap_url":"https://a.example","wap_name":"a"}}' },
      ['prepay_id', 'mweb_url'],
    ],
  ])('%s', async (trade_type, extra, given) => {
    const appid = merchant.env[trade_type === 'APP' ? 'WXPAY_APP_APP_ID' : 'WXPAY_APP_ID'] ?? '';
    const openid: Fields = trade_type === 'JSAPI' ? {} : { openid: '' };
    const answer = await merchant.call(
      '/pay/unifiedorder',
      await merchant.order({ appid, trade_type, ...extra, ...openid }),
    );
    expect(answer).toMatchObject({ return_code: 'SUCCESS', result_code: 'SUCCESS', appid, trade_type });
    for (const name of given) expect(answer[name]).toMatch(/.{20,}/);
  });

  it('IPv6, attach, device_info, HMAC-SHA256', async () => {
    const fields = await merchant.order({
      spbill_create_ip: '2001:db8::1',
      attach: '订单 "1" & <2> ]]>',
      device_info: 'WEB',
      sign_type: 'HMAC-SHA256',
    });
    const answer = await merchant.call('/pay/unifiedorder', fields);
    expect(answer).toMatchObject({ result_code: 'SUCCESS', device_info: 'WEB' });
    expect(answer['sign']).toHaveLength(64);
    const query = await merchant.call('/pay/orderquery', { out_trade_no: fields['out_trade_no'] ?? '' });
    expect(query).toMatchObject({ trade_state: 'NOTPAY', attach: '订单 "1" & <2> ]]>' });
  });

  it('character references as PHP writes them', async () => {
    const fields = merchant.signed(await merchant.order({ body: '中&<' }));
    const xml = `<xml>${Object.entries(fields)
      .map(([name, value]) => `<${name}>${name === 'body' ? '&#20013;&#38;&#x3c;' : value}</${name}>`)
      .join('')}</xml>`;
    expect((await merchant.post('/pay/unifiedorder', xml)).text).toContain('prepay_id');
  });
});

describe('unifiedorder refuses', () => {
  it.each<[string, Fields, string]>([
    ['no body', { body: '' }, 'LACK_PARAMS'],
    ['no number', { out_trade_no: '' }, 'LACK_PARAMS'],
    ['no notify_url', { notify_url: '' }, 'LACK_PARAMS'],
    ['no address', { spbill_create_ip: '' }, 'LACK_PARAMS'],
    ['no trade type', { trade_type: '' }, 'LACK_PARAMS'],
    ['no amount', { total_fee: '' }, 'LACK_PARAMS'],
    ['JSAPI without openid', { openid: '' }, 'LACK_PARAMS'],
    ['NATIVE without product_id', { trade_type: 'NATIVE' }, 'LACK_PARAMS'],
    ['MWEB without scene_info', { trade_type: 'MWEB' }, 'LACK_PARAMS'],
    ['MWEB with half a scene_info', { trade_type: 'MWEB', scene_info: '{"h5_info":' }, 'PARAM_ERROR'],
    ['MWEB without h5_info', { trade_type: 'MWEB', scene_info: '{"store_info":{}}' }, 'PARAM_ERROR'],
    ['a number of 5', { out_trade_no: '12345' }, 'PARAM_ERROR'],
    ['a number of 33', { out_trade_no: long(33) }, 'PARAM_ERROR'],
    ['a number with a space', { out_trade_no: 'ORDER 123' }, 'PARAM_ERROR'],
    ['a body of 43 Chinese characters', { body: '袜'.repeat(43) }, 'PARAM_ERROR'],
    ['an attach of 128', { attach: long(128) }, 'PARAM_ERROR'],
    ['no money', { total_fee: '0' }, 'PARAM_ERROR'],
    ['less than no money', { total_fee: '-1' }, 'PARAM_ERROR'],
    ['yuan', { total_fee: '1.00' }, 'PARAM_ERROR'],
    ['dollars', { fee_type: 'USD' }, 'PARAM_ERROR'],
    ['an address that is none', { spbill_create_ip: '256.1.1.1' }, 'PARAM_ERROR'],
    ['a trade type that is none', { trade_type: 'H5' }, 'PARAM_ERROR'],
    ['a notify_url with a query', { notify_url: 'https://a.example/n?x=1' }, 'PARAM_ERROR'],
    ['a notify_url of another kind', { notify_url: 'ftp://a.example/n' }, 'PARAM_ERROR'],
    ['a notify_url of 257', { notify_url: `https://a.example/${long(239)}` }, 'PARAM_ERROR'],
    ['a month 13', { time_expire: '20261301000000' }, 'PARAM_ERROR'],
    ['30 February', { time_expire: '20270230000000' }, 'PARAM_ERROR'],
    ['an expiry in the past', { time_expire: inMinutes(-5) }, 'PARAM_ERROR'],
    ['an expiry within a minute', { time_start: inMinutes(0), time_expire: inMinutes(0.6) }, 'PARAM_ERROR'],
    ['an openid of nobody', { openid: 'oNobody' }, 'PARAM_ERROR'],
    ['an unknown app', { appid: 'wx0000000000000000' }, 'APPID_NOT_EXIST'],
  ])('%s', async (_what, changes, code) => {
    const answer = await merchant.call('/pay/unifiedorder', await merchant.order(changes));
    expect(answer).toMatchObject({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: code });
    expect(answer['err_code_des']).not.toBe('');
  });

  it('an openid of another app', async () => {
    const appid = merchant.env['WXPAY_APP_APP_ID'] ?? '';
    const answer = await merchant.call('/pay/unifiedorder', await merchant.order({ appid }));
    expect(answer).toMatchObject({ err_code: 'PARAM_ERROR', err_code_des: 'openid和appid不匹配' });
  });

  it('an app that is not bound to the merchant', async () => {
    const { apps } = await merchant.control('/_sim/merchants');
    const { appId } = apps.find((app: { mchIds: string[] }) => app.mchIds.length === 0);
    const answer = await merchant.call('/pay/unifiedorder', await merchant.order({ appid: appId }));
    expect(answer['err_code']).toBe('APPID_MCHID_NOT_MATCH');
  });
});

describe('an unauthentic request gets an unsigned FAIL', () => {
  it.each<[string, Fields, string]>([
    ['wrong signature', { sign: '0'.repeat(32) }, '签名错误'],
    ['no signature', { sign: '' }, '缺少参数sign'],
    ['no nonce', { nonce_str: '' }, '缺少参数nonce_str'],
    ['unknown merchant', { mch_id: '1000000000' }, 'MCHID不存在'],
    ['unknown sign type', { sign_type: 'SM3' }, '参数错误: sign_type'],
  ])('%s', async (_what, changes, message) => {
    const answer = await merchant.call('/pay/unifiedorder', await merchant.order(changes));
    expect(answer).toEqual({ return_code: 'FAIL', return_msg: message });
  });

  it.each([
    ['nothing', '', 'post数据为空'],
    ['half a document', '<xml><a>1</a>', 'XML格式错误'],
    ['a list', '<xml><a>1</a><a>2</a></xml>', 'XML格式错误'],
    ['a tree', '<xml><a><b>1</b></a></xml>', 'XML格式错误'],
    ['an entity', '<!DOCTYPE x [<!ENTITY e "boom">]><xml><a>&e;</a></xml>', 'XML格式错误'],
    ['JSON', '{"a":1}', 'XML格式错误'],
    ['a control character', '<xml><a><![CDATA[1\u0008]]></a></xml>', 'XML格式错误'],
    ['a reference to a control character', '<xml><a>1&#8;</a></xml>', 'XML格式错误'],
    ['what is no character', '<xml><a>1\uFFFE</a></xml>', 'XML格式错误'],
    [
      'GBK',
      Buffer.from([...Buffer.from('<xml><a>'), 0xd6, 0xd0, ...Buffer.from('</a></xml>')]),
      '编码格式错误',
    ],
  ])('%s', async (_what, body, message) => {
    const { status, text } = await merchant.post('/pay/unifiedorder', body);
    expect(status).toBe(200);
    expect(text).toBe(`<xml><return_code>FAIL</return_code><return_msg>${message}</return_msg></xml>`);
  });
});

describe('the same number again', () => {
  it('with the same parameters gives another prepay_id of the same order', async () => {
    const { fields, prepayId, outTradeNo } = await merchant.prepay();
    const again = await merchant.call('/pay/unifiedorder', fields);
    expect(again['prepay_id']).toMatch(/^wx\d{14}[0-9a-f]{20}$/);
    const { items } = await merchant.control(`/_sim/transactions?outTradeNo=${outTradeNo}`);
    expect(items).toHaveLength(1);
    expect(items[0].prepayIds).toEqual([prepayId, again['prepay_id']]);
    expect(items[0].timeline.map((entry: { result: string }) => entry.result)).toEqual([
      'SUCCESS',
      'SUCCESS',
    ]);
  });

  it('with another amount, or another sign type, is refused', async () => {
    const { fields } = await merchant.prepay();
    for (const change of [{ total_fee: '101' }, { sign_type: 'MD5' }]) {
      const answer = await merchant.call('/pay/unifiedorder', { ...fields, ...change });
      expect(answer).toMatchObject({ err_code: 'INVALID_REQUEST', err_code_des: '201 商户订单号重复' });
    }
  });

  it('is refused once it is paid or closed', async () => {
    const paid = await merchant.prepay();
    await merchant.control('/_sim/pay', { prepayId: paid.prepayId });
    expect((await merchant.call('/pay/unifiedorder', paid.fields))['err_code']).toBe('ORDERPAID');
    expect((await merchant.call('/pay/closeorder', { out_trade_no: paid.outTradeNo }))['err_code']).toBe(
      'ORDERPAID',
    );

    const closed = await merchant.prepay();
    expect((await merchant.call('/pay/closeorder', { out_trade_no: closed.outTradeNo }))['result_code']).toBe(
      'SUCCESS',
    );
    expect((await merchant.call('/pay/unifiedorder', closed.fields))['err_code']).toBe('ORDERCLOSED');
    expect((await merchant.call('/pay/closeorder', { out_trade_no: closed.outTradeNo }))['err_code']).toBe(
      'ORDERCLOSED',
    );
    expect((await merchant.call('/pay/orderquery', { out_trade_no: closed.outTradeNo }))['trade_state']).toBe(
      'CLOSED',
    );
  });
});

describe('orderquery and closeorder', () => {
  it('know nothing of an order that never came', async () => {
    for (const path of ['/pay/orderquery', '/pay/closeorder']) {
      expect((await merchant.call(path, { out_trade_no: 'NEVER123' }))['err_code']).toBe('ORDERNOTEXIST');
      expect((await merchant.call(path, {}))['err_code']).toBe('LACK_PARAMS');
    }
  });
});
