import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FAIL, SUCCESS, TestMerchant, type Json } from './test-merchant.js';

/** The protocol's schedule (protocol notes §1.12), written down again on purpose. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const RETRIES = [15, 15, 30]
  .concat([3, 10, 20, 30, 30, 30, 60].map((minutes) => minutes * MINUTE))
  .concat([3, 3, 3, 6, 6].map((hours) => hours * HOUR));

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterEach(() => {
  merchant.reply = { status: 200, body: SUCCESS };
});
afterAll(() => merchant.close());

const advance = (advanceSeconds: number): Promise<Json> =>
  merchant.control('/_sim/clock', { advanceSeconds });
const secondsBetween = (attempts: Json[]): number[] =>
  attempts
    .slice(1)
    .map((each, index) => (Date.parse(each['at']) - Date.parse(attempts[index]?.['at'])) / 1000);

async function unheard(): Promise<string> {
  merchant.reply = { status: 500, body: FAIL };
  const { outTradeNo } = await merchant.prepay();
  await merchant.control('/_sim/pay', { outTradeNo });
  await merchant.notification(outTradeNo);
  return outTradeNo;
}

describe('deliveries', () => {
  it('count anything but HTTP 200 with SUCCESS as a failure, redirects too', async () => {
    const replies = [
      { status: 200, body: FAIL },
      { status: 200, body: 'SUCCESS' },
      { status: 500, body: SUCCESS },
      { status: 302, body: SUCCESS, headers: { location: merchant.notifyUrl } },
    ];
    for (const reply of replies) {
      merchant.reply = reply;
      const { outTradeNo } = await merchant.prepay();
      await merchant.control('/_sim/pay', { outTradeNo });
      const { attempts, status } = await merchant.notification(outTradeNo);
      expect(attempts).toMatchObject([{ outcome: 'rejected', status: reply.status }]);
      expect(status).toBe('pending');
    }
  });

  it('can be sent again', async () => {
    const { outTradeNo } = await merchant.prepay();
    await merchant.control('/_sim/pay', { outTradeNo });
    const { id } = await merchant.notification(outTradeNo);
    const again = await merchant.control(`/_sim/notifications/${id}/resend`, {});
    expect(again['attempts']).toMatchObject([{ resend: false }, { resend: true, outcome: 'delivered' }]);
    expect(await merchant.control('/_sim/notifications/none/resend', {})).toMatchObject({ httpStatus: 404 });
  });

  it('can be forged byte by byte', async () => {
    const body = '<xml>\n  <odd >bytes</odd></xml> ';
    merchant.reply = { status: 401, body: FAIL };
    const headers = { 'Content-Type': 'application/xml', 'X-Test': '1' };
    const answer = await merchant.control('/_sim/notify', {
      kind: 'payment',
      body,
      headers,
      url: merchant.notifyUrl,
    });
    expect(answer).toMatchObject({ httpStatus: 200, status: 401, body: FAIL });
    expect(merchant.received.at(-1)).toMatchObject({
      body,
      headers: { 'content-type': 'application/xml', 'x-test': '1' },
    });
    const nobody = await merchant.control('/_sim/notify', { body, url: 'http://127.0.0.1:1/' });
    expect(nobody).toMatchObject({ httpStatus: 502, field: 'url' });
  });
});

describe('the retry schedule', () => {
  it('has 15 retries over 24 h 4 min, all of them in one jump', async () => {
    const outTradeNo = await unheard();
    await advance(25 * HOUR);
    const { attempts, status, nextAttemptAt } = await merchant.notification(outTradeNo);
    expect(secondsBetween(attempts)).toEqual(RETRIES);
    expect(RETRIES.reduce((sum, each) => sum + each)).toBe(24 * HOUR + 4 * MINUTE);
    expect([status, nextAttemptAt]).toEqual(['failed', undefined]);
  });

  it('goes step by step as the clock does', async () => {
    const outTradeNo = await unheard();
    for (const [index, seconds] of RETRIES.slice(0, 6).entries()) {
      await advance(seconds - 5);
      expect((await merchant.notification(outTradeNo))['attempts']).toHaveLength(index + 1);
      await advance(5);
      expect((await merchant.notification(outTradeNo))['attempts']).toHaveLength(index + 2);
    }
  });

  it('ends with the first success', async () => {
    const outTradeNo = await unheard();
    merchant.reply = { status: 200, body: SUCCESS };
    await advance(24 * HOUR);
    const { attempts, status } = await merchant.notification(outTradeNo);
    expect(attempts).toMatchObject([{ outcome: 'rejected' }, { outcome: 'delivered' }]);
    expect(status).toBe('delivered');
  });
});
