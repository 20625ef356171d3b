import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RefundConclusionService } from '../src/refund/refund-conclusion.service.js';
import type { RefundPage, RefundView, StaffRefundView } from '../src/refund/refund.schema.js';
import type { StaffOrderPage, StaffOrderView } from '../src/staff/orders/staff-order.schema.js';
import type { SuspenseDetail, SuspensePage } from '../src/staff/suspense/suspense.schema.js';
import { toFen } from '../src/common/fen.js';
import { refundBecomes, refundsAtWeChat } from './refund/paid-order.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml } from './support/notice.js';
import { TestOperator } from './support/staff.js';
import {
  booksOfItem,
  cancelledOrder,
  eventsOfItem,
  itemBecomes,
  itemOf,
  payLate,
} from './support/suspense.js';
import { startSystem, type System } from './support/system.js';

const PRICE = 1990;

let system: System;
let finance: TestOperator;
let owner: TestOperator;

beforeAll(async () => {
  system = await startSystem({
    WXPAY_CONFIRM_NOTIFY: 'signature',
    SUSPENSE_LATE: 'hold',
    REFUND_SECOND_APPROVAL_MIN_FEN: '50000',
  });
  [finance, owner] = [await TestOperator.login(system, 'FINANCE'), await TestOperator.login(system, 'OWNER')];
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

/** A late payment that waits for a person, because the shop wants it so. */
async function held(priceFen = PRICE): Promise<SuspenseDetail & { late: CheckedOut; buyer: TestBuyer }> {
  const late = await cancelledOrder(system, priceFen);
  return { ...(await itemOf(finance, await payLate(system, late))), late, buyer: late.buyer };
}

const giveBack = (by: TestOperator, id: string) => by.send<SuspenseDetail>('POST', `/suspense/${id}/return`);
const accept = (by: TestOperator, id: string, note = '买家同意留作下次订金') =>
  by.send<SuspenseDetail>('POST', `/suspense/${id}/accept`, { note });
const decideRefund = (by: TestOperator, id: string | undefined, decision: 'approve' | 'reject') =>
  by.send<StaffRefundView>(
    'POST',
    `/refunds/${id}/${decision}`,
    decision === 'reject' ? { reason: '再等等' } : {},
  );

describe('what waits for a person', () => {
  it('SUSPENSE_LATE=hold: a late payment does not go back by itself; SUSPENSE_DOUBLE decides for itself', async () => {
    const productId = await system.product({ priceFen: PRICE });
    const buyer = await TestBuyer.login(system);
    const first = await buyer.checkout(productId);
    const second = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${first.order.id}/payments`, {
      tradeType: 'NATIVE',
    });
    const late = await held();
    await system.control.pay({ outTradeNo: second.body.payment.outTradeNo });
    await buyer.orderBecomes(first.order.id, 'PAID');
    const double = await itemOf(finance, await payLate(system, first));
    await itemBecomes(finance, double.id, 'RETURNED'); // a run of the worker that had the late one before it
    expect(late).toMatchObject({ kind: 'LATE', status: 'OPEN', returns: [] });
    expect(late).not.toHaveProperty('returnAt');
    expect(await itemBecomes(finance, late.id, 'OPEN')).toMatchObject({ returns: [] });
  });

  it('money for an order that is not ours never goes back by itself; the database holds that line too', async () => {
    const fields = { out_trade_no: 'ANOTHER-SYSTEM-7', total_fee: '4711' };
    const notice = paidNotice(system, fields);
    await post(system, xml(signed(system, notice)));
    const item = await itemOf(finance, notice['transaction_id'] ?? '');
    expect(item).toMatchObject({ kind: 'UNKNOWN_ORDER', status: 'OPEN', returns: [] });
    expect(item).not.toHaveProperty('returnAt');
    await expect(
      system.database.query('UPDATE suspense_items SET return_at = now() WHERE id = $1', [item.id]),
    ).rejects.toThrow('suspense_items_returned_by_rule');
    expect(await eventsOfItem(system, item.id)).toEqual([]);
  });

  it.each(['VIEWER', 'SUPPORT'] as const)('is nothing %s may decide', async (role) => {
    const { id } = await held();
    const operator = await TestOperator.login(system, role);
    for (const answer of [await giveBack(operator, id), await accept(operator, id)])
      expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it.each(['01920000-0000-7000-8000-000000000000', 'nonsense'])('is 404 for %s', async (id) => {
    for (const answer of [await giveBack(finance, id), await accept(finance, id)])
      expect(answer).toMatchObject({ status: 404, body: { code: 'SUSPENSE_NOT_FOUND' } });
  });
});

it('M-11: of two payments under one number the second goes back, and the first stays refundable', async () => {
  const buyer = await TestBuyer.login(system);
  const { order, payment } = await buyer.checkout(await system.product({ priceFen: PRICE }));
  const first = paidNotice(system, { out_trade_no: payment.outTradeNo, total_fee: String(PRICE) });
  await post(system, xml(signed(system, first)));
  await buyer.orderBecomes(order.id, 'PAID');
  const { transactionId = '' } = await system.control.pay({ outTradeNo: payment.outTradeNo });
  const { id } = await itemOf(finance, transactionId);
  expect(await itemBecomes(finance, id, 'RETURNED')).toMatchObject({ kind: 'DOUBLE', amountFen: PRICE });
  const refunds: unknown[] = await refundsAtWeChat(system, payment.outTradeNo);
  expect(refunds).toMatchObject([{ transactionId, refundFen: PRICE }]);
  const asked = await buyer.send<RefundView>('POST', `/api/v1/orders/${order.id}/refunds`, {
    reason: '不想要了',
    expectedRefundableFen: PRICE,
  });
  expect(asked).toMatchObject({ status: 201, body: { purpose: 'ORDER', amountFen: PRICE } });
});

describe('returning it by hand', () => {
  it('passes the refund policy: not by the one who asked, and large sums by two people', async () => {
    const item = await held(60_000);
    const { body } = await giveBack(finance, item.id);
    const refundId = body.returns[0]?.id;
    expect(body).toMatchObject({ status: 'RETURNING', returns: [{ status: 'REQUESTED' }] });
    expect(await decideRefund(finance, refundId, 'approve')).toMatchObject({ status: 403 });
    expect((await decideRefund(owner, refundId, 'approve')).body).toMatchObject({
      status: 'REQUESTED',
      approvalsNeeded: 1,
    });
    expect(await itemBecomes(finance, item.id, 'RETURNING')).toMatchObject({
      returns: [{ status: 'REQUESTED' }],
    });
    const third = await TestOperator.login(system, 'FINANCE');
    expect((await decideRefund(third, refundId, 'approve')).status).toBe(200);
    await itemBecomes(finance, item.id, 'RETURNED');
    expect(await booksOfItem(system, item.id)).toEqual({ WECHAT_RECEIVABLE: 0, SUSPENSE: 0 });
  });

  it('rejected, it is open again, and a second try has a number of its own', async () => {
    const item = await held();
    const first = (await giveBack(finance, item.id)).body.returns[0];
    expect((await decideRefund(owner, first?.id, 'reject')).status).toBe(200);
    expect(await itemBecomes(finance, item.id, 'OPEN')).toMatchObject({ returns: [{ status: 'REJECTED' }] });
    const second = (await giveBack(finance, item.id)).body.returns[1];
    expect([first?.refundNo, second?.refundNo]).toEqual([
      `RETURN-${item.transactionId}`,
      `RETURN-${item.transactionId}-2`,
    ]);
    await decideRefund(owner, second?.id, 'approve');
    await itemBecomes(finance, item.id, 'RETURNED');
    expect(await refundsAtWeChat(system, item.outTradeNo)).toHaveLength(1);
  });

  it('a return that WeChat closed puts the item before a person again', async () => {
    await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
    const item = await held();
    const refund = (await giveBack(finance, item.id)).body.returns[0];
    await decideRefund(owner, refund?.id, 'approve');
    await eventually(async () => expect(await refundsAtWeChat(system, item.outTradeNo)).toHaveLength(1));
    await system.control.call('POST', `/_sim/refunds/${refund?.refundNo}`, { status: 'CLOSED' });
    await refundBecomes(finance, refund?.id ?? '', 'CLOSED');
    expect(await itemBecomes(finance, item.id, 'OPEN')).toMatchObject({ returns: [{ status: 'CLOSED' }] });
    expect(await booksOfItem(system, item.id)).toEqual({ WECHAT_RECEIVABLE: PRICE, SUSPENSE: -PRICE });
    await system.control.call('POST', '/_sim/settings', { refundSeconds: 1 });
  });

  it('twenty at once are one return', async () => {
    const item = await held();
    const answers = await Promise.all(Array.from({ length: 20 }, () => giveBack(finance, item.id)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    expect(await itemBecomes(finance, item.id, 'RETURNING')).toMatchObject({ returns: [{}] });
  });

  it('is one list with the refunds of orders, told apart by purpose, and no part of the order’s sums', async () => {
    const item = await held();
    const refund = (await giveBack(finance, item.id)).body.returns[0];
    const page = async (query: string) =>
      (await finance.send<RefundPage>('GET', `/refunds?${query}`)).body.items;
    expect((await page('purpose=SUSPENSE&limit=1'))[0]).toMatchObject({
      id: refund?.id,
      purpose: 'SUSPENSE',
      suspenseId: item.id,
      requestedBy: { kind: 'operator', id: finance.credentials.id },
    });
    expect((await page('purpose=ORDER')).map(({ id }) => id)).not.toContain(refund?.id);
    const order = (await finance.send<StaffOrderView>('GET', `/orders/${item.orderId}`)).body;
    expect(order).toMatchObject({
      status: 'CLOSED',
      refundStatus: 'NONE',
      refundedFen: 0,
      suspense: [{ id: item.id, status: 'RETURNING' }],
      refunds: [{ purpose: 'SUSPENSE', status: 'REQUESTED' }],
    });
    const words = order.timeline.map((event) => event.words).join('\n');
    for (const told of ['款项转入待处理：订单已关闭', '员工要求退回待处理款项', '待处理款项准备退回'])
      expect(words).toContain(told);
    const found = await finance.send<StaffOrderPage>('GET', `/orders?q=${refund?.refundNo}`);
    expect(found.body.items.map(({ id }) => id)).toEqual([item.orderId]);
  });
});

describe('keeping it', () => {
  it('books it as other income with a note; the order does not move, and it is audited', async () => {
    const item = await held();
    const unwritten = await finance.send('POST', `/suspense/${item.id}/accept`, { note: '\u001b[2J' });
    expect(unwritten).toMatchObject({ status: 400, body: { errors: [{ field: 'note' }] } });
    expect((await accept(finance, item.id)).body).toMatchObject({
      status: 'ACCEPTED',
      accepted: { by: finance.session.operator.displayName, note: '买家同意留作下次订金' },
    });
    expect(await booksOfItem(system, item.id)).toEqual({
      WECHAT_RECEIVABLE: PRICE,
      SUSPENSE: 0,
      OTHER_INCOME: -PRICE,
    });
    expect(await item.buyer.order(item.late.order.id)).toMatchObject({ status: 'CLOSED', paidFen: 0 });
    expect(await eventsOfItem(system, item.id)).toEqual(['suspense.opened', 'suspense.accepted']);
    const audited = await system.database.query(
      'SELECT action, operator_name, before, after FROM audit_log WHERE subject_id = $1',
      [item.id],
    );
    expect(audited).toEqual([
      {
        action: 'suspense.accepted',
        operator_name: finance.credentials.username,
        before: { status: 'OPEN' },
        after: { status: 'ACCEPTED', amountFen: PRICE, note: '买家同意留作下次订金' },
      },
    ]);
    for (const answer of [await accept(owner, item.id), await giveBack(owner, item.id)])
      expect(answer).toMatchObject({
        status: 409,
        body: { code: 'SUSPENSE_ALREADY_DECIDED', suspenseStatus: 'ACCEPTED' },
      });
  });

  it('needs a note', async () => {
    const { id } = await held();
    for (const note of ['', '  '])
      expect(await accept(finance, id, note)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', errors: [{ field: 'note' }] },
      });
    expect(await itemBecomes(finance, id, 'OPEN')).not.toHaveProperty('accepted');
  });

  it('of keeping and returning at once, one happens', async () => {
    const items = await Promise.all(Array.from({ length: 5 }, () => held()));
    for (const { id } of items) {
      const answers = await Promise.all([accept(finance, id), giveBack(owner, id)]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      const kept = answers[0].status === 200;
      expect((await finance.send<SuspenseDetail>('GET', `/suspense/${id}`)).body).toMatchObject({
        status: kept ? 'ACCEPTED' : 'RETURNING',
        returns: kept ? [] : [{ status: 'REQUESTED' }],
      });
    }
  });

  it('what WeChat refused to return, was then kept, and is returned after all comes out of other income', async () => {
    const item = await held();
    await system.control.fault({ path: '/secapi/pay/refund', fault: 'USER_ACCOUNT_ABNORMAL', count: 1 });
    const refund = (await giveBack(finance, item.id)).body.returns[0];
    await decideRefund(owner, refund?.id, 'approve');
    await refundBecomes(finance, refund?.id ?? '', 'FAILED');
    expect((await accept(finance, item.id)).status).toBe(200);
    expect(await finance.send('POST', `/refunds/${refund?.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'SUSPENSE_ALREADY_DECIDED' },
    });
    await system.app.get(RefundConclusionService).conclude(refund?.id ?? '', {
      state: 'SUCCESS',
      refundId: '50300001232026112200000000001',
      refundFen: toFen(PRICE),
      settlementFen: toFen(PRICE),
      fields: {},
    });
    await itemBecomes(finance, item.id, 'RETURNED');
    expect(await booksOfItem(system, item.id)).toEqual({
      WECHAT_RECEIVABLE: 0,
      SUSPENSE: 0,
      OTHER_INCOME: 0,
    });
  });
});

it('M-24: an item that is due goes back after a restart: the row is due, there is no job to lose', async () => {
  const item = await held();
  const due = "UPDATE suspense_items SET return_at = created_at + interval '1 hour' WHERE id = $1";
  await system.database.query(due, [item.id]);
  await system.restart();
  expect(await itemBecomes(finance, item.id, 'OPEN')).toMatchObject({ returns: [] });
  await system.control.advance(3600);
  await itemBecomes(finance, item.id, 'RETURNED');
  expect(await refundsAtWeChat(system, item.outTradeNo)).toHaveLength(1);
});

it('lists what is open, and only that', async () => {
  const { items } = (await finance.send<SuspensePage>('GET', '/suspense?status=OPEN&limit=100')).body;
  expect(items.length).toBeGreaterThan(0);
  for (const { status } of items) expect(status).toBe('OPEN');
});
