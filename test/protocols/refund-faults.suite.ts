import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
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
  type PaidOrder,
} from '../refund/paid-order.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';

/** Refunds whose calls go wrong, over one protocol. */
export function refundFaultsSuite(protocol: ProtocolName): void {
  const { env, paths } = PROTOCOLS[protocol];
  describe(protocol, () => {
    let system: System;
    let finance: TestOperator;

    beforeAll(async () => {
      system = await startSystem({ ...env, WXPAY_TIMEOUT_MS: '1500' });
      finance = await TestOperator.login(system, 'FINANCE');
    });
    afterEach(async () => {
      await system.control.noFaults();
      await system.control.call('POST', '/_sim/settings', { refundSeconds: 1 });
    });
    afterAll(() => system.stop());

    describe('a refund whose call goes wrong', () => {
      it.each([
        'timeout',
        'processedThenTimeout',
        'reset',
        'http500',
        'SYSTEMERROR',
        'BIZERR_NEED_RETRY',
        'garbage',
        'badSignature',
      ])('M-13, Q-08: after %s it is asked again under the same number and happens once', async (fault) => {
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid, { amountFen: 700 });
        await system.control.fault({ path: paths.refund, fault, count: 1 });
        await approve(finance, refund.id);
        await eventually(async () => {
          const { status, waiting } = await refundOf(finance, refund.id);
          // The lost call may have succeeded, and its notification may be faster than our patience.
          if (status !== 'SUCCESS' && waiting === undefined)
            throw new Error(`${status} without a reason to wait`);
        });
        await system.control.advance(20);
        await refundBecomes(finance, refund.id, 'SUCCESS');
        expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([
          { outRefundNo: refund.refundNo, refundFen: 700 },
        ]);
        expect(await ledgerOf(system, paid.orderId)).toEqual({
          WECHAT_RECEIVABLE: 300,
          CUSTOMER_DEPOSITS: -300,
        });
      });

      // A hundred and more over the three protocols that run this.
      it('M-14: forty refunds whose replies are lost at random are exactly one refund each', async () => {
        const paidOrders: PaidOrder[] = [];
        // Ten at a time: a slow machine shall not look like a silent WeChat before the story has begun.
        for (let tens = 0; tens < 4; tens++)
          paidOrders.push(...(await Promise.all(Array.from({ length: 10 }, () => paidOrder(system, 1000)))));
        await system.control.fault({ path: paths.refund, fault: 'processedThenTimeout', rate: 0.5 });
        const stories = await Promise.all(
          paidOrders.map(async (paid) => {
            const refund = await ask(paid);
            await approve(finance, refund.id);
            return { paid, refund };
          }),
        );
        for (const { paid, refund } of stories) {
          await eventually(async () => {
            await system.control.advance(10);
            const { status } = await refundOf(finance, refund.id);
            if (status !== 'SUCCESS') throw new Error(status);
          }, 20_000);
          expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
        }
      }, 180_000);

      it('too little balance: it waits with the reason visible, and goes on by hand when there is money', async () => {
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await system.control.fault({ path: paths.refund, fault: 'NOTENOUGH' });
        await approve(finance, refund.id);
        await eventually(async () => {
          const { status, waiting, guidance } = await refundOf(finance, refund.id);
          expect({ status, code: waiting?.code }).toEqual({ status: 'PROCESSING', code: 'NOTENOUGH' });
          expect(guidance).toContain('余额不足');
        });
        await system.control.noFaults();
        expect((await finance.send('POST', `/refunds/${refund.id}/retry`)).status).toBe(200);
        await refundBecomes(finance, refund.id, 'SUCCESS');
      });

      it('M-15: a final refusal fails it with WeChat’s words, releases the amount, and may be tried again under the same number', async () => {
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await system.control.fault({ path: paths.refund, fault: 'USER_ACCOUNT_ABNORMAL', count: 1 });
        await approve(finance, refund.id);
        expect(await refundBecomes(finance, refund.id, 'FAILED')).toMatchObject({
          failure: { code: 'USER_ACCOUNT_ABNORMAL' },
          guidance: expect.stringContaining('原单号重试'),
        });
        const held = await ask(paid, { amountFen: 1 });
        expect(await finance.send('POST', `/refunds/${refund.id}/retry`)).toMatchObject({
          status: 409,
          body: { code: 'REFUND_TOO_LARGE' },
        });
        await paid.buyer.send('POST', `/api/v1/refunds/${held.id}/withdraw`);
        await finance.send('POST', `/refunds/${refund.id}/retry`);
        expect(await refundBecomes(finance, refund.id, 'SUCCESS')).toMatchObject({
          refundNo: refund.refundNo,
        });
        expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([
          { outRefundNo: refund.refundNo },
        ]);
      });

      it('M-21, M-22, M-29, Q-09: acceptance is not success: nothing is booked until WeChat says so', async () => {
        await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await approve(finance, refund.id);
        const accepted = await eventually(async () => {
          const found = await refundOf(finance, refund.id);
          if (found.refundId === undefined) throw new Error('not accepted yet');
          return found;
        });
        expect(accepted.status).toBe('PROCESSING');
        expect(await ledgerOf(system, paid.orderId)).toEqual({
          WECHAT_RECEIVABLE: 1000,
          CUSTOMER_DEPOSITS: -1000,
        });
        expect(await paid.buyer.order(paid.orderId)).toMatchObject({ refundStatus: 'NONE', refundedFen: 0 });

        // Two days later it is still open, because WeChat has not spoken.
        await system.control.advance(2 * 86_400);
        await finance.send('POST', `/refunds/${refund.id}/sync`);
        expect(await refundOf(finance, refund.id)).toMatchObject({ status: 'PROCESSING' });
      });

      it('M-23, Q-09: a refund that the bank refuses goes to a person with guidance, and WeChat may still pay it', async () => {
        await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await approve(finance, refund.id);
        await eventually(async () => {
          if ((await refundOf(finance, refund.id)).refundId === undefined)
            throw new Error('not accepted yet');
        });
        await system.control.call('POST', `/_sim/refunds/${refund.refundNo}`, { status: 'ABNORMAL' });
        expect(await refundBecomes(finance, refund.id, 'ABNORMAL')).toMatchObject({
          guidance: expect.stringContaining('商户平台'),
        });
        await system.control.call('POST', `/_sim/refunds/${refund.refundNo}`, { status: 'SUCCESS' });
        await finance.send('POST', `/refunds/${refund.id}/sync`);
        await refundBecomes(finance, refund.id, 'SUCCESS');
        expect(await ledgerOf(system, paid.orderId)).toEqual({ WECHAT_RECEIVABLE: 0, CUSTOMER_DEPOSITS: 0 });
      });

      it('Q-09: a refund that WeChat closes ends here too, books nothing and gives its amount back', async () => {
        await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await approve(finance, refund.id);
        await eventually(async () => {
          if ((await refundOf(finance, refund.id)).refundId === undefined)
            throw new Error('not accepted yet');
        });
        await system.control.call('POST', `/_sim/refunds/${refund.refundNo}`, { status: 'CLOSED' });
        await finance.send('POST', `/refunds/${refund.id}/sync`);
        await refundBecomes(finance, refund.id, 'CLOSED');
        expect(await ledgerOf(system, paid.orderId)).toEqual({
          WECHAT_RECEIVABLE: 1000,
          CUSTOMER_DEPOSITS: -1000,
        });
        await ask(paid, { amountFen: 1000 });
      });

      it('accepted but not shown: WeChat is asked with pauses, not in a loop, and nothing is sent twice', async () => {
        await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await approve(finance, refund.id);
        await eventually(async () => {
          if ((await refundOf(finance, refund.id)).refundId === undefined)
            throw new Error('not accepted yet');
        });
        await system.control.fault({ path: paths.refundQuery, fault: 'REFUNDNOTEXIST' });
        const { body } = await system.control.call<{ now: string }>('GET', '/_sim/clock');
        await finance.send('POST', `/refunds/${refund.id}/sync`);
        const { waiting, nextCheckAt, calls } = await refundOf(finance, refund.id);
        expect({ code: waiting?.code, calls }).toEqual({ code: 'NOT_SHOWN', calls: 1 });
        expect(new Date(nextCheckAt ?? 0).getTime()).toBeGreaterThan(new Date(body.now).getTime() + 2000);
        await system.control.noFaults();
        await system.control.call('POST', `/_sim/refunds/${refund.refundNo}`, { status: 'SUCCESS' });
        await finance.send('POST', `/refunds/${refund.id}/sync`);
        await refundBecomes(finance, refund.id, 'SUCCESS');
      });

      it('without any notification it is found by asking', async () => {
        const paid = await paidOrder(system, 1000);
        await system.control.fault({ path: 'notify', fault: 'dropNotify' });
        const refund = await ask(paid);
        await approve(finance, refund.id);
        await eventually(async () => {
          if ((await refundOf(finance, refund.id)).refundId === undefined)
            throw new Error('not accepted yet');
        });
        await system.control.advance(16);
        await refundBecomes(finance, refund.id, 'SUCCESS');
      });

      it('M-18: the row is PROCESSING before the first byte goes out, and M-17: no transaction is open meanwhile', async () => {
        const paid = await paidOrder(system, 1000);
        const refund = await ask(paid);
        await system.control.fault({ path: paths.refund, fault: 'timeout', count: 1, ms: 2000 });
        await approve(finance, refund.id);
        await eventually(async () => {
          const [row] = await system.database.query<{ status: string; calls: number; uncertain: boolean }>(
            'SELECT status, calls, uncertain FROM refunds WHERE id = $1',
            [refund.id],
          );
          expect(row).toEqual({ status: 'PROCESSING', calls: 1, uncertain: true });
        });
        const open = await system.database.query(
          "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'checkout' AND state = 'idle in transaction'",
        );
        expect(open).toEqual([]);
        await system.control.advance(30);
        await refundBecomes(finance, refund.id, 'SUCCESS');
      });
    });
  });
}
