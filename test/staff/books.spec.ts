import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntryPage, EntryView, TrialBalance } from '../../src/staff/ledger/ledger.schema.js';
import type {
  PaymentPage,
  StaffPaymentView,
  SyncedPaymentView,
} from '../../src/staff/payments/staff-payment.schema.js';
import type { SuspenseDetail, SuspensePage } from '../../src/staff/suspense/suspense.schema.js';
import { postponeChecks } from '../support/books.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { paidNotice, post, signed, xml } from '../support/notice.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

const PRICE = 1990;
const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';

let system: System;
let buyer: TestBuyer;
let productId: string;
let finance: Desk;
let support: Desk;
let viewer: Desk;
let paid: CheckedOut;
let open: CheckedOut;

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  [finance, support, viewer] = await Promise.all([
    Desk.of(system, 'FINANCE'),
    Desk.of(system, 'SUPPORT'),
    Desk.of(system, 'VIEWER'),
  ]);
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
  paid = await buyer.checkout(productId);
  await system.control.pay({ outTradeNo: paid.payment.outTradeNo, couponFee: 300, couponType: 'NO_CASH' });
  await buyer.orderBecomes(paid.order.id, 'PAID');
  open = await buyer.checkout(productId);
  const fields = { out_trade_no: open.payment.outTradeNo, total_fee: '1', openid: buyer.openid };
  await post(system, xml(signed(system, paidNotice(system, fields))));
  const lost = paidNotice(system, { out_trade_no: 'SOMEBODY-ELSES-1', total_fee: '4711' });
  await post(system, xml(signed(system, lost)));
});
beforeEach(() => postponeChecks(system.database));
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const found = async (query: string) =>
  (await viewer.get<PaymentPage>(`/payments?${query}`)).items.map(({ id }) => id);
const sync = (by: Desk, id: string) => by.send<SyncedPaymentView>('POST', `/payments/${id}/sync`);

describe('/payments', () => {
  it('lists attempts, newest first, page by page', async () => {
    const ids = [open.payment.id, paid.payment.id];
    expect(await found('')).toEqual(ids);
    expect((await viewer.pages<{ id: string }>('/payments?')).map(({ id }) => id)).toEqual(ids);
  });

  it('finds them by number, and filters by status, trade type and time', async () => {
    const { transactionId } = await viewer.get<StaffPaymentView>(`/payments/${paid.payment.id}`);
    for (const q of [paid.payment.outTradeNo, paid.order.orderNo, transactionId])
      expect(await found(`q=${q}`)).toEqual([paid.payment.id]);
    expect(await found('q=nothing')).toEqual([]);
    expect(await found('status=SUCCESS')).toHaveLength(2);
    expect(await found('status=FAILED')).toEqual([]);
    expect(await found('tradeType=NATIVE')).toEqual([]);
    expect(await found('to=2020-01-01')).toEqual([]);
  });

  it('one of them shows what WeChat reported, and not to whom', async () => {
    const payment = await viewer.get<StaffPaymentView>(`/payments/${paid.payment.id}`);
    expect(payment).toMatchObject({
      orderId: paid.order.id,
      status: 'SUCCESS',
      amountFen: PRICE,
      receipt: { coupon_fee: '300', openid: `***${buyer.openid.slice(-4)}` },
    });
    expect(payment).not.toHaveProperty('request');
    expect(await viewer.send('GET', `/payments/${UNKNOWN_ID}`)).toMatchObject({
      status: 404,
      body: { code: 'PAYMENT_NOT_FOUND' },
    });
  });

  it('sync finds a payment whose notification was lost, and is audited', async () => {
    const { order, payment } = await buyer.checkout(productId);
    expect(await sync(support, payment.id)).toMatchObject({
      status: 200,
      body: { status: 'PREPAID', wechat: 'NOT_PAID' },
    });
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    expect(await sync(support, payment.id)).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', wechat: 'PAID' },
    });
    expect(await buyer.order(order.id)).toMatchObject({ status: 'PAID', paidFen: PRICE });
    expect(await sync(support, payment.id)).toMatchObject({
      status: 200,
      body: { status: 'SUCCESS', wechat: 'PAID' },
    });
    const audited = await system.database.query(
      `SELECT operator_name, before FROM audit_log WHERE action = 'payment.sync_requested' AND subject_id = $1 ORDER BY seq`,
      [payment.id],
    );
    expect(audited).toEqual([
      { operator_name: support.username, before: { status: 'PREPAID' } },
      { operator_name: support.username, before: { status: 'PREPAID' } },
      { operator_name: support.username, before: { status: 'SUCCESS' } },
    ]);
  });

  it('sync is 504 when WeChat gives no certain answer', async () => {
    await system.control.fault({ path: '/pay/orderquery', fault: 'SYSTEMERROR' });
    expect(await sync(support, paid.payment.id)).toMatchObject({
      status: 504,
      body: { code: 'WXPAY_OUTCOME_UNKNOWN', orderId: paid.order.id },
    });
  });

  it('sync is nothing a VIEWER may do, and 404 for what is no payment', async () => {
    expect((await sync(viewer, paid.payment.id)).status).toBe(403);
    expect((await sync(support, 'nonsense')).status).toBe(404);
  });
});

describe('/ledger', () => {
  it('the trial balance is zero, and says what every account holds', async () => {
    const balance = await viewer.get<TrialBalance>('/ledger/accounts');
    expect(balance.total).toBe(0);
    const sums = await system.database.query(
      `SELECT account, sum(amount_fen)::int AS "balanceFen" FROM ledger_entries GROUP BY account ORDER BY account`,
    );
    expect(balance.items.map(({ account, balanceFen }) => ({ account, balanceFen }))).toEqual(sums);
    for (const { debitFen, creditFen, balanceFen } of balance.items)
      expect(debitFen - creditFen).toBe(balanceFen);
    expect(balance.items).toContainEqual({
      merchantAccount: 'default',
      account: 'SUSPENSE',
      currency: 'CNY',
      debitFen: 0,
      creditFen: 4712,
      balanceFen: -4712,
    });
  });

  it('entries are listed newest first, page by page, and filtered', async () => {
    const entries = await viewer.pages<EntryView>('/ledger/entries?');
    const { items } = await viewer.get<EntryPage>('/ledger/entries');
    expect(entries).toEqual(items);
    expect(entries.map(({ id }) => Number(id))).toEqual(
      entries.map(({ id }) => Number(id)).sort((a, b) => b - a),
    );
    const of = async (query: string) => (await viewer.get<EntryPage>(`/ledger/entries?${query}`)).items;
    const payment = await of(`subjectId=${paid.payment.id}`);
    expect(Object.fromEntries(payment.map(({ account, amountFen }) => [account, amountFen]))).toEqual({
      CUSTOMER_DEPOSITS: -PRICE,
      WECHAT_COUPON_DISCOUNT: 300,
      WECHAT_RECEIVABLE: PRICE - 300,
    });
    expect(payment[0]).toMatchObject({
      kind: 'PAYMENT_RECEIVED',
      merchantAccount: 'default',
      currency: 'CNY',
      bookedAt: expect.stringMatching(/\+08:00$/),
    });
    expect(await of(`movementId=${payment[0]?.movementId}`)).toEqual(payment);
    expect(await of('account=SUSPENSE')).toHaveLength(2);
    expect(await of('merchantAccount=another')).toEqual([]);
    expect(await of('to=2020-01-01')).toEqual([]);
  });

  it.each(['account=CASH', 'subjectId=x', 'cursor=x'])('refuses ?%s', async (query) => {
    expect((await viewer.send('GET', `/ledger/entries?${query}`)).status).toBe(400);
  });

  it('is closed to SUPPORT', async () => {
    for (const path of ['/ledger/accounts', '/ledger/entries'])
      expect((await support.send('GET', path)).status).toBe(403);
  });
});

describe('/suspense', () => {
  it('lists what arrived wrongly, filtered and page by page', async () => {
    const { items } = await finance.get<SuspensePage>('/suspense?status=OPEN');
    expect(items).toMatchObject([
      { kind: 'UNKNOWN_ORDER', amountFen: 4711 },
      { kind: 'WRONG_AMOUNT', amountFen: 1, expectedFen: PRICE, orderId: open.order.id },
    ]);
    expect(items[0]).not.toHaveProperty('orderId');
    expect(await finance.pages('/suspense?')).toEqual(items);
    expect((await finance.get<SuspensePage>('/suspense?kind=WRONG_AMOUNT')).items).toEqual([items[1]]);
    expect((await finance.get<SuspensePage>('/suspense?kind=LATE')).items).toEqual([]);
  });

  it('shows the evidence with the openid masked', async () => {
    const { items } = await finance.get<SuspensePage>('/suspense?kind=WRONG_AMOUNT');
    const { evidence } = await finance.get<SuspenseDetail>(`/suspense/${items[0]?.id}`);
    expect(evidence).toMatchObject({ total_fee: '1', openid: `***${buyer.openid.slice(-4)}` });
    expect(evidence).not.toHaveProperty('sign');
  });

  it.each([UNKNOWN_ID, 'nonsense'])('is 404 for %s', async (id) => {
    expect(await finance.send('GET', `/suspense/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'SUSPENSE_NOT_FOUND' },
    });
  });
});

it('A25: no openid is in any answer', () => expect(Desk.answersWith(buyer.openid, 'oHandmade')).toEqual([]));
