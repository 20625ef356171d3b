import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { sendHttpsToSimulator } from './simulator-agent.js';
import { TestMerchant, type Json } from './test-merchant.js';

type Parse = (request: object, response: object, next: () => void) => Promise<void>;

/** What is used of tenpay, which brings no types. */
interface Tenpay {
  getPayParams(fields: Json): Promise<Json>;
  unifiedOrder(fields: Json): Promise<Json>;
  getAppParams(fields: Json): Promise<Json>;
  orderQuery(fields: Json): Promise<Json>;
  closeOrder(fields: Json): Promise<Json>;
  refund(fields: Json): Promise<Json>;
  refundQuery(fields: Json): Promise<Json>;
  downloadBill(fields: Json, format: boolean): Promise<Json>;
  downloadFundflow(fields: Json, format: boolean): Promise<Json>;
  middlewareForExpress(type: string): Parse;
}

let merchant: TestMerchant;
let pay: Tenpay;
let undo: () => void;
beforeAll(async () => {
  merchant = await TestMerchant.start();
  const file = (name: string): Promise<Buffer> => readFile(merchant.env[name] ?? '');
  const sent = sendHttpsToSimulator(merchant.simulator.tlsUrl, await file('WXPAY_CA_PATH'));
  undo = sent.undo;
  const require = createRequire(import.meta.url);
  const { init } = require('tenpay') as { init: (settings: Json) => Tenpay };
  // The HTTP client inside tenpay has an agent of its own.
  const urllib = createRequire(require.resolve('tenpay'))('urllib') as { httpsAgent: Agent };
  urllib.httpsAgent.createConnection = (...call) => sent.agent.createConnection(...call);
  pay = init({
    appid: merchant.env['WXPAY_APP_ID'],
    mchid: merchant.env['WXPAY_MCH_ID'],
    partnerKey: merchant.env['WXPAY_API_KEY'],
    pfx: await file('WXPAY_P12_PATH'),
    notify_url: merchant.notifyUrl,
    refund_url: merchant.notifyUrl,
  });
});
afterAll(async () => {
  undo();
  await merchant.close();
});

let count = 0;
async function order(changes: Json = {}): Promise<Json> {
  const { openid } = await merchant.control('/_sim/login-code', {});
  count += 1;
  return { body: '一双袜子', out_trade_no: `SDK${Date.now()}${count}`, total_fee: 100, openid, ...changes };
}

/** As tenpay's middleware reads what arrived about this number. */
async function noticeOf(outTradeNo: string, kind: 'payment' | 'refund'): Promise<Json> {
  const { body } = await merchant.notification(outTradeNo, 1, kind);
  const request: Json = { body };
  const replies: string[] = [];
  const response = { header: () => undefined, send: (reply: string) => replies.push(reply) };
  await pay.middlewareForExpress(kind === 'payment' ? 'pay' : 'refund')(request, response, () => undefined);
  expect(replies).toEqual([]);
  return request['weixin'];
}

describe.each(['MD5', 'HMAC-SHA256'])('tenpay, unchanged, with %s', (sign_type) => {
  it('pays by JSAPI, with its own client parameters, and reads the notification', async () => {
    const request = await order({ sign_type });
    const { timestamp: _, ...payParams } = await pay.getPayParams(request);
    const paid = await merchant.control('/_sim/pay', { payParams });
    expect(paid).toMatchObject({ httpStatus: 200, outTradeNo: request['out_trade_no'] });
    const notice = await noticeOf(request['out_trade_no'], 'payment');
    expect(notice).toMatchObject({ total_fee: '100', transaction_id: paid['transactionId'] });
    const answer = await pay.orderQuery({ out_trade_no: request['out_trade_no'], sign_type });
    expect(answer['trade_state']).toBe('SUCCESS');
  });

  it('closes', async () => {
    const request = await order({ sign_type });
    await pay.unifiedOrder(request);
    const { out_trade_no } = request as { out_trade_no: string };
    expect(await pay.closeOrder({ out_trade_no, sign_type })).toMatchObject({ result_code: 'SUCCESS' });
    await expect(pay.closeOrder({ out_trade_no, sign_type })).rejects.toThrow('ORDERCLOSED');
  });

  it('refunds with the p12, asks, and reads the result', async () => {
    const request = await order({ sign_type });
    await pay.unifiedOrder(request);
    const { out_trade_no } = request as { out_trade_no: string };
    await merchant.control('/_sim/pay', { outTradeNo: out_trade_no });
    const out_refund_no = `R${out_trade_no}`;
    const accepted = await pay.refund({
      out_trade_no,
      out_refund_no,
      total_fee: 100,
      refund_fee: 40,
      sign_type,
    });
    await merchant.control(`/_sim/refunds/${out_refund_no}`, { status: 'SUCCESS' });
    const answer = await pay.refundQuery({ out_refund_no, sign_type });
    expect(answer).toMatchObject({ refund_id_0: accepted['refund_id'], refund_status_0: 'SUCCESS' });
    const notice = await noticeOf(out_trade_no, 'refund');
    expect(notice['req_info']).toMatchObject({ out_refund_no, refund_fee: '40', refund_status: 'SUCCESS' });
  });
});

describe('tenpay, unchanged,', () => {
  it('downloads bills', async () => {
    const request = await order();
    await pay.unifiedOrder(request);
    const outTradeNo = request['out_trade_no'];
    const { payment } = await merchant.control('/_sim/pay', { outTradeNo });
    const date = String(payment.paidAt).slice(0, 10);
    await merchant.control('/_sim/bills', { date });
    const bill_date = date.replaceAll('-', '');
    const trade = await pay.downloadBill({ bill_date }, true);
    expect(trade['list_title']).toHaveLength(27);
    expect(trade['list_data'].map((row: string[]) => row[6])).toContain(outTradeNo);
    const flow = await pay.downloadFundflow({ bill_date }, true);
    expect(flow['list_data'].map((row: string[]) => row[10])).toContain(outTradeNo);
    await expect(pay.downloadBill({ bill_date: '20200101' }, true)).rejects.toThrow('No Bill Exist');
  });
});
