import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import WxPay from 'wechatpay-node-v3';
import { sendHttpsToSimulator } from './simulator-agent.js';
import { TestMerchant, type Json, type Received } from './test-merchant.js';

let merchant: TestMerchant;
let pay: WxPay;
let undo: () => void;
beforeAll(async () => {
  merchant = await TestMerchant.start();
  const file = (name: string): Promise<Buffer> => readFile(merchant.env[name] ?? '');
  ({ undo } = sendHttpsToSimulator(merchant.simulator.tlsUrl, await file('WXPAY_CA_PATH')));
  pay = new WxPay({
    appid: merchant.env['WXPAY_APP_ID'] ?? '',
    mchid: merchant.env['WXPAY_MCH_ID'] ?? '',
    publicKey: await file('WXPAY_CERT_PATH'),
    privateKey: await file('WXPAY_KEY_PATH'),
    key: merchant.env['WXPAY_API_V3_KEY'] ?? '',
  });
  // The SDK knows platform certificates only.
  await merchant.control(`/_sim/merchants/${merchant.env['WXPAY_MCH_ID']}`, { keyMode: 'certificate' });
});
afterAll(async () => {
  undo();
  await merchant.close();
});

let count = 0;
const order = () => {
  count += 1;
  return {
    description: '一双袜子',
    out_trade_no: `SDK${Date.now()}${count}`,
    notify_url: merchant.notifyUrl,
    amount: { total: 100 },
  };
};

async function jsapi(): Promise<{ outTradeNo: string; payParams: Json }> {
  const { openid } = await merchant.control('/_sim/login-code', {});
  const request = { ...order(), payer: { openid: String(openid) } };
  const { status, data, error } = (await pay.transactions_jsapi(request)) as Json;
  expect([status, error]).toEqual([200, undefined]);
  return { outTradeNo: request.out_trade_no, payParams: data as Json };
}

/** As the SDK reads what arrived about this number. */
async function noticeOf(outTradeNo: string, kind: string): Promise<{ event: Json; resource: Json }> {
  const { body } = await merchant.notification(outTradeNo, 1, kind);
  const received = merchant.received.find((each) => each.body === body) as Received;
  const header = (name: string): string => String(received.headers[`wechatpay-${name}`]);
  const [timestamp, nonce, serial] = [header('timestamp'), header('nonce'), header('serial')];
  const isSigned = await pay.verifySign({ timestamp, nonce, serial, body, signature: header('signature') });
  expect(isSigned).toBe(true);
  const event = JSON.parse(body) as Json;
  const { ciphertext, associated_data, nonce: iv } = event['resource'];
  return { event, resource: pay.decipher_gcm<Json>(ciphertext, associated_data, iv) };
}

describe('wechatpay-node-v3, unchanged,', () => {
  it('gets the platform certificates', async () => {
    const [certificate] = await pay.get_certificates(merchant.env['WXPAY_API_V3_KEY'] ?? '');
    expect(certificate?.publicKey).toContain('BEGIN PUBLIC KEY');
  });

  it('pays by JSAPI, with its own client parameters, and reads the notification', async () => {
    const { outTradeNo, payParams } = await jsapi();
    const paid = await merchant.control('/_sim/pay', { payParams });
    expect(paid).toMatchObject({ httpStatus: 200, outTradeNo, tradeState: 'SUCCESS' });
    const { event, resource } = await noticeOf(outTradeNo, 'payment');
    expect(event['event_type']).toBe('TRANSACTION.SUCCESS');
    expect(resource).toMatchObject({ out_trade_no: outTradeNo, amount: { total: 100 } });
    for (const number of [{ out_trade_no: outTradeNo }, { transaction_id: String(paid['transactionId']) }])
      expect(((await pay.query(number)) as Json)['data']).toEqual(resource);
  });

  it('orders by NATIVE, H5 and APP', async () => {
    const native = (await pay.transactions_native(order())) as Json;
    expect(native['data'].code_url).toMatch(/^weixin:/);
    const scene_info = { payer_client_ip: '203.0.113.7', h5_info: { type: 'Wap', app_name: '袜子' } };
    const h5 = (await pay.transactions_h5({ ...order(), scene_info })) as Json;
    expect(h5['data'].h5_url).toMatch(/^https:\/\/wx\.tenpay\.com\//);
    const appid = merchant.env['WXPAY_APP_APP_ID'] ?? '';
    const app = (await pay.transactions_app({ ...order(), appid })) as Json;
    expect(app).toMatchObject({ status: 200, data: { package: 'Sign=WXPay', appid } });
    const paid = await merchant.control('/_sim/pay', { payParams: app['data'] });
    expect(paid['tradeState'] ?? paid['message']).toBe('SUCCESS');
  });

  it('closes', async () => {
    const { outTradeNo } = await jsapi();
    expect(((await pay.close(outTradeNo)) as Json)['status']).toBe(204);
    expect(((await pay.query({ out_trade_no: outTradeNo })) as Json)['data'].trade_state).toBe('CLOSED');
    const again = (await pay.close(outTradeNo)) as Json;
    expect([again['status'], JSON.parse(again['error'])['code']]).toEqual([400, 'ORDER_CLOSED']);
  });

  it('refunds, asks, and reads the result', async () => {
    const { outTradeNo, payParams } = await jsapi();
    await merchant.control('/_sim/pay', { payParams });
    const request = {
      out_trade_no: outTradeNo,
      out_refund_no: `R${outTradeNo}`,
      notify_url: merchant.notifyUrl,
      amount: { refund: 40, total: 100, currency: 'CNY' },
    };
    const accepted = (await pay.refunds(request)) as Json;
    expect(accepted).toMatchObject({ status: 200, data: { status: 'PROCESSING', amount: { refund: 40 } } });
    await merchant.control(`/_sim/refunds/${request.out_refund_no}`, { status: 'SUCCESS' });
    expect(((await pay.find_refunds(request.out_refund_no)) as Json)['data'].status).toBe('SUCCESS');
    const { event, resource } = await noticeOf(outTradeNo, 'refund');
    expect(event['event_type']).toBe('REFUND.SUCCESS');
    expect(resource).toMatchObject({ refund_id: accepted['data'].refund_id, refund_status: 'SUCCESS' });
  });

  it('downloads the bill', async () => {
    const { outTradeNo, payParams } = await jsapi();
    const { payment } = await merchant.control('/_sim/pay', { payParams });
    const date = String(payment.paidAt).slice(0, 10);
    await merchant.control('/_sim/bills', { date });
    const { data } = (await pay.tradebill({ bill_date: date, bill_type: 'ALL' })) as Json;
    expect(data.download_url).toMatch(/^https:\/\/api\.mch\.weixin\.qq\.com\/v3\/billdownload\//);
    const bill = (await pay.downloadBill(data.download_url)) as Json;
    expect(bill['data']).toContain(`\`${outTradeNo},`);
  });
});
