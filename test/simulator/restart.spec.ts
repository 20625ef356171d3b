import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FAIL, SUCCESS, TestMerchant } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

describe('a restart', () => {
  it('keeps the account, orders, openids, faults and the clock', async () => {
    const account = {
      ...merchant.env,
      WXPAY_BASE_URL: '',
      WXPAY_BACKUP_URL: '',
      WECHAT_BASE_URL: '',
      FEIE_BASE_URL: '',
    };
    const key = await readFile(join(merchant.dir, 'apiclient_key.pem'), 'utf8');
    const { outTradeNo, fields } = await merchant.prepay();
    const paid = await merchant.prepay();
    const { transactionId } = await merchant.control('/_sim/pay', { prepayId: paid.prepayId });
    await merchant.notification(paid.outTradeNo);
    await merchant.control('/_sim/faults', { path: '/pay/closeorder', fault: 'SYSTEMERROR', count: 1 });
    const before = await merchant.control('/_sim/clock', { advanceSeconds: 3600 });
    await merchant.restartSimulator();

    expect({
      ...merchant.env,
      WXPAY_BASE_URL: '',
      WXPAY_BACKUP_URL: '',
      WECHAT_BASE_URL: '',
      FEIE_BASE_URL: '',
    }).toEqual(account);
    expect(await readFile(join(merchant.dir, 'apiclient_key.pem'), 'utf8')).toBe(key);
    const after = await merchant.control('/_sim/clock');
    expect(after['offsetMs']).toBe(3_600_000);
    expect(after['version']).toBeGreaterThan(before['version']);
    const answer = await merchant.call('/pay/orderquery', { transaction_id: transactionId });
    expect(answer).toMatchObject({ out_trade_no: paid.outTradeNo, trade_state: 'SUCCESS' });
    expect((await merchant.notification(paid.outTradeNo))['status']).toBe('delivered');
    expect((await merchant.call('/pay/unifiedorder', fields))['result_code']).toBe('SUCCESS');
    expect((await merchant.call('/pay/closeorder', { out_trade_no: outTradeNo }))['err_code']).toBe(
      'SYSTEMERROR',
    );
    expect((await merchant.call('/pay/closeorder', { out_trade_no: outTradeNo }))['result_code']).toBe(
      'SUCCESS',
    );
  });

  it('goes on delivering what was pending', async () => {
    merchant.reply = { status: 500, body: FAIL };
    const { outTradeNo } = await merchant.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    await merchant.notification(outTradeNo);
    await merchant.restartSimulator();
    merchant.reply = { status: 200, body: SUCCESS };
    await merchant.control('/_sim/clock', { advanceSeconds: 15 });
    const { attempts, status } = await merchant.notification(outTradeNo, 2);
    expect([attempts[1].outcome, status]).toEqual(['delivered', 'delivered']);
  });

  it('survives a torn last line of the journal', async () => {
    const { outTradeNo } = await merchant.prepay();
    await merchant.simulator.close();
    await appendFile(join(merchant.dir, 'simulator', 'journal.jsonl'), '{"collection":"transact');
    await merchant.restartSimulator();
    expect((await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo }))['trade_state']).toBe(
      'NOTPAY',
    );
  });

  it('is quick although a request is held', async () => {
    await merchant.control('/_sim/faults', { path: '/pay/orderquery', fault: 'timeout' });
    const held = merchant.call('/pay/orderquery', { out_trade_no: 'ANY123' }).catch((error: Error) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = Date.now();
    await merchant.simulator.close();
    expect(Date.now() - started).toBeLessThan(10_000); // the request would be held for thirty seconds
    expect(await held).toBeInstanceOf(Error);
    await merchant.restartSimulator();
  });
});

describe('a reset', () => {
  it('forgets everything but the account', async () => {
    const { openid } = await merchant.control('/_sim/login-code', {});
    const { outTradeNo } = await merchant.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    await merchant.control('/_sim/clock', { advanceSeconds: 60 });
    expect(await merchant.control('/_sim/reset', {})).toMatchObject({ httpStatus: 200 });
    for (const list of [
      'transactions',
      'refunds',
      'notifications',
      'messages',
      'prints',
      'shipments',
      'faults',
    ]) {
      expect((await merchant.control(`/_sim/${list}`))['items']).toEqual([]);
    }
    expect((await merchant.control('/_sim/clock'))['offsetMs']).toBe(0);
    const stranger = await merchant.call('/pay/unifiedorder', await merchant.order({ openid }));
    expect(stranger['err_code']).toBe('PARAM_ERROR');
    await merchant.restartSimulator();
    expect((await merchant.control('/_sim/transactions'))['items']).toEqual([]);
  });
});

describe('the phone page', () => {
  it('is served with a strict policy, and hands /api to the app', async () => {
    const page = await fetch(`${merchant.simulator.controlUrl}/shop`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/<script(?![^>]*src=)|style=|\son\w+=/);

    expect(await merchant.control('/api/v1/products')).toMatchObject({
      httpStatus: 503,
      code: 'APP_UNREACHABLE',
    });
    const app = createServer((incoming, answer) => {
      const body = `${incoming.method} ${incoming.url} ${incoming.headers['authorization']}`;
      answer
        .writeHead(201, { 'content-type': 'application/json', 'x-request-id': '7' })
        .end(JSON.stringify({ body }));
    });
    await new Promise<void>((listening) => app.listen(0, '127.0.0.1', listening));
    merchant.simulator.setAppUrl(`http://127.0.0.1:${(app.address() as AddressInfo).port}`);
    const answer = await fetch(`${merchant.simulator.controlUrl}/api/v1/login?a=b`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: '{}',
    });
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([201, '7']);
    expect(await answer.json()).toEqual({ body: 'POST /api/v1/login?a=b Bearer t' });
    app.closeAllConnections();
    app.close();
    expect(await merchant.control('/api/v1/products')).toMatchObject({
      httpStatus: 503,
      code: 'APP_UNREACHABLE',
    });
  });
});
