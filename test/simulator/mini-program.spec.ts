import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestMerchant, type Fields, type Json } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

async function post(path: string, body: unknown): Promise<Json> {
  const { text } = await merchant.post(path, typeof body === 'string' ? body : JSON.stringify(body));
  return JSON.parse(text) as Json;
}

function stable(more: object = {}): Promise<Json> {
  return post('/cgi-bin/stable_token', {
    grant_type: 'client_credential',
    appid: merchant.env['WXPAY_APP_ID'],
    secret: merchant.env['WXPAY_APP_SECRET'],
    ...more,
  });
}

async function call(path: string, body: unknown): Promise<Json> {
  const { access_token } = await stable();
  return post(`${path}?access_token=${String(access_token)}`, body);
}

const advance = (seconds: number): Promise<Json> =>
  merchant.control('/_sim/clock', { advanceSeconds: seconds });

describe('access tokens', () => {
  it('stable: the same until five minutes before its end; then both are good for five minutes', async () => {
    const first = await stable();
    expect(first).toEqual({ access_token: expect.any(String), expires_in: 7200 });
    expect(await stable()).toMatchObject({ access_token: first['access_token'] });
    await advance(7200 - 250);
    const second = await stable();
    expect(second['access_token']).not.toBe(first['access_token']);
    const list = '/cgi-bin/express/delivery/open_msg/get_delivery_list?access_token=';
    for (const { access_token } of [first, second])
      expect(await post(list + String(access_token), {})).toMatchObject({ errcode: 0 });
    await advance(251);
    expect(await post(list + String(first['access_token']), {})).toMatchObject({ errcode: 42001 });
    expect(await post(list, {})).toMatchObject({ errcode: 41001 });
    expect(await post(`${list}nonsense`, {})).toMatchObject({ errcode: 40001 });
  });

  it('forced: another at once, the old one is dead, and not again within 30 s', async () => {
    const { access_token: old } = await stable();
    const { access_token } = await stable({ force_refresh: true });
    expect(access_token).not.toBe(old);
    expect(await post(`/cgi-bin/message/subscribe/send?access_token=${String(old)}`, {})).toMatchObject({
      errcode: 40001,
    });
    expect(await stable({ force_refresh: true })).toMatchObject({ errcode: 45009 });
    await advance(31);
    expect(await stable({ force_refresh: true })).toMatchObject({ expires_in: 7200 });
  });

  it('plain tokens are of another kind: a new one each time, and the stable one goes on', async () => {
    const query = `grant_type=client_credential&appid=${merchant.env['WXPAY_APP_ID']}&secret=${merchant.env['WXPAY_APP_SECRET']}`;
    const { access_token } = await stable();
    const [one, two] = [
      await merchant.get(`/cgi-bin/token?${query}`),
      await merchant.get(`/cgi-bin/token?${query}`),
    ];
    expect(one['access_token']).not.toBe(two['access_token']);
    expect((await stable())['access_token']).toBe(access_token);
  });

  it.each<[object, number]>([
    [{ secret: 'wrong' }, 40125],
    [{ appid: 'wx0000000000000000' }, 40013],
    [{ grant_type: 'password' }, 40002],
  ])('%j → %i', async (wrong, errcode) => {
    expect(await stable(wrong)).toMatchObject({ errcode });
  });
});

describe('subscribe messages', () => {
  const path = '/cgi-bin/message/subscribe/send';
  let message: { touser: string; template_id: string; data: Record<string, { value: string }> };
  beforeAll(async () => {
    const { openid } = await merchant.control('/_sim/login-code', {});
    const { items } = await merchant.control('/_sim/templates');
    message = {
      touser: String(openid),
      template_id: items[0].id,
      data: {
        character_string1: { value: '20261121' },
        thing2: { value: '咖啡豆' },
        amount3: { value: '¥19.90' },
        time4: { value: '2026年11月21日 20:05' },
      },
    };
  });

  it('one for each tap', async () => {
    expect(await call(path, message)).toMatchObject({ errcode: 43101 });
    await merchant.control('/_sim/subscriptions', { openid: message.touser, times: 2 });
    for (let sent = 0; sent < 2; sent++)
      expect(await call(path, message)).toMatchObject({ errcode: 0, msgid: expect.any(Number) });
    expect(await call(path, message)).toMatchObject({ errcode: 43101 });
    expect((await merchant.control('/_sim/messages')).items).toHaveLength(2);
    await merchant.control('/_sim/subscriptions', { openid: message.touser, result: 'ban' });
    expect(await call(path, message)).toMatchObject({ errcode: 43107 });
  });

  const wrong = (keyword: string, value: string): object => ({
    data: { ...message.data, [keyword]: { value } },
  });
  it.each<[string, number, () => object]>([
    ['an unknown user', 40003, () => ({ touser: 'oNobody' })],
    ['an unknown template', 40037, () => ({ template_id: 'none' })],
    ['21 characters', 47003, () => wrong('thing2', '字'.repeat(21))],
    ['an empty value', 47003, () => wrong('thing2', '')],
    ['Chinese in a character_string', 47003, () => wrong('character_string1', '订单')],
    ['an amount in words', 47003, () => wrong('amount3', '十元')],
    ['a time of another form', 47003, () => wrong('time4', '2026-11-21')],
    ['a keyword it does not have', 47003, () => wrong('thing9', 'x')],
    ['a keyword less', 47003, () => ({ data: {} })],
    ['no data', 47001, () => ({ data: [] })],
  ])('%s → %i', async (_, errcode, change) => {
    expect(await call(path, { ...message, ...change() })).toMatchObject({ errcode });
  });
});

describe('shipping', () => {
  const path = '/wxa/sec/order/upload_shipping_info';
  const parcel = { tracking_no: 'YT1', express_company: 'YTO', item_desc: '咖啡豆' };
  let transactionId: string;
  let fields: Fields;
  let body: Json;

  async function paid(): Promise<void> {
    const prepaid = await merchant.prepay();
    fields = prepaid.fields;
    transactionId = String(
      (await merchant.control('/_sim/pay', { prepayId: prepaid.prepayId }))['transactionId'],
    );
    body = {
      order_key: { order_number_type: 2, transaction_id: transactionId },
      logistics_type: 1,
      delivery_mode: 1,
      shipping_list: [parcel],
      upload_time: '2026-11-21T20:05:00.120+08:00',
      payer: { openid: fields['openid'] },
    };
  }
  beforeAll(async () => {
    await merchant.control('/_sim/shipments', { ingestSeconds: 0 });
    await paid();
  });

  const list = (change: object): object => ({ shipping_list: [{ ...parcel, ...change }] });
  it.each<[number, () => object]>([
    [268485194, () => ({ order_key: { order_number_type: 3 } })],
    [268485195, () => ({ order_key: { order_number_type: 2 } })],
    [268485196, () => ({ order_key: { order_number_type: 1, out_trade_no: 'T' } })],
    [268485197, () => ({ order_key: { order_number_type: 1, mchid: merchant.env['WXPAY_MCH_ID'] } })],
    [10060001, () => ({ order_key: { order_number_type: 2, transaction_id: '42' } })],
    [10060005, () => ({ logistics_type: 9 })],
    [268485224, () => ({ delivery_mode: 3 })],
    [47001, () => ({ shipping_list: parcel })],
    [268485228, () => ({ shipping_list: [parcel, parcel] })],
    [10060006, () => ({ delivery_mode: 2, logistics_type: 2, is_all_delivered: true })],
    [10060007, () => ({ delivery_mode: 2 })],
    [
      10060024,
      () => ({
        delivery_mode: 2,
        is_all_delivered: true,
        shipping_list: Array.from({ length: 11 }, () => parcel),
      }),
    ],
    [10060008, () => list({ item_desc: '' })],
    [10060009, () => list({ item_desc: '字'.repeat(121) })],
    [268485226, () => list({ tracking_no: '' })],
    [268485227, () => list({ express_company: '' })],
    [10060026, () => list({ tracking_no: 'x'.repeat(129) })],
    [10060014, () => list({ express_company: 'NOBODY' })],
    [10060014, () => list({ express_company: 'SF' })],
    [10060014, () => list({ contact: { receiver_contact: '18912341234' } })],
    [268485216, () => ({ upload_time: '2026-11-21 20:05:00' })],
    [10060031, () => ({ payer: { openid: 'oSomebodyElse' } })],
  ])('%i', async (errcode, change) => {
    expect(await call(path, { ...body, ...change() })).toMatchObject({ errcode });
    expect((await merchant.control('/_sim/shipments')).items).toEqual([]);
  });

  it('once, the same again, the one correction, no more; settled when the user confirms', async () => {
    const state = async (): Promise<unknown> =>
      (await call('/wxa/sec/order/get_order', { transaction_id: transactionId }))['order'].order_state;
    expect(await state()).toBe(1);
    expect(await call(path, body)).toMatchObject({ errcode: 0 });
    expect(await state()).toBe(2);
    const later = { ...body, upload_time: '2026-11-21T21:05:00+08:00' };
    expect(await call(path, later)).toMatchObject({ errcode: 10060023 });
    const other = { logistics_type: 4, shipping_list: [{ item_desc: '自提' }] };
    expect(await call(path, { ...body, ...other })).toMatchObject({ errcode: 10060014 });
    expect(await call(path, { ...later, ...other })).toMatchObject({ errcode: 0 });
    expect(await call(path, { ...later, ...list({ tracking_no: 'YT2' }) })).toMatchObject({
      errcode: 10060003,
    });
    await merchant.control(`/_sim/shipments/${transactionId}/confirm`, {});
    expect(await state()).toBe(4);
    expect(await call(path, later)).toMatchObject({ errcode: 10060002 });
    const events = (await merchant.control('/_sim/message-pushes')).items as { fields: Json }[];
    expect(events.map((push) => push.fields['Event'])).toEqual(
      Array(2).fill('trade_manage_order_settlement'),
    );
    expect(events[1]?.fields).toMatchObject({ transaction_id: transactionId, confirm_receive_method: 2 });
  });

  it('ten days confirm by themselves', async () => {
    await paid();
    await call(path, body);
    await advance(10 * 86_400 + 1);
    const { items } = await merchant.control('/_sim/shipments');
    expect((items as Json[]).find((each) => each['transactionId'] === transactionId)).toMatchObject({
      confirmMethod: 1,
    });
  });

  it('a payment is unknown for some seconds, and a refunded one is not shipped', async () => {
    await merchant.control('/_sim/shipments', { ingestSeconds: 30 });
    await paid();
    expect(await call(path, body)).toMatchObject({ errcode: 10060001 });
    await advance(31);
    const refund = {
      out_trade_no: fields['out_trade_no'] ?? '',
      out_refund_no: `R${transactionId}`,
      total_fee: '100',
      refund_fee: '100',
    };
    expect(await merchant.call('/secapi/pay/refund', refund, { certificate: true })).toMatchObject({
      result_code: 'SUCCESS',
    });
    await advance(2);
    expect(await call(path, body)).toMatchObject({ errcode: 10060004 });
  });
});
