import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RefundView } from '../../src/refund/refund.schema.js';
import type { StaffOrderPage, StaffOrderView } from '../../src/staff/orders/staff-order.schema.js';
import { postponeChecks } from '../support/books.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

const PRICE = 1990;
const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';
const address = (phone: string) => ({
  name: '李雷',
  phone,
  province: '上海市',
  city: '上海市',
  district: '徐汇区',
  detail: '漕溪北路 1 号',
});

let system: System;
let buyer: TestBuyer;
let other: TestBuyer;
let productId: string;
let owner: Desk;
let finance: Desk;
let viewer: Desk;
/** Oldest first: refunded in part, closed and paid late, waiting for payment. */
let refunded: CheckedOut & { refund: RefundView; transactionId: string };
let late: CheckedOut & { transactionId: string };
let waiting: CheckedOut;

beforeAll(async () => {
  system = await startSystem({
    WXPAY_CONFIRM_NOTIFY: 'signature',
    REFUND_FOUR_EYES: 'true',
    SUSPENSE_LATE: 'hold',
  });
  [owner, finance, viewer] = await Promise.all([
    Desk.of(system, 'OWNER'),
    Desk.of(system, 'FINANCE'),
    Desk.of(system, 'VIEWER'),
  ]);
  [buyer, other] = [await TestBuyer.login(system), await TestBuyer.login(system)];
  productId = await system.product({ priceFen: PRICE });

  const first = await buyer.checkout(productId, 1, { address: address('+86 138-0013-8042') });
  const { transactionId = '' } = await system.control.pay({ outTradeNo: first.payment.outTradeNo });
  await buyer.orderBecomes(first.order.id, 'PAID');
  const path = `/orders/${first.order.id}/refunds`;
  const refund = await owner.send<RefundView>('POST', path, { amountFen: 990, reason: '少发一件' });
  refunded = { ...first, refund: refund.body, transactionId };

  const second = await other.checkout(productId, 1, { address: address('13900007777') });
  await other.send('POST', `/api/v1/orders/${second.order.id}/cancel`);
  await system.control.advance(2); // WeChat counts whole seconds: this payment is to lie after the closing
  const paid = await system.control.pay({ outTradeNo: second.payment.outTradeNo, force: true });
  late = { ...second, transactionId: paid.transactionId ?? '' };
  await eventually(async () => {
    if ((await view(late.order.id)).suspense.length === 0) throw new Error('nothing in suspense yet');
  });

  waiting = await buyer.checkout(productId);
  await postponeChecks(system.database);
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const view = (id: string) => viewer.get<StaffOrderView>(`/orders/${id}`);
const found = async (query: string) =>
  (await viewer.get<StaffOrderPage>(`/orders?${query}`)).items.map(({ id }) => id);
const events = ({ timeline }: StaffOrderView) => timeline.map(({ actor, event }) => `${actor} ${event}`);

describe('GET /orders', () => {
  it('lists every order, newest first, page by page', async () => {
    const ids = [waiting.order.id, late.order.id, refunded.order.id];
    expect(await found('')).toEqual(ids);
    expect((await viewer.pages<{ id: string }>('/orders?')).map(({ id }) => id)).toEqual(ids);
  });

  it('shows an order as its buyer sees it, and whose it is', async () => {
    const { items } = await viewer.get<StaffOrderPage>(`/orders?q=${waiting.order.id}`);
    expect(items).toEqual([{ ...(await buyer.order(waiting.order.id)), buyerId: buyer.id }]);
  });

  it('q finds an order by whatever people name it by', async () => {
    const { order, payment, refund, transactionId } = refunded;
    const names = [
      order.orderNo,
      payment.outTradeNo,
      transactionId,
      order.id,
      refund.refundNo,
      '8042',
      '13800138042',
    ];
    for (const q of names) expect([q, await found(`q=${q}`)]).toEqual([q, [order.id]]);
    expect(await found(`q=${encodeURIComponent('138 0013-8042')}`)).toEqual([order.id]);
    expect(await found(`q=${late.transactionId}`)).toEqual([late.order.id]);
    expect(await found(`q=${buyer.openid}`)).toEqual([waiting.order.id, order.id]);
    for (const q of ['0420', 'nothing', '%25%25%25%25', '____', UNKNOWN_ID])
      expect(await found(`q=${q}`)).toEqual([]);
  });

  it('filters by status, refund status and time', async () => {
    expect(await found('status=CLOSED')).toEqual([late.order.id]);
    expect(await found('status=PENDING_PAYMENT')).toEqual([waiting.order.id]);
    expect(await found('refundStatus=NONE&status=PAID')).toEqual([refunded.order.id]);
    expect(await found('refundStatus=FULL')).toEqual([]);
    const at = encodeURIComponent(late.order.createdAt);
    expect(await found(`from=${at}`)).toEqual([waiting.order.id, late.order.id]);
    expect(await found(`to=${at}`)).toEqual([refunded.order.id]);
    const day = late.order.createdAt.slice(0, 10);
    expect(await found(`from=${day}&to=${day}`)).toHaveLength(3);
    expect(await found('to=2020-01-01')).toEqual([]);
  });

  it.each([
    'status=LOST',
    'from=yesterday',
    'from=2026-11-21T00:00:00',
    'limit=101',
    'cursor=x',
    'q=abc',
    'sort=id',
  ])('refuses ?%s with the field', async (query) => {
    const { status, body } = await viewer.send('GET', `/orders?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: query.split('=')[0] }] });
  });
});

describe('GET /orders/:id', () => {
  it('tells the whole story of a late payment, in order', async () => {
    const order = await view(late.order.id);
    expect(order).toMatchObject({
      status: 'CLOSED',
      paidFen: 0,
      buyerId: other.id,
      address: { phone: '13900007777' },
      payments: [
        { status: 'SUCCESS', account: 'default', attempt: 1, receipt: { total_fee: String(PRICE) } },
      ],
      suspense: [{ kind: 'LATE', status: 'OPEN', amountFen: PRICE }],
      ledger: {
        items: [
          { account: 'SUSPENSE', balanceFen: -PRICE },
          { account: 'WECHAT_RECEIVABLE', balanceFen: PRICE },
        ],
        total: 0,
      },
    });
    expect(order.payments[0]?.receipt?.['openid']).toBe(`***${other.openid.slice(-4)}`);
    expect(events(order).slice(0, 5)).toEqual([
      'buyer order.created',
      'buyer payment.created',
      'wechat payment.prepaid',
      'buyer order.cancelled',
      'system order.closed',
    ]);
    expect(events(order).slice(5).sort()).toEqual([
      'system suspense.opened',
      'wechat notification.late',
      'wechat payment.paid',
    ]);
  });

  it('is in the order of time, in words of both languages', async () => {
    for (const { order } of [refunded, late, waiting]) {
      const { timeline } = await view(order.id);
      expect(timeline).toEqual(timeline.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at))));
      for (const { at, words } of timeline) {
        expect(at).toMatch(/\+08:00$/);
        expect(words).toMatch(/\p{Script=Han}.* [A-Z]/u);
      }
    }
  });

  it('shows who asked for a refund, who decided, and what became of it', async () => {
    const { order, refund } = refunded;
    expect(await view(order.id)).toMatchObject({
      refunds: [
        { id: refund.id, status: 'REQUESTED', requestedBy: { kind: 'operator', name: owner.username } },
      ],
    });
    await finance.send('POST', `/refunds/${refund.id}/reject`, { reason: '已补发' });
    const decided = await view(order.id);
    expect(decided.refunds).toMatchObject([{ status: 'REJECTED', reviewedBy: { name: finance.username } }]);
    expect(decided.ledger).toEqual({
      items: [
        { account: 'CUSTOMER_DEPOSITS', balanceFen: -PRICE },
        { account: 'WECHAT_RECEIVABLE', balanceFen: PRICE },
      ],
      total: 0,
    });
    expect(events(decided).slice(-2)).toEqual(['staff refund.requested', 'staff refund.rejected']);
    expect(decided.timeline.at(-1)?.data).toMatchObject({ by: finance.username, note: '已补发' });
  });

  it('follows a refund from the buyer’s wish to his money', async () => {
    const { order, payment } = await buyer.checkout(productId);
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    await buyer.orderBecomes(order.id, 'PAID');
    const wish = { amountFen: 990, reason: '少发一件' };
    const { body: refund } = await buyer.send<RefundView>('POST', `/api/v1/orders/${order.id}/refunds`, wish);
    await finance.send('POST', `/refunds/${refund.id}/approve`, { note: '已核实' });
    const done = await eventually(async () => {
      const file = await view(order.id);
      if (file.refundedFen === 0) throw new Error('not refunded yet');
      return file;
    });
    expect(done).toMatchObject({
      refundStatus: 'PARTIAL',
      refunds: [{ status: 'SUCCESS', requestedBy: { kind: 'buyer', id: buyer.id }, reviewNote: '已核实' }],
      ledger: {
        items: [
          { account: 'CUSTOMER_DEPOSITS', balanceFen: 990 - PRICE },
          { account: 'WECHAT_RECEIVABLE', balanceFen: PRICE - 990 },
        ],
        total: 0,
      },
    });
    expect(events(done).slice(0, 4)).toEqual([
      'buyer order.created',
      'buyer payment.created',
      'wechat payment.prepaid',
      'wechat payment.paid', // although WeChat's time is the beginning of that second
    ]);
    const story = events(done).filter((event) => event.includes('refund.'));
    expect(story).toEqual([
      'buyer refund.requested',
      'staff refund.approved',
      'system refund.sent',
      'wechat refund.succeeded',
    ]);
    expect(await found('refundStatus=PARTIAL')).toEqual([order.id]);
    expect(await found(`q=${refund.refundNo}`)).toEqual([order.id]);
  });

  it.each([UNKNOWN_ID, 'nonsense'])('is 404 for %s', async (id) => {
    expect(await viewer.send('GET', `/orders/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'ORDER_NOT_FOUND' },
    });
  });
});

const close = <Body = StaffOrderView>(by: Desk, id: string, headers = {}) =>
  by.send<Body>('POST', `/orders/${id}/close`, undefined, headers);
const requests = (id: string) =>
  system.database.query(
    `SELECT operator_name, before FROM audit_log WHERE action = 'order.close_requested' AND subject_id = $1`,
    [id],
  );

describe('POST /orders/:id/close', () => {
  it('closes at WeChat and here, gives the stock back, and is audited', async () => {
    const product = await system.product({ stock: 3 });
    const { order, payment } = await buyer.checkout(product, 2);
    const { status, body } = await close(owner, order.id);
    expect([status, body.status]).toEqual([200, 'CLOSED']);
    expect((await system.control.transaction(payment.outTradeNo)).tradeState).toBe('CLOSED');
    expect(await system.database.query('SELECT stock FROM products WHERE id = $1', [product])).toEqual([
      { stock: 3 },
    ]);
    expect(events(body).slice(-2)).toEqual(['staff order.close_requested', 'system order.closed']);
    expect(await requests(order.id)).toEqual([
      { operator_name: owner.username, before: { status: 'PENDING_PAYMENT' } },
    ]);
    expect((await close(owner, order.id)).status).toBe(200);
    expect(await requests(order.id)).toHaveLength(1);
  });

  it('is 202 while WeChat has not answered; the order then closes by itself', async () => {
    const { order } = await buyer.checkout(productId);
    await system.control.fault({ path: '/pay/closeorder', fault: 'SYSTEMERROR' });
    expect(await close(owner, order.id)).toMatchObject({
      status: 202,
      body: { status: 'PENDING_PAYMENT', closing: true },
    });
    await system.control.noFaults();
    await system.control.advance(16);
    await buyer.orderBecomes(order.id, 'CLOSED');
  });

  it('is refused for a paid order, also when WeChat says so only now', async () => {
    expect(await close(owner, refunded.order.id)).toMatchObject({
      status: 409,
      body: { code: 'ORDER_ALREADY_PAID' },
    });
    const { order, payment } = await buyer.checkout(productId);
    await system.control.fault({ path: 'notify', fault: 'dropNotify' });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    expect(await close(owner, order.id)).toMatchObject({ status: 409, body: { code: 'ORDER_ALREADY_PAID' } });
    expect(await view(order.id)).toMatchObject({ status: 'PAID', paidFen: PRICE });
  });

  it('with the same Idempotency-Key answers the same', async () => {
    const { order } = await buyer.checkout(productId);
    const key = { 'idempotency-key': `close ${order.id.slice(-8)}` };
    const [first, second] = [await close(owner, order.id, key), await close(owner, order.id, key)];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is nothing a VIEWER may do, and 404 for what is no order', async () => {
    expect(await close(viewer, waiting.order.id)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await close(owner, UNKNOWN_ID)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    expect((await buyer.order(waiting.order.id)).status).toBe('PENDING_PAYMENT');
  });
});

it('A25: no openid is in any answer', () => expect(Desk.answersWith(buyer.openid, other.openid)).toEqual([]));
