import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SUCCESS, TestMerchant, type Fields } from './test-merchant.js';

let merchant: TestMerchant;
beforeAll(async () => {
  merchant = await TestMerchant.start();
});
afterEach(async () => {
  merchant.reply = { status: 200, body: SUCCESS };
  await merchant.control('/_sim/faults', undefined, 'DELETE');
});
afterAll(() => merchant.close());

const order = (faults: unknown): Promise<Fields> => merchant.control('/_sim/faults', faults);
const tradeState = async (outTradeNo: string): Promise<string | undefined> => {
  const answer = await merchant.call('/pay/orderquery', { out_trade_no: outTradeNo });
  return answer['trade_state'] ?? answer['err_code'];
};

it('faults are taken back also by a client that names a type for the body it does not send', async () => {
  await order([{ path: '/pay/unifiedorder', fault: 'SYSTEMERROR' }]);
  const answer = await fetch(`${merchant.simulator.controlUrl}/_sim/faults`, {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
  });
  expect([answer.status, await answer.json()]).toEqual([200, { items: [] }]);
});

describe('a fault on a request', () => {
  const path = '/pay/unifiedorder';

  it.each([
    ['SYSTEMERROR', '系统错误'],
    ['ORDERPAID', '该订单已支付'],
    ['SOME_NEW_CODE', 'SOME_NEW_CODE'],
  ])('%s is answered, signed, and nothing is done', async (fault, text) => {
    await order([{ path, fault, count: 1 }]);
    const fields = await merchant.order();
    const answer = await merchant.call(path, fields);
    expect(answer).toMatchObject({ result_code: 'FAIL', err_code: fault, err_code_des: text });
    expect(await tradeState(fields['out_trade_no'] ?? '')).toBe('ORDERNOTEXIST');
    expect((await merchant.call(path, fields))['result_code']).toBe('SUCCESS');
  });

  it('FAIL is answered without a signature, in the words that were ordered, and nothing is done', async () => {
    await order([{ path, fault: 'FAIL', message: '系统繁忙，请稍后再试', count: 1 }]);
    const fields = await merchant.order();
    expect(await merchant.call(path, fields)).toEqual({
      return_code: 'FAIL',
      return_msg: '系统繁忙，请稍后再试',
    });
    expect(await tradeState(fields['out_trade_no'] ?? '')).toBe('ORDERNOTEXIST');
  });

  it('concerns only what names one of the numbers it is about, in path, body or delivery', async () => {
    const [meant, other] = [await merchant.prepay(), await merchant.prepay()];
    const about = ['nobody', meant.outTradeNo];
    await order([
      { path: '/pay/orderquery', fault: 'SYSTEMERROR', about },
      { path: 'notify', fault: 'dropNotify', about },
    ]);
    expect(await tradeState(meant.outTradeNo)).toBe('SYSTEMERROR');
    expect(await tradeState(other.outTradeNo)).toBe('NOTPAY');
    for (const { outTradeNo } of [meant, other]) await merchant.control('/_sim/pay', { outTradeNo });
    await merchant.control('/_sim/clock', { advanceSeconds: 0 });
    const outcomes = async ({ outTradeNo }: { outTradeNo: string }): Promise<unknown> =>
      merchant.control(`/_sim/notifications?outTradeNo=${outTradeNo}`);
    expect(await outcomes(meant)).toMatchObject({ items: [{ attempts: [{ outcome: 'dropped' }] }] });
    expect(await outcomes(other)).toMatchObject({ items: [{ attempts: [{ outcome: 'delivered' }] }] });
  });

  it.each([
    ['http500', 500],
    ['garbage', 200],
  ])('%s answers HTML', async (fault, status) => {
    await order({ path, fault });
    const answer = await merchant.post(path, '<xml></xml>');
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(/^<html>/);
  });

  it('badSignature answers what would be true, with a wrong sign', async () => {
    await order({ path: '/pay/orderquery', fault: 'badSignature', count: 1 });
    const { outTradeNo } = await merchant.prepay();
    await expect(tradeState(outTradeNo)).rejects.toThrow(/wrong signature.*NOTPAY/);
    expect(await tradeState(outTradeNo)).toBe('NOTPAY');
  });

  it.each(['reset', 'timeout'])('%s breaks off without doing anything', async (fault) => {
    await order({ path, fault, ms: 50, count: 1 });
    const fields = await merchant.order();
    await expect(merchant.call(path, fields)).rejects.toThrow(/closed/);
    expect(await tradeState(fields['out_trade_no'] ?? '')).toBe('ORDERNOTEXIST');
  });

  it('processedThenTimeout does it and breaks off', async () => {
    await order({ path, fault: 'processedThenTimeout', ms: 50, count: 1 });
    const fields = await merchant.order();
    await expect(merchant.call(path, fields)).rejects.toThrow(/closed/);
    expect(await tradeState(fields['out_trade_no'] ?? '')).toBe('NOTPAY');
  });

  it('slow answers late', async () => {
    await order({ path, fault: 'slow', ms: 200, count: 1 });
    const started = Date.now();
    await merchant.prepay();
    expect(Date.now() - started).toBeGreaterThanOrEqual(190);
  });

  it('reaches the login as well', async () => {
    await order([
      { path: 'jscode2session', fault: 'SYSTEMERROR', count: 1 },
      { path: 'jscode2session', fault: '45011', count: 1 },
    ]);
    expect(await merchant.get('/sns/jscode2session')).toMatchObject({ errcode: -1 });
    expect(await merchant.get('/sns/jscode2session')).toMatchObject({ errcode: 45011 });
    expect(await merchant.get('/sns/jscode2session')).toMatchObject({ errcode: 40013 });
  });

  it('applies as often as it says', async () => {
    await order([
      { path, fault: 'SYSTEMERROR', count: 2 },
      { path, fault: 'NOTENOUGH', rate: 0 },
    ]);
    const codes: (string | undefined)[] = [];
    for (let call = 0; call < 4; call += 1)
      codes.push((await merchant.call(path, await merchant.order()))['err_code']);
    expect(codes).toEqual(['SYSTEMERROR', 'SYSTEMERROR', undefined, undefined]);
    expect((await merchant.control('/_sim/faults'))['items']).toMatchObject([
      { applied: 2, remaining: 0 },
      { applied: 0, remaining: null },
    ]);
  });

  it.each([
    [[{ path, fault: 'nonsense' }], '0.fault'],
    [[{ path, fault: 'reset', rate: 2 }], '0.rate'],
    [[{ fault: 'reset' }], '0.path'],
    [[{ path: 'notify', fault: 'garbage' }], '0.fault'],
    [{ path, fault: 'reset', count: 0 }, 'count'],
    [{ path, fault: 'reset', often: 1 }, 'often'],
  ])('is refused when it makes no sense: %j', async (faults, field) => {
    expect(await order(faults)).toMatchObject({ httpStatus: 400, field });
  });
});

async function payWith(fault: string, ms = 30_000) {
  await order({ path: 'notify', fault, ms, count: 1 });
  const { outTradeNo } = await merchant.prepay();
  await merchant.control('/_sim/pay', { outTradeNo });
  const { attempts } = await merchant.notification(outTradeNo);
  const received = merchant.received.filter((each) => each.fields['out_trade_no'] === outTradeNo);
  return { attempts, received };
}

describe('a fault on deliveries', () => {
  it('dropNotify loses an attempt', async () => {
    const { attempts, received } = await payWith('dropNotify');
    expect(attempts).toMatchObject([{ outcome: 'dropped' }]);
    expect(received).toHaveLength(0);
  });

  it('duplicateNotify sends it over two lines', async () => {
    const { attempts, received } = await payWith('duplicateNotify');
    expect(attempts).toMatchObject([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
    expect(received[0]?.body).toBe(received[1]?.body);
  });

  it('badSignature sends a wrong sign', async () => {
    const { attempts, received } = await payWith('badSignature');
    expect(merchant.isSigned(received[0]?.fields ?? {})).toBe(false);
    expect(attempts[0].requestBody).toBe(received[0]?.body);
  });

  it.each([
    ['reset', 'reset', 1],
    ['processedThenTimeout', 'timeout', 1],
    ['timeout', 'timeout', 0],
    ['slow', 'delivered', 1],
  ])('%s', async (fault, outcome, arrived) => {
    const { attempts, received } = await payWith(fault, 50);
    expect(attempts).toMatchObject([{ outcome }]);
    expect(received).toHaveLength(arrived);
  });
});
