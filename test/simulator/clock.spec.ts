import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestMerchant, type Json } from './test-merchant.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterAll(() => merchant.close());

const advance = (advanceSeconds: number): Promise<Json> =>
  merchant.control('/_sim/clock', { advanceSeconds });
describe('the life of an order', () => {
  it('ends at time_expire', async () => {
    const { now } = await merchant.control('/_sim/clock');
    const inUtc8 = (seconds: number): string =>
      new Date(Date.parse(now) + (seconds + 8 * HOUR) * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
    const { outTradeNo, fields } = await merchant.prepay({
      time_start: inUtc8(0),
      time_expire: inUtc8(20 * MINUTE),
    });
    const state = async () =>
      (await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo }))['trade_state'];
    await advance(19 * MINUTE + 30);
    expect(await state()).toBe('NOTPAY');
    // A repetition in the last minute is still one: it was in time when it was first sent.
    expect((await merchant.call('/pay/unifiedorder', fields))['result_code']).toBe('SUCCESS');
    await advance(MINUTE);
    expect(await state()).toBe('CLOSED');
    expect(await merchant.control('/_sim/pay', { outTradeNo })).toMatchObject({
      httpStatus: 409,
      code: 'ORDERCLOSED',
    });
    expect((await merchant.call('/pay/unifiedorder', fields))['err_code']).toBe('ORDERCLOSED');
  });

  it('is seven days without one, its prepay_id two hours', async () => {
    const { outTradeNo, prepayId, fields } = await merchant.prepay();
    await advance(2 * HOUR);
    expect(await merchant.control('/_sim/pay', { prepayId })).toMatchObject({
      httpStatus: 409,
      code: 'PREPAY_EXPIRED',
    });
    expect((await merchant.call('/pay/unifiedorder', fields))['result_code']).toBe('SUCCESS');
    await advance(7 * 24 * HOUR);
    expect((await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo }))['trade_state']).toBe(
      'CLOSED',
    );
  });
});

describe('the clock', () => {
  it('answers after its followers have followed, and forgets one that hangs up', async () => {
    const url = `${merchant.simulator.controlUrl}/_sim/clock?follower=test`;
    const first = await merchant.control('/_sim/clock?follower=test');
    const held = fetch(`${url}&version=${first['version']}`);
    let moved: Json | undefined;
    const jump = advance(60).then((answer) => (moved = answer));
    const news = (await (await held).json()) as Json;
    expect(news['offsetMs']).toBe(first['offsetMs'] + 60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(moved).toBeUndefined();

    const hangUp = new AbortController();
    const asking = fetch(`${url}&version=${news['version']}`, { signal: hangUp.signal });
    await jump;
    expect(moved).toMatchObject({ version: news['version'], followers: 1 });
    hangUp.abort();
    await expect(asking).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = Date.now();
    expect(await advance(1)).toMatchObject({ followers: 0 });
    expect(Date.now() - started).toBeLessThan(2_500);
  });

  it.each([[{ advanceSeconds: -1 }], [{ advanceSeconds: 'x' }], [{}], [{ advanceSeconds: 1e12 }]])(
    'refuses %j',
    async (input) => {
      expect(await merchant.control('/_sim/clock', input)).toMatchObject({
        httpStatus: 400,
        field: 'advanceSeconds',
      });
    },
  );
});
