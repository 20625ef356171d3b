import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RefundPage } from '../../src/refund/refund.schema.js';
import { refundsAtWeChat } from '../refund/paid-order.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';
import { TestOperator } from '../support/staff.js';
import {
  booksOfItem,
  cancelledOrder,
  eventsOfItem,
  itemBecomes,
  itemOf,
  payLate,
} from '../support/suspense.js';
import { startSystem, type System } from '../support/system.js';

/** Money that arrives wrongly goes back by itself, over one protocol. */
export function suspenseSuite(protocol: ProtocolName): void {
  const { env, paths } = PROTOCOLS[protocol];
  const PRICE = 1990;

  describe(protocol, () => {
    let system: System;
    let finance: TestOperator;

    beforeAll(async () => {
      system = await startSystem({ ...env, WXPAY_CONFIRM_NOTIFY: 'signature' });
      finance = await TestOperator.login(system, 'FINANCE');
    });
    afterEach(() => system.control.noFaults());
    afterAll(() => system.stop());

    it('M-09, M-10: a late payment goes back within a minute without a human; order and stock stay as they are', async () => {
      const late = await cancelledOrder(system);
      const transactionId = await payLate(system, late);
      const { id } = await itemOf(finance, transactionId);
      const item = await itemBecomes(finance, id, 'RETURNED');
      expect(item).toMatchObject({
        kind: 'LATE',
        amountFen: PRICE,
        orderId: late.order.id,
        evidence: { transaction_id: transactionId, out_trade_no: late.payment.outTradeNo },
        returns: [{ refundNo: `RETURN-${transactionId}`, status: 'SUCCESS', amountFen: PRICE }],
      });
      const [refund] = await refundsAtWeChat(system, late.payment.outTradeNo);
      expect(refund).toMatchObject({ outRefundNo: `RETURN-${transactionId}`, refundFen: PRICE });
      expect(await booksOfItem(system, id)).toEqual({ WECHAT_RECEIVABLE: 0, SUSPENSE: 0 });
      expect(await late.buyer.order(late.order.id)).toMatchObject({
        status: 'CLOSED',
        refundStatus: 'NONE',
        paidFen: 0,
        refundedFen: 0,
      });
      expect(await stockOf(late.productId)).toBe(5);
      const [took] = await system.database.query<{ seconds: number }>(
        'SELECT extract(epoch FROM r.succeeded_at - s.created_at)::float8 AS seconds FROM refunds r JOIN suspense_items s ON s.id = r.suspense_id WHERE s.id = $1',
        [id],
      );
      expect(took?.seconds).toBeLessThan(60);
    });

    it('the buyer is told: in the refunds of his order, by an event, and by nobody else', async () => {
      const late = await cancelledOrder(system);
      const { id } = await itemOf(finance, await payLate(system, late));
      await itemBecomes(finance, id, 'RETURNED');
      const path = `/api/v1/orders/${late.order.id}/refunds`;
      const { items } = (await late.buyer.send<RefundPage>('GET', path)).body;
      expect(items).toMatchObject([
        {
          purpose: 'SUSPENSE',
          suspenseId: id,
          status: 'SUCCESS',
          amountFen: PRICE,
          reason: '订单已关闭，付款原路退回',
          requestedBy: { kind: 'policy', id: '', name: '商家 shop' },
        },
      ]);
      expect(items[0]).not.toHaveProperty('orderId');
      const own = `/api/v1/refunds/${items[0]?.id}`;
      expect((await late.buyer.send('GET', own)).body).toEqual(items[0]);
      expect((await late.buyer.send('POST', `${own}/withdraw`)).status).toBe(404);
      const stranger = await TestBuyer.login(system);
      for (const hidden of [path, own]) expect((await stranger.send('GET', hidden)).status).toBe(404);
      expect(await eventsOfItem(system, id)).toEqual(['suspense.opened', 'suspense.returned']);
    });

    it('M-11: of two payments of one order the second goes back, and the order keeps the first', async () => {
      const productId = await system.product({ priceFen: PRICE });
      const buyer = await TestBuyer.login(system);
      const first = await buyer.checkout(productId);
      const second = await buyer.send<CheckedOut>('POST', `/api/v1/orders/${first.order.id}/payments`, {
        tradeType: 'NATIVE',
      });
      await system.control.pay({ outTradeNo: second.body.payment.outTradeNo });
      await buyer.orderBecomes(first.order.id, 'PAID');
      const { id } = await itemOf(finance, await payLate(system, first));
      expect(await itemBecomes(finance, id, 'RETURNED')).toMatchObject({
        kind: 'DOUBLE',
        returns: [{ reason: '订单重复付款，原路退回' }],
      });
      expect(await buyer.order(first.order.id)).toMatchObject({
        status: 'PAID',
        paidFen: PRICE,
        refundedFen: 0,
        refundStatus: 'NONE',
      });
      expect(await refundsAtWeChat(system, first.payment.outTradeNo)).toHaveLength(1);
      expect(await refundsAtWeChat(system, second.body.payment.outTradeNo)).toEqual([]);
    });

    it('M-25: fifty more notifications of a late payment are still one item, one return and one booking', async () => {
      const late = await cancelledOrder(system);
      const { id } = await itemOf(finance, await payLate(system, late));
      const [notification] = await system.control.notifications(late.payment.outTradeNo);
      await Promise.all(
        Array.from({ length: 50 }, () =>
          system.control.call('POST', `/_sim/notifications/${notification?.id}/resend`),
        ),
      );
      const item = await itemBecomes(finance, id, 'RETURNED');
      expect(item.returns).toHaveLength(1);
      expect(await refundsAtWeChat(system, late.payment.outTradeNo)).toHaveLength(1);
      expect(await booksOfItem(system, id)).toEqual({ WECHAT_RECEIVABLE: 0, SUSPENSE: 0 });
      expect(await eventsOfItem(system, id)).toEqual(['suspense.opened', 'suspense.returned']);
    });

    it.each(['processedThenTimeout', 'timeout', 'SYSTEMERROR'])(
      'M-14: a return whose reply is lost (%s) is asked about under its number and happens once',
      async (fault) => {
        const late = await cancelledOrder(system);
        await system.control.fault({ path: paths.refund, fault, count: 1, ms: 2500 });
        const transactionId = await payLate(system, late);
        const { id } = await itemOf(finance, transactionId);
        await eventually(async () => expect(await system.control.applied()).toEqual([1]));
        await eventually(async () => {
          await system.control.advance(5);
          const { status } = await itemOf(finance, transactionId);
          if (status !== 'RETURNED') throw new Error(status);
        });
        expect(await refundsAtWeChat(system, late.payment.outTradeNo)).toMatchObject([
          { outRefundNo: `RETURN-${transactionId}`, refundFen: PRICE },
        ]);
        expect(await booksOfItem(system, id)).toEqual({ WECHAT_RECEIVABLE: 0, SUSPENSE: 0 });
      },
    );

    it('M-15: a return that WeChat refuses waits for a person, who tries it again under its number', async () => {
      const late = await cancelledOrder(system);
      await system.control.fault({ path: paths.refund, fault: 'USER_ACCOUNT_ABNORMAL', count: 1 });
      const { id } = await itemOf(finance, await payLate(system, late));
      const refused = await eventually(async () => {
        const item = await itemBecomes(finance, id, 'OPEN');
        expect(item.returns).toMatchObject([
          { status: 'FAILED', failure: expect.stringContaining('USER_ACCOUNT_ABNORMAL') },
        ]);
        return item;
      });
      expect(refused).not.toHaveProperty('returnAt');
      expect(await booksOfItem(system, id)).toEqual({ WECHAT_RECEIVABLE: PRICE, SUSPENSE: -PRICE });
      expect(await finance.send('POST', `/suspense/${id}/return`)).toMatchObject({
        status: 200,
        body: { status: 'RETURNING' },
      });
      const { returns } = await itemBecomes(finance, id, 'RETURNED');
      expect(returns).toMatchObject([{ id: refused.returns[0]?.id, status: 'SUCCESS' }]);
      expect(await refundsAtWeChat(system, late.payment.outTradeNo)).toHaveLength(1);
      expect(await eventsOfItem(system, id)).toEqual([
        'suspense.opened',
        'suspense.return_failed',
        'suspense.returned',
      ]);
    });

    it('a wrong amount waits for a person; what goes back is what was paid, approved by somebody else', async () => {
      const owner = await TestOperator.login(system, 'OWNER');
      const productId = await system.product({ priceFen: PRICE });
      const buyer = await TestBuyer.login(system);
      const { order, payment } = await buyer.checkout(productId);
      const paid = await system.control.pay({
        outTradeNo: payment.outTradeNo,
        totalFen: PRICE + 10,
        couponFee: 300,
        couponType: 'NO_CASH',
      });
      const item = await itemOf(finance, paid.transactionId ?? '');
      expect(item).toMatchObject({
        kind: 'WRONG_AMOUNT',
        status: 'OPEN',
        amountFen: PRICE + 10,
        returns: [],
      });
      const asked = await finance.send<typeof item>('POST', `/suspense/${item.id}/return`);
      expect(asked).toMatchObject({
        status: 200,
        body: { status: 'RETURNING', returns: [{ status: 'REQUESTED' }] },
      });
      const refundId = asked.body.returns[0]?.id ?? '';
      expect(await finance.send('POST', `/refunds/${refundId}/approve`)).toMatchObject({
        status: 403,
        body: { code: 'REFUND_REVIEW_REFUSED', reason: 'OWN_REQUEST' },
      });
      expect((await owner.send('POST', `/refunds/${refundId}/approve`)).status).toBe(200);
      await itemBecomes(finance, item.id, 'RETURNED');
      expect(await refundsAtWeChat(system, payment.outTradeNo)).toMatchObject([{ refundFen: PRICE + 10 }]);
      expect(await booksOfItem(system, item.id)).toEqual({
        WECHAT_RECEIVABLE: 0,
        WECHAT_COUPON_DISCOUNT: 0,
        SUSPENSE: 0,
      });
      expect(await buyer.order(order.id)).toMatchObject({ status: 'PENDING_PAYMENT', paidFen: 0 });
    });

    async function stockOf(productId: string): Promise<number | undefined> {
      const [row] = await system.database.query<{ stock: number }>(
        'SELECT stock FROM products WHERE id = $1',
        [productId],
      );
      return row?.stock;
    }
  });
}
