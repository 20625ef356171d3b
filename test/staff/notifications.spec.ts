import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { InboxDetail, InboxPage } from '../../src/staff/notifications/inbox.schema.js';
import { ask, paidOrder } from '../refund/paid-order.js';
import { booksOf, postponeChecks } from '../support/books.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { paidNotice, post, signed, xml, type NoticeFields } from '../support/notice.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

const PRICE = 1990;
const UNKNOWN_ID = '01920000-0000-7000-8000-000000000000';

let system: System;
let buyer: TestBuyer;
let finance: Desk;
let viewer: Desk;
let paid: CheckedOut;
let notice: NoticeFields;

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  [finance, viewer] = await Promise.all([Desk.of(system, 'FINANCE'), Desk.of(system, 'VIEWER')]);
  buyer = await TestBuyer.login(system);
  paid = await buyer.checkout(await system.product({ priceFen: PRICE }));
  notice = signed(
    system,
    paidNotice(system, {
      out_trade_no: paid.payment.outTradeNo,
      total_fee: String(PRICE),
      openid: buyer.openid,
    }),
  );
  await post(system, xml(notice));
  const forged = xml({ ...notice, total_fee: '1', attach: 'x'.repeat(5000) });
  await post(system, forged);
});
beforeEach(() => postponeChecks(system.database));
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

const list = async (query = '') => (await viewer.get<InboxPage>(`/notifications?${query}`)).items;
const only = async (query: string): Promise<InboxDetail> => {
  const items = await list(query);
  expect(items).toHaveLength(1);
  return viewer.get<InboxDetail>(`/notifications/${items[0]?.id}`);
};
const settled = () => only(`outcome=SETTLED&orderId=${paid.order.id}`);
const replay = (by: Desk, id: string | undefined) =>
  by.send<InboxDetail>('POST', `/notifications/${id}/replay`);

describe('GET /notifications', () => {
  it('lists every webhook with its verdict, newest first, page by page', async () => {
    const items = await list();
    expect(items).toMatchObject([
      { verdict: 'FORGED', verified: false },
      { verdict: 'SETTLED', verified: true, orderId: paid.order.id, outTradeNo: paid.payment.outTradeNo },
    ]);
    expect(items[0]).not.toHaveProperty('outTradeNo');
    expect(await viewer.pages('/notifications?')).toEqual(items);
  });

  it('filters by kind, outcome, order and time', async () => {
    expect(await list('outcome=FORGED')).toHaveLength(1);
    expect(await list('kind=REFUND')).toEqual([]);
    expect(await list('kind=PAYMENT&outcome=SETTLED')).toHaveLength(1);
    expect(await list(`orderId=${paid.order.id}`)).toHaveLength(1);
    expect(await list('to=2020-01-01')).toEqual([]);
    expect((await viewer.send('GET', '/notifications?outcome=LOST')).status).toBe(400);
  });
});

describe('GET /notifications/:id', () => {
  it('shows the message without its openid and signature', async () => {
    const message = await settled();
    expect(message).toMatchObject({ verified: true, bodyComplete: true, replayable: true });
    expect(message.bodySha256).toMatch(/^[0-9a-f]{64}$/);
    expect(message.body).toContain(`<out_trade_no><![CDATA[${paid.payment.outTradeNo}]]></out_trade_no>`);
    expect(message.body).toContain(`<openid><![CDATA[***${buyer.openid.slice(-4)}]]></openid>`);
    expect(message.body).not.toContain('<sign>');
  });

  it('shows the kept beginning of one that is not believed', async () => {
    const forged = await only('outcome=FORGED');
    expect(forged).toMatchObject({ verified: false, bodyComplete: false, replayable: false });
    expect(forged.body).toContain('<total_fee><![CDATA[1]]></total_fee>');
    expect(forged.body.length).toBeLessThanOrEqual(4096);
  });

  it.each([UNKNOWN_ID, 'nonsense'])('is 404 for %s', async (id) => {
    expect(await viewer.send('GET', `/notifications/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'NOTIFICATION_NOT_FOUND' },
    });
  });
});

describe('POST /notifications/:id/replay', () => {
  it('of a settled payment changes nothing: a new row says DUPLICATE, and the audit log who it was', async () => {
    const { id } = await settled();
    const before = await booksOf(system.database, paid.order.id);
    const { status, body } = await replay(finance, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ verdict: 'DUPLICATE', verified: true, orderId: paid.order.id });
    expect(body.id).not.toBe(id);
    expect(await booksOf(system.database, paid.order.id)).toEqual({
      ...before,
      verdicts: ['SETTLED', 'DUPLICATE'],
    });
    const audited = await system.database.query(
      `SELECT operator_name, subject_id FROM audit_log WHERE action = 'notification.replay_requested'`,
    );
    expect(audited).toEqual([{ operator_name: finance.username, subject_id: id }]);
  });

  it('decides again with today’s rows: a payment whose order was missing then is no more believed now', async () => {
    const lost = signed(system, paidNotice(system, { out_trade_no: 'SOMEBODY-ELSES-1', total_fee: '4711' }));
    await post(system, xml(lost));
    const { id } = await only('outcome=UNKNOWN_ORDER');
    expect((await replay(finance, id)).body).toMatchObject({ verdict: 'UNKNOWN_ORDER' });
    const items = await system.database.query('SELECT FROM suspense_items WHERE transaction_id = $1', [
      lost['transaction_id'],
    ]);
    expect(items).toHaveLength(1);
  });

  it('is refused for one that was never believed, and leaves no trace', async () => {
    const { id } = await only('outcome=FORGED');
    const before = await list();
    expect(await replay(finance, id)).toMatchObject({
      status: 409,
      body: { code: 'NOTIFICATION_NOT_REPLAYABLE', detail: expect.stringContaining('not believed') },
    });
    expect(await list()).toEqual(before);
  });

  it('believes only today’s key: signed with the old one it is refused', async () => {
    const { id } = await settled();
    await system.restart({ WXPAY_API_KEY: 'n'.repeat(32) });
    expect(await replay(finance, id)).toMatchObject({
      status: 409,
      body: { code: 'NOTIFICATION_NOT_REPLAYABLE', detail: expect.stringContaining('signature') },
    });
    await system.restart();
  });

  it('with the question to WeChat switched on, an answer that does not confirm it is filed and said', async () => {
    const { order, payment } = await buyer.checkout(await system.product({ priceFen: PRICE }));
    await system.restart({ WXPAY_CONFIRM_NOTIFY: 'query' });
    const fields = paidNotice(system, { out_trade_no: payment.outTradeNo, total_fee: String(PRICE) });
    expect((await post(system, xml(signed(system, fields)))).status).toBe(503);
    const { id } = await only('outcome=UNCONFIRMED');
    expect(await replay(finance, id)).toMatchObject({ status: 200, body: { verdict: 'UNCONFIRMED' } });
    expect((await buyer.order(order.id)).status).toBe('PENDING_PAYMENT');
    await system.restart();
  });

  it('of a refund asks WeChat again, and changes nothing', async () => {
    const order = await paidOrder(system, PRICE);
    const refund = await ask(order);
    await finance.send('POST', `/refunds/${refund.id}/approve`, {});
    const { id } = await eventually(() => only('outcome=CONCLUDED'));
    const { status, body } = await replay(finance, id);
    expect([status, body.verdict, body.refundId]).toEqual([200, 'DUPLICATE', refund.id]);
    expect(body.body).toContain('<req_info>');
    expect((await list(`kind=REFUND&orderId=${order.orderId}`)).map(({ verdict }) => verdict)).toEqual([
      'DUPLICATE',
      'CONCLUDED',
    ]);
    expect(await order.buyer.order(order.orderId)).toMatchObject({
      refundStatus: 'FULL',
      refundedFen: PRICE,
    });
  });

  it('is nothing a VIEWER may do, and 404 for what is none', async () => {
    const { id } = await settled();
    expect(await replay(viewer, id)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await replay(finance, UNKNOWN_ID)).toMatchObject({
      status: 404,
      body: { code: 'NOTIFICATION_NOT_FOUND' },
    });
  });
});

it('the order’s timeline tells of the notification, its duplicate and who replayed it', async () => {
  await eventually(async () => {
    const { timeline } = await viewer.get<{ timeline: { event: string }[] }>(`/orders/${paid.order.id}`);
    const events = timeline.map(({ event }) => event);
    expect(events).toContain('notification.settled');
    expect(events.indexOf('notification.replay_requested')).toBe(
      events.indexOf('notification.duplicate') - 1,
    );
  });
});

it('A25: neither openid nor signature is in any answer', () =>
  expect(Desk.answersWith(buyer.openid, notice['sign'] ?? '?', 'oHandmade')).toEqual([]));
