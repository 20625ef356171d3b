import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, paidOrder, refundBecomes, refundOf, refundsAtWeChat } from './paid-order.js';

const REFUND = '/secapi/pay/refund';
const REFUND_QUERY = '/pay/refundquery';

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem({ WXPAY_API: 'v2', WXPAY_TIMEOUT_MS: '1500' });
  finance = await TestOperator.login(system, 'FINANCE');
});
afterEach(() => system.control.noFaults());
afterAll(() => system.stop());

/** Waits until the refund says so. */
function waitsWith(id: string, waiting: { code: string; message: unknown }): Promise<void> {
  return eventually(async () =>
    expect(await refundOf(finance, id)).toMatchObject({ status: 'PROCESSING', waiting }),
  );
}

describe('a refund that API v2 refuses by return_code FAIL, which bears no signature', () => {
  it('fails with WeChat’s words once WeChat has signed that there is no such refund, and may be tried again', async () => {
    const refund = await ask(await paidOrder(system, 1000));
    await system.control.fault({ path: REFUND, fault: 'FAIL', message: '参数格式校验错误' });
    await approve(finance, refund.id);
    expect(await refundBecomes(finance, refund.id, 'FAILED')).toMatchObject({
      failure: { code: 'FAIL', message: '参数格式校验错误' },
    });
    await system.control.noFaults();
    await finance.send('POST', `/refunds/${refund.id}/retry`);
    await refundBecomes(finance, refund.id, 'SUCCESS');
  });

  it('decides nothing while WeChat, when asked, answers no better', async () => {
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    await system.control.fault(
      { path: REFUND, fault: 'FAIL', message: '参数格式校验错误', count: 1 },
      { path: REFUND_QUERY, fault: 'FAIL', message: '参数格式校验错误' },
    );
    await approve(finance, refund.id);
    await waitsWith(refund.id, { code: 'UNVERIFIED', message: expect.stringContaining('参数格式校验错误') });
    await system.control.noFaults();
    await system.control.advance(20);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([{ outRefundNo: refund.refundNo }]);
  });

  it('is none where WeChat, when asked, has the refund', async () => {
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    await system.control.fault({ path: REFUND, fault: 'processedThenTimeout', count: 1 });
    await system.control.fault({ path: REFUND_QUERY, fault: 'REFUNDNOTEXIST', count: 1 });
    await system.control.fault({ path: REFUND, fault: 'FAIL', message: '参数格式校验错误' });
    await approve(finance, refund.id);
    await waitsWith(refund.id, { code: 'TIMEOUT', message: expect.any(String) });
    await system.control.advance(20);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
  });

  it.each(['系统繁忙，请稍后再试', 'SYSTEMERROR', '接口请求过于频繁', '网络超时', '签名错误'])(
    'is sent again later when all it says is %s',
    async (message) => {
      const paid = await paidOrder(system, 1000);
      const refund = await ask(paid);
      await system.control.fault({ path: REFUND, fault: 'FAIL', message, count: 1 });
      await approve(finance, refund.id);
      await waitsWith(refund.id, { code: 'FAIL', message });
      await system.control.advance(70);
      await refundBecomes(finance, refund.id, 'SUCCESS');
      expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(1);
    },
  );

  it('Q-13: is no refusal while a key is changed: the same refund goes out under the other key', async () => {
    const [old, next] = [system.env['WXPAY_API_KEY'] ?? '', 'n'.repeat(32)];
    await system.restart({ WXPAY_API_KEY: next, WXPAY_API_KEY_PREVIOUS: old });
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid);
    await system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { apiKey: next });
    await approve(finance, refund.id);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refundOf(finance, refund.id)).toMatchObject({ calls: 1 });
    await system.control.merchant(system.env['WXPAY_MCH_ID'] ?? '', { apiKey: old });
    await system.restart();
  });
});
