import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RefundView } from '../../src/refund/refund.schema.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, paidOrder, refundBecomes, refundOf, type PaidOrder } from './paid-order.js';

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem({ REFUND_SECOND_APPROVAL_MIN_FEN: '2500' });
  finance = await TestOperator.login(system, 'FINANCE');
});
afterEach(async () => {
  await system.control.noFaults();
  await system.control.call('POST', '/_sim/settings', { refundSeconds: 1 });
});
afterAll(() => system.stop());

const goods = ({ productId }: PaidOrder, quantity: number) => [{ productId, quantity }];
const refused = (paid: PaidOrder, body: object) =>
  paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, { reason: 'x', ...body });

/** Three for 100 fen: the units are worth 33, 33 and 34. */
async function three(): Promise<PaidOrder> {
  const paid = await paidOrder(system, 300, 3);
  await system.database.query('UPDATE order_items SET payable_fen = 100 WHERE order_id = $1', [paid.orderId]);
  await system.database.query('UPDATE payments SET amount_fen = 100 WHERE order_id = $1', [paid.orderId]);
  return paid;
}

async function failed(paid: PaidOrder, body: Record<string, unknown>): Promise<string> {
  await system.control.fault({ path: '/secapi/pay/refund', fault: 'ERROR', count: 1 });
  const { id } = await ask(paid, body);
  await approve(finance, id);
  await refundBecomes(finance, id, 'FAILED');
  return id;
}

async function underWay(): Promise<string> {
  await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
  const { id } = await ask(await paidOrder(system, 1000));
  await approve(finance, id);
  await eventually(async () => expect((await refundOf(finance, id)).refundId).toBeDefined());
  return id;
}

describe('goods that may come back', () => {
  it('one by one, one of them refused and asked for again, come to no fen more than was paid', async () => {
    const paid = await three();
    const asked: RefundView[] = [];
    for (let n = 0; n < 3; n++) asked.push(await ask(paid, { items: goods(paid, 1) }));
    expect(asked.map(({ amountFen }) => amountFen)).toEqual([33, 33, 34]);
    await finance.send('POST', `/refunds/${asked[0]?.id}/reject`, { reason: '已拆封' });
    expect(await ask(paid, { items: goods(paid, 1) })).toMatchObject({
      amountFen: 33,
      items: [{ quantity: 1, payableFen: 34 }],
    });
  });

  it('after a goodwill refund come back for what is left; an amount that is too large is refused as before', async () => {
    const paid = await three();
    await ask(paid, { amountFen: 10 });
    expect(await refused(paid, { items: goods(paid, 3), amountFen: 91 })).toMatchObject({
      status: 409,
      body: { code: 'REFUND_TOO_LARGE', refundableFen: 90 },
    });
    expect(await ask(paid, { items: goods(paid, 3) })).toMatchObject({
      amountFen: 90,
      items: [{ quantity: 3, payableFen: 100 }],
    });
    expect(await refused(paid, {})).toMatchObject({ status: 409, body: { code: 'REFUND_TOO_LARGE' } });
  });
});

describe('M-30: one person with two accounts', () => {
  it('does not decide as staff what he has asked for as a buyer, and it does not wait for him', async () => {
    const paid = await paidOrder(system, 1000);
    const self = await TestOperator.login(system, 'FINANCE');
    const { id } = await ask(paid);
    const waits = async (): Promise<string[]> => {
      const { body } = await self.send<{ items: RefundView[] }>('GET', '/refunds?awaitingMe=true&limit=100');
      return body.items.map((refund) => refund.id);
    };
    expect(await waits()).toContain(id);
    const owner = await TestOperator.login(system, 'OWNER');
    expect((await owner.send('PATCH', `/operators/${self.id}`, { buyerId: paid.buyer.id })).status).toBe(200);
    expect(await waits()).not.toContain(id);
    expect(await refundOf(self, id)).toMatchObject({ review: { allowed: false, code: 'OWN_REQUEST' } });
    for (const [decision, body] of [
      ['approve', {}],
      ['reject', { reason: '不退' }],
    ] as const)
      expect(await self.send('POST', `/refunds/${id}/${decision}`, body)).toMatchObject({
        status: 403,
        body: { code: 'REFUND_REVIEW_REFUSED', reason: 'OWN_REQUEST' },
      });
    await approve(finance, id);
  });
});

describe('a failed refund that is tried again', () => {
  it('takes its goods back too, or is told that they are gone', async () => {
    const paid = await paidOrder(system, 1500, 3);
    const id = await failed(paid, { items: goods(paid, 2), amountFen: 100 });
    const other = await ask(paid, { items: goods(paid, 2), amountFen: 100 });
    expect(await finance.send('POST', `/refunds/${id}/retry`)).toMatchObject({
      status: 422,
      body: { code: 'REFUND_ITEMS_IMPOSSIBLE', detail: expect.stringContaining('ask for a new one') },
    });
    await finance.send('POST', `/refunds/${other.id}/reject`, { reason: '重复' });
    expect((await finance.send('POST', `/refunds/${id}/retry`)).status).toBe(200);
    await refundBecomes(finance, id, 'SUCCESS');
  });

  it('does not pass under the limit that its order has reached since', async () => {
    const paid = await paidOrder(system, 3000);
    const id = await failed(paid, { amountFen: 1000 });
    const other = await ask(paid, { amountFen: 2000 });
    expect(await finance.send('POST', `/refunds/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'REFUND_APPROVALS_MISSING', approvalsNeeded: 2, detail: expect.stringContaining('3000') },
    });
    await refundBecomes(finance, id, 'FAILED');
    const again = await ask(paid, { amountFen: 1000 });
    expect(await refundOf(finance, again.id)).toMatchObject({ approvalsNeeded: 2 });
    await finance.send('POST', `/refunds/${again.id}/reject`, { reason: '改用原单号' });
    await finance.send('POST', `/refunds/${other.id}/reject`, { reason: '不退' });
    expect((await finance.send('POST', `/refunds/${id}/retry`)).status).toBe(200);
  });
});

describe('asking WeChat about a refund', () => {
  it('is audited, and 504 when WeChat gives no certain answer', async () => {
    const id = await underWay();
    expect((await finance.send('POST', `/refunds/${id}/sync`)).status).toBe(200);
    await system.control.fault({ path: '/pay/refundquery', fault: 'SYSTEMERROR' });
    expect(await finance.send('POST', `/refunds/${id}/sync`)).toMatchObject({
      status: 504,
      body: { code: 'WXPAY_OUTCOME_UNKNOWN', refundId: id },
    });
    const audited = await system.database.query(
      `SELECT operator_id AS by, before FROM audit_log WHERE action = 'refund.sync_requested' AND subject_id = $1`,
      [id],
    );
    expect(audited).toEqual([
      { by: finance.id, before: { status: 'PROCESSING' } },
      { by: finance.id, before: { status: 'PROCESSING' } },
    ]);
  });

  it('of an account that is no longer in the settings names the account, and the refund waits for it', async () => {
    const [approved, sent] = [await ask(await paidOrder(system, 1000)), await underWay()];
    const account = (id: string) =>
      system.database.query('UPDATE refunds SET account_id = $1 WHERE id = ANY ($2)', [
        id,
        [approved.id, sent],
      ]);
    await account('branch-9');
    const gone = { status: 409, body: { code: 'MERCHANT_ACCOUNT_REMOVED', account: 'branch-9' } };
    for (const action of ['sync', 'retry'])
      expect(await finance.send('POST', `/refunds/${sent}/${action}`)).toMatchObject(gone);
    await approve(finance, approved.id);
    await system.control.advance(60);
    for (const [id, status] of [
      [approved.id, 'APPROVED'],
      [sent, 'PROCESSING'],
    ] as const)
      await eventually(async () =>
        expect(await refundOf(finance, id)).toMatchObject({
          status,
          waiting: { code: 'MERCHANT_ACCOUNT_REMOVED', message: expect.stringContaining('branch-9') },
          guidance: expect.stringContaining('恢复配置'),
        }),
      );
    await account('default');
    await system.control.call('POST', '/_sim/settings', { refundSeconds: 1 });
    await system.control.advance(600);
    await refundBecomes(finance, approved.id, 'SUCCESS');
  });
});
