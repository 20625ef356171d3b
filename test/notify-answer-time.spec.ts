import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { approve, ask, paidOrder, refundBecomes } from './refund/paid-order.js';
import { TestBuyer } from './support/buyer.js';
import type { SimNotification } from './support/control.js';
import { eventually } from './support/eventually.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'query', WXPAY_TIMEOUT_MS: '10000' });
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

/** WeChat's first attempt to tell of it, once it is over. */
function firstAttempt(outTradeNo: string, kind: string): Promise<SimNotification['attempts'][number]> {
  return eventually(async () => {
    const told = await system.control.notifications(outTradeNo);
    const [attempt] = told.find(({ url }) => url.endsWith(kind))?.attempts ?? [];
    if (attempt === undefined) throw new Error('not told yet');
    return attempt;
  }, 12_000);
}

describe('WeChat waits five seconds for an answer, our question to it may take ten', () => {
  it('a payment’s notification is answered in time, and settled when it comes again', async () => {
    const buyer = await TestBuyer.login(system);
    const { order, payment } = await buyer.checkout(await system.product());
    await system.control.fault({ path: '/pay/orderquery', fault: 'slow', ms: 7000 });
    await system.control.pay({ outTradeNo: payment.outTradeNo });
    expect(await firstAttempt(payment.outTradeNo, '/payment')).toMatchObject({
      outcome: 'rejected',
      status: 503,
    });
    expect(
      await system.database.query('SELECT verdict, reason FROM notifications WHERE out_trade_no = $1', [
        payment.outTradeNo,
      ]),
    ).toEqual([{ verdict: 'UNCONFIRMED', reason: expect.stringContaining('when asked: no answer before') }]);
    await system.control.noFaults();
    await system.control.advance(16);
    await buyer.orderBecomes(order.id, 'PAID');
  });

  it('and a refund’s', async () => {
    const finance = await TestOperator.login(system, 'FINANCE');
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    await system.control.fault({ path: '/pay/refundquery', fault: 'slow', ms: 7000 });
    await approve(finance, refund.id);
    expect(await firstAttempt(paid.outTradeNo, '/refund')).toMatchObject({
      outcome: 'rejected',
      status: 503,
    });
    await system.control.noFaults();
    await system.control.advance(16);
    await refundBecomes(finance, refund.id, 'SUCCESS');
  });
});
