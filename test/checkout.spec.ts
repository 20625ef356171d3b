import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestBuyer } from './support/buyer.js';
import { startSystem, type System } from './support/system.js';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

describe('checkout', () => {
  it('leads from login to a paid order', async () => {
    const productId = await system.product({ priceFen: 1990 });
    const buyer = await TestBuyer.login(system);
    const { order, payment, payParams } = await buyer.checkout(productId, 2);
    expect(order).toMatchObject({ status: 'PENDING_PAYMENT', payableFen: 3980, paidFen: 0 });
    expect(payment).toMatchObject({ status: 'PREPAID', amountFen: 3980, tradeType: 'JSAPI' });
    await system.control.pay({ outTradeNo: payment.outTradeNo, payParams });
    expect(await buyer.orderBecomes(order.id, 'PAID', 1000)).toMatchObject({ paidFen: 3980 });
  });
});
