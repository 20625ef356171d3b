import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RefundView } from '../../src/refund/refund.schema.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import {
  approve,
  ask,
  ledgerOf,
  paidOrder,
  refundBecomes,
  refundOf,
  refundsAtWeChat,
} from '../refund/paid-order.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';

/** A refund from the request to the books, over one protocol. */
export function refundFlowSuite(protocol: ProtocolName): void {
  const { env } = PROTOCOLS[protocol];
  describe(protocol, () => {
    let system: System;
    let finance: TestOperator;
    let support: TestOperator;

    beforeAll(async () => {
      system = await startSystem(env);
      [finance, support] = [
        await TestOperator.login(system, 'FINANCE'),
        await TestOperator.login(system, 'SUPPORT'),
      ];
    });
    afterEach(() => system.control.noFaults());
    afterAll(() => system.stop());

    describe('a refund', () => {
      it('is asked for by the buyer, approved by finance, and done without anybody polling', async () => {
        const paid = await paidOrder(system, 10_000);
        const reason = '不想要了\r\n谢谢';
        const refund = await ask(paid, { amountFen: 3000, expectedRefundableFen: 10_000, reason });
        expect(refund).toMatchObject({ status: 'REQUESTED', amountFen: 3000, reason: '不想要了\n谢谢' });

        const refused = await support.send('POST', `/refunds/${refund.id}/approve`, {});
        expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });

        const unwritten = await finance.send('POST', `/refunds/${refund.id}/approve`, {
          note: '已核实\u001b',
        });
        expect(unwritten).toMatchObject({ status: 400, body: { errors: [{ field: 'note' }] } });
        const note = '已核实\n订单\t3000';
        expect(await approve(finance, refund.id, { note })).toMatchObject({
          status: 'APPROVED',
          reviewNote: note,
        });
        await refundBecomes(finance, refund.id, 'SUCCESS');
        expect(await paid.buyer.order(paid.orderId)).toMatchObject({
          status: 'PAID',
          refundStatus: 'PARTIAL',
          refundedFen: 3000,
        });
        expect(await ledgerOf(system, paid.orderId)).toEqual({
          WECHAT_RECEIVABLE: 7000,
          CUSTOMER_DEPOSITS: -7000,
        });
        expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([
          { outRefundNo: refund.refundNo, refundFen: 3000 },
        ]);
      });

      it('comes back in parts until nothing is left, a minute apart', async () => {
        const paid = await paidOrder(system, 1000);
        const first = await ask(paid, { amountFen: 400 });
        const second = await ask(paid, { amountFen: 600 });
        await approve(finance, first.id);
        await refundBecomes(finance, first.id, 'SUCCESS');
        await approve(finance, second.id);
        await eventually(async () => {
          const { status, nextCheckAt } = await refundOf(finance, second.id);
          if (status !== 'APPROVED' || nextCheckAt === undefined) throw new Error(status);
          expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
        });
        await system.control.advance(61);
        await refundBecomes(finance, second.id, 'SUCCESS');
        expect(await paid.buyer.order(paid.orderId)).toMatchObject({
          refundStatus: 'FULL',
          refundedFen: 1000,
        });
        expect(
          await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, { reason: 'x' }),
        ).toMatchObject({
          status: 409,
          body: { code: 'REFUND_TOO_LARGE' },
        });
      });

      it('M-19: 50 parallel requests for a tenth each: ten are accepted', async () => {
        const paid = await paidOrder(system, 1000);
        const answers = await Promise.all(
          Array.from({ length: 50 }, () =>
            paid.buyer.send<RefundView>('POST', `/api/v1/orders/${paid.orderId}/refunds`, {
              reason: 'x',
              amountFen: 100,
            }),
          ),
        );
        expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
        expect(answers.filter(({ status }) => status === 409)).toHaveLength(40);
      });

      it('M-40: a stale screen is told so', async () => {
        const paid = await paidOrder(system, 1000);
        await ask(paid, { amountFen: 100, expectedRefundableFen: 1000 });
        const stale = await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, {
          reason: 'x',
          amountFen: 100,
          expectedRefundableFen: 1000,
        });
        expect(stale).toMatchObject({
          status: 409,
          body: { code: 'REFUNDABLE_CHANGED', refundableFen: 900 },
        });
      });

      it('M-20: rejected and withdrawn requests give their amount back', async () => {
        const paid = await paidOrder(system, 1000);
        const [first, second] = [await ask(paid, { amountFen: 600 }), await ask(paid, { amountFen: 400 })];
        expect(await finance.send('POST', `/refunds/${first.id}/reject`, {})).toMatchObject({ status: 400 });
        expect(
          await finance.send('POST', `/refunds/${first.id}/reject`, { reason: '已超过保质期' }),
        ).toMatchObject({ status: 200, body: { status: 'REJECTED' } });
        expect(await paid.buyer.send('POST', `/api/v1/refunds/${second.id}/withdraw`)).toMatchObject({
          status: 200,
          body: { status: 'WITHDRAWN' },
        });
        expect(await ask(paid, { expectedRefundableFen: 1000 })).toMatchObject({ amountFen: 1000 });
        expect(await finance.send('POST', `/refunds/${first.id}/approve`, {})).toMatchObject({
          status: 409,
          body: { code: 'REFUND_ALREADY_DECIDED' },
        });
      });

      it('approving twice is one approval; two approvers at the same moment are one refund', async () => {
        const other = await TestOperator.login(system, 'OWNER');
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        const answers = await Promise.all(
          [finance, other, finance, other].map((operator) =>
            operator.send('POST', `/refunds/${refund.id}/approve`, {}),
          ),
        );
        expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
        expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
        await refundBecomes(finance, refund.id, 'SUCCESS');
        expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
      });

      it('M-30: an operator cannot approve what he asked for himself, whatever screen he uses', async () => {
        const paid = await paidOrder(system, 1000);
        const { status, body } = await finance.send<RefundView>('POST', `/orders/${paid.orderId}/refunds`, {
          reason: '漏发',
        });
        expect(status).toBe(201);
        expect(await refundOf(finance, body.id)).toMatchObject({
          review: { allowed: false, code: 'OWN_REQUEST' },
        });
        expect(await finance.send('POST', `/refunds/${body.id}/approve`, {})).toMatchObject({
          status: 403,
          body: { code: 'REFUND_REVIEW_REFUSED', reason: 'OWN_REQUEST' },
        });
      });

      it('M-27: goods come back into stock by the stored order, when the reviewer says so', async () => {
        const paid = await paidOrder(system, 3000, 3);
        const stock = async (): Promise<number> =>
          (
            await system.database.query<{ stock: number }>('SELECT stock FROM products WHERE id = $1', [
              paid.productId,
            ])
          )[0]?.stock ?? -1;
        expect(await stock()).toBe(97);
        const refund = await ask(paid, { items: [{ productId: paid.productId, quantity: 2 }] });
        expect(refund).toMatchObject({
          amountFen: 2000,
          items: [{ productId: paid.productId, unitPriceFen: 1000, quantity: 2, payableFen: 2000 }],
        });
        await approve(finance, refund.id, { restock: true });
        await refundBecomes(finance, refund.id, 'SUCCESS');
        expect(await stock()).toBe(99);
        expect(
          await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, {
            reason: 'x',
            items: [{ productId: paid.productId, quantity: 2 }],
          }),
        ).toMatchObject({
          status: 422,
          body: { code: 'REFUND_ITEMS_IMPOSSIBLE', errors: [{ field: 'items.0.quantity' }] },
        });
      });

      it.each([
        ['zero', { amountFen: 0 }, 400],
        ['negative', { amountFen: -1 }, 400],
        ['fractional', { amountFen: 1.5 }, 400],
        ['text', { amountFen: '1' }, 400],
        ['too large', { amountFen: 1001 }, 409],
        ['an unknown field', { refundFen: 1 }, 400],
        ['no reason', { reason: ' ' }, 400],
        ['a reason with a control character', { reason: 'x\u001b[2J' }, 400],
        ['a product that is not in it', { items: [{ productId: 'pears', quantity: 1 }] }, 422],
      ])('refuses %s', async (_, body, status) => {
        const paid = await paidOrder(system, 1000);
        expect(
          (await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, { reason: 'x', ...body }))
            .status,
        ).toBe(status);
        expect(
          await system.database.query('SELECT FROM refunds WHERE order_id = $1', [paid.orderId]),
        ).toEqual([]);
      });

      it("an unpaid order has nothing to refund, and somebody else's is not found", async () => {
        const [paid, other] = [await paidOrder(system), await paidOrder(system)];
        expect(
          await other.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, { reason: 'x' }),
        ).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
        const { order } = await paid.buyer.checkout(paid.productId);
        expect(
          await paid.buyer.send('POST', `/api/v1/orders/${order.id}/refunds`, { reason: 'x' }),
        ).toMatchObject({ status: 409, body: { code: 'ORDER_NOT_REFUNDABLE' } });
        const refund = await ask(paid);
        expect(await other.buyer.send('GET', `/api/v1/refunds/${refund.id}`)).toMatchObject({ status: 404 });
        expect(await other.buyer.send('POST', `/api/v1/refunds/${refund.id}/withdraw`)).toMatchObject({
          status: 404,
        });
      });

      it('Q-08: the buyer has a window, staff have a year', async () => {
        const paid = await paidOrder(system, 1000);
        await system.database.query(
          `UPDATE payments SET paid_at = paid_at - interval '31 days' WHERE order_id = $1`,
          [paid.orderId],
        );
        expect(
          await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, { reason: 'x' }),
        ).toMatchObject({ status: 409, body: { code: 'REFUND_WINDOW_OVER' } });
        expect(
          (await support.send('POST', `/orders/${paid.orderId}/refunds`, { reason: 'x', amountFen: 1 }))
            .status,
        ).toBe(201);
        await system.database.query(
          `UPDATE payments SET paid_at = paid_at - interval '1 year' WHERE order_id = $1`,
          [paid.orderId],
        );
        expect(
          await support.send('POST', `/orders/${paid.orderId}/refunds`, { reason: 'x', amountFen: 1 }),
        ).toMatchObject({ status: 409, body: { code: 'REFUND_WINDOW_OVER' } });
      });
    });
  });
}
