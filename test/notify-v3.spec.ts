import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SettingsView } from '../src/staff/settings/settings.schema.js';
import { booksOf, postponeChecks } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';
import { V3Notices } from './support/v3-notice.js';

let system: System;
let notices: V3Notices;
let buyer: TestBuyer;
let productId: string;

const PRICE = 1990;
const OK = {
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: expect.stringContaining('"SUCCESS"'),
};
const refused = (status: number) => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: expect.stringContaining('"FAIL"'),
});
const untouched = { status: 'PENDING_PAYMENT', paidFen: 0, suspense: [], ledger: {}, movements: 0 };
const paidOnce = {
  status: 'PAID',
  paidFen: PRICE,
  suspense: [],
  ledger: { WECHAT_RECEIVABLE: PRICE, CUSTOMER_DEPOSITS: -PRICE },
  movements: 1,
};

beforeAll(async () => {
  system = await startSystem({ WXPAY_API: 'v3', WXPAY_TIMEOUT_MS: '1500' });
  notices = new V3Notices(system);
  await notices.certificatesAreKnown();
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
});
beforeEach(() => postponeChecks(system.database));
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

interface Notice extends CheckedOut {
  transaction: Record<string, unknown>;
  body: string;
}

/** An order waiting for payment, and the notification WeChat would send about it. */
async function ordered(changes: Record<string, unknown> = {}): Promise<Notice> {
  const checkedOut = await buyer.checkout(productId);
  const transaction = notices.transaction(checkedOut.payment.outTradeNo, PRICE, changes);
  return { ...checkedOut, transaction, body: notices.body(transaction) };
}

async function inbox(body: string): Promise<{ verdict: string; verified: boolean; reason: string | null }[]> {
  return system.database.query(
    'SELECT verdict, verified, reason FROM notifications WHERE body_sha256 = $1 ORDER BY received_at, id',
    [createHash('sha256').update(body).digest()],
  );
}

describe('a payment notification of API v3', () => {
  it.each(['publicKey', 'certificate'] as const)(
    'signed by %s pays the order; twice changes nothing',
    async (by) => {
      const { order, payment, transaction, body } = await ordered();
      expect(await post(system, body, { headers: await notices.headers(body, { by }) })).toEqual(OK);
      expect(await post(system, body, { headers: await notices.headers(body, { by }) })).toEqual(OK);
      expect(await booksOf(system.database, order.id)).toMatchObject({
        ...paidOnce,
        payments: [
          { outTradeNo: payment.outTradeNo, status: 'SUCCESS', transactionId: transaction['transaction_id'] },
        ],
        verdicts: ['SETTLED', 'DUPLICATE'],
      });
    },
  );

  it('tells by which key WeChat signs, so that the switch to its public key can be followed', async () => {
    const owner = await TestOperator.login(system, 'OWNER');
    const account = async () => (await owner.send<SettingsView>('GET', '/settings')).body.accounts[0];
    const before = (await account())?.signedWith ?? { publicKey: 0, platformCertificate: 0 };
    for (const by of ['publicKey', 'publicKey', 'certificate'] as const) {
      const { body } = await ordered();
      expect(await post(system, body, { headers: await notices.headers(body, { by }) })).toEqual(OK);
    }
    const { body } = await ordered();
    const forged = { ...(await notices.headers(body)), 'wechatpay-nonce': 'x' };
    expect(await post(system, body, { headers: forged })).toEqual(refused(401));
    expect(await account()).toMatchObject({
      mode: 'PUBLIC_KEY',
      signedWith: {
        publicKey: before.publicKey + 2,
        platformCertificate: before.platformCertificate + 1,
      },
    });
  });

  it('M-07: its bytes are verified, whatever their spaces and order of keys', async () => {
    const { order, body } = await ordered();
    const odd = `\n  ${JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).toReversed()), null, 3)}\n`;
    expect(await post(system, odd, { headers: await notices.headers(odd) })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('M-36: verifying asks nobody: not one request goes out', async () => {
    const { body } = await ordered();
    const headers = await notices.headers(body, { by: 'certificate' });
    await system.control.countRequests();
    expect(await post(system, body, { headers })).toEqual(OK);
    expect(await post(system, body, { headers: { ...headers, 'wechatpay-nonce': 'x' } })).toEqual(
      refused(401),
    );
    expect(await system.control.applied()).toEqual([0]);
  });

  it('M-05: one fen off is suspense, never paid', async () => {
    const { order, payment } = await ordered();
    const body = notices.body(notices.transaction(payment.outTradeNo, PRICE - 1));
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject({
      status: 'PENDING_PAYMENT',
      suspense: [{ kind: 'WRONG_AMOUNT', amountFen: PRICE - 1 }],
    });
  });

  it('with a coupon of WeChat’s: the order is paid in full, the discount is booked apart', async () => {
    const discount = [{ coupon_id: '109519', type: 'NOCASH', amount: 300 }];
    const { order, body } = await ordered({ promotion_detail: discount });
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(OK);
    expect((await booksOf(system.database, order.id)).ledger).toEqual({
      WECHAT_RECEIVABLE: PRICE - 300,
      WECHAT_COUPON_DISCOUNT: 300,
      CUSTOMER_DEPOSITS: -PRICE,
    });
  });

  it('is replayed by staff from its bytes and headers, long after its five minutes', async () => {
    const { order, body } = await ordered();
    await post(system, body, { headers: await notices.headers(body) });
    await system.control.advance(3600);
    const [row] = await system.database.query<{ id: string }>(
      'SELECT id FROM notifications WHERE order_id = $1',
      [order.id],
    );
    const owner = await TestOperator.login(system, 'OWNER');
    const answer = await owner.send('POST', `/notifications/${row?.id}/replay`);
    expect(answer).toMatchObject({ status: 200, body: { verdict: 'DUPLICATE' } });
  });
});

describe('a notification that is not WeChat’s', () => {
  const WINDOW = 'Wechatpay-Timestamp is more than five minutes away';

  it.each([
    ['5 min 1 s old', 301],
    ['5 min 1 s early', -301],
    ['a day old', 86_400],
  ])('M-06, Q-03: %s is refused', async (_, age) => {
    const { order, body } = await ordered();
    expect(await post(system, body, { headers: await notices.headers(body, { age }) })).toEqual(refused(401));
    expect(await inbox(body)).toMatchObject([{ verdict: 'FORGED', verified: false, reason: WINDOW }]);
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it('4 minutes old is in time', async () => {
    const { order, body } = await ordered();
    expect(await post(system, body, { headers: await notices.headers(body, { age: 240 }) })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it.each([
    ['another app', { appid: 'wx0000000000000000' }],
    ['another merchant', { mchid: '1900000001' }],
  ])('M-06: about %s is refused, though WeChat signed it', async (_, changes) => {
    const { order, body } = await ordered(changes);
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(refused(403));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  const REQUIRED = ['wechatpay-timestamp', 'wechatpay-nonce', 'wechatpay-signature', 'wechatpay-serial'];
  it.each(REQUIRED)('M-04: without %s it is refused, for Host: localhost too', async (missing) => {
    const { order, body } = await ordered();
    const headers = await notices.headers(body);
    const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing));
    expect(await post(system, body, { headers: rest })).toEqual(refused(401));
    expect(await post(system, body, { headers: { ...rest, host: 'localhost' } })).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, Record<string, string>]>([
    ['an unknown serial', { 'wechatpay-serial': 'PUB_KEY_ID_0100000000000000000000000000000' }],
    ['the serial of the other key', { 'wechatpay-serial': 'platform' }],
    ['a timestamp that is none', { 'wechatpay-timestamp': 'now' }],
    ['an empty signature', { 'wechatpay-signature': '' }],
    ['another nonce', { 'wechatpay-nonce': 'x' }],
  ])('M-03: %s is refused', async (_, changes) => {
    const { order, body } = await ordered();
    const headers = { ...(await notices.headers(body)), ...changes };
    if (headers['wechatpay-serial'] === 'platform') headers['wechatpay-serial'] = notices.platformSerial;
    expect(await post(system, body, { headers })).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it('M-03: one altered byte is refused', async () => {
    const { order, body } = await ordered();
    const headers = await notices.headers(body);
    expect(await post(system, body.replace('支付成功', '支付戌功'), { headers })).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it('encrypted with another APIv3 key, or with a short tag, it is refused', async () => {
    const { order, transaction, body } = await ordered();
    const wrongKey = notices.body(transaction, { key: 'k'.repeat(32) });
    const envelope = JSON.parse(body) as { resource: { ciphertext: string } };
    const sealed = Buffer.from(envelope.resource.ciphertext, 'base64');
    envelope.resource.ciphertext = sealed.subarray(0, -1).toString('base64');
    for (const each of [wrongKey, JSON.stringify(envelope)])
      expect(await post(system, each, { headers: await notices.headers(each) })).toEqual(refused(401));
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
  });

  it.each<[string, (body: string) => string]>([
    ['no JSON', () => '{nonsense'],
    ['no notification', () => '{"a":1}'],
  ])('authentic, but %s: refused as malformed', async (_, make) => {
    const body = make('');
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(refused(400));
  });

  it('about a refund, sent to the address of payments: the answer says so', async () => {
    const body = notices.body({ mchid: '1' }, { eventType: 'REFUND.SUCCESS', originalType: 'refund' });
    const answer = await post(system, body, { headers: await notices.headers(body) });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('REFUND.SUCCESS') });
  });

  it('M-37, Q-03: a probe gets 401, is counted apart and alarms nobody', async () => {
    const { order, body } = await ordered();
    const probe = { 'wechatpay-signature': 'WECHATPAY/SIGNTEST/bXlzaWduYXR1cmU=' };
    const headers = { ...(await notices.headers(body)), ...probe };
    expect(await post(system, body, { headers })).toEqual(refused(401));
    expect(await inbox(body)).toMatchObject([{ verdict: 'PROBE', verified: false }]);
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
    // WeChat then sends it properly.
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(OK);
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });
});

describe('an account with one protocol’s keys only', () => {
  it('refuses the other’s notifications', async () => {
    await system.restart({ WXPAY_API_KEY: '' });
    const { order, payment } = await ordered();
    const notice = paidNotice(system, { out_trade_no: payment.outTradeNo, total_fee: String(PRICE) });
    const answer = await post(system, xml(signed(system, notice)));
    expect(answer).toMatchObject({ status: 401, contentType: 'text/xml; charset=utf-8' });
    expect(await booksOf(system.database, order.id)).toMatchObject(untouched);
    await system.restart({ WXPAY_API: 'v2', WXPAY_API_V3_KEY: '' });
    const body = notices.body(notices.transaction(payment.outTradeNo, PRICE));
    expect(await post(system, body, { headers: await notices.headers(body) })).toEqual(refused(401));
    await system.restart();
  });
});

describe('the platform certificate', () => {
  it('is asked for again, in the background, when a notification names one nobody has shown us', async () => {
    await system.restart();
    const { order, body } = await ordered();
    const headers = await notices.headers(body, { by: 'certificate' });
    await eventually(async () => expect(await post(system, body, { headers })).toEqual(OK));
    expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });

  it('a start does not wait for WeChat, and payments go on with the public key', async () => {
    await system.control.fault({ path: '/v3/certificates', fault: 'timeout', ms: 60_000 });
    const started = performance.now();
    await system.restart();
    expect(performance.now() - started).toBeLessThan(10_000);
    const { payParams, order } = await buyer.checkout(productId);
    await system.control.pay({ payParams });
    await buyer.orderBecomes(order.id, 'PAID');
  });
});
