import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppProcess } from '../support/app-process.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { booksOfItem, cancelledOrder, itemBecomes, itemOf, payLate } from '../support/suspense.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, ledgerOf, paidOrder, refundBecomes, refundsAtWeChat } from './paid-order.js';

let system: System;
let app: AppProcess;
let finance: TestOperator;

beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '3000' });
  await system.stopApp(); // the real process takes its place
  app = await AppProcess.start(system.env);
  finance = await TestOperator.login(system, 'FINANCE');
});
afterEach(() => system.control.noFaults());
afterAll(async () => {
  app.signal('SIGTERM');
  await app.ended();
  await system.stop();
});

interface RefundRow {
  status: string;
  uncertain: boolean;
  refundId: string | null;
}

async function rowBecomes(id: string, wanted: (row: RefundRow) => boolean): Promise<void> {
  await eventually(async () => {
    const [row] = await system.database.query<RefundRow>(
      'SELECT status, uncertain, refund_id AS "refundId" FROM refunds WHERE id = $1',
      [id],
    );
    if (row === undefined || !wanted(row)) throw new Error(JSON.stringify(row));
  });
}

// A few points with a real process; every other one is tried in `crash/`, faster.
describe('kill -9 between approval and success', () => {
  it.each([
    // before: the fault that holds the process at the step; at: what the row looks like there
    [
      'M-18: before WeChat has the refund',
      { path: '/secapi/pay/refund', fault: 'timeout', ms: 3000 },
      (row: RefundRow) => row.uncertain,
    ],
    [
      'M-14: after WeChat has it, before we know',
      { path: '/secapi/pay/refund', fault: 'processedThenTimeout', ms: 3000 },
      (row: RefundRow) => row.uncertain,
    ],
    [
      'M-24: right after the approval',
      { path: '/secapi/pay/refund', fault: 'slow', ms: 3000 },
      (row: RefundRow) => row.status !== 'REQUESTED',
    ],
  ])('%s: after the restart the refund ends in SUCCESS, once', async (_, fault, at) => {
    const paid = await paidOrder(system, 1000);
    const refund = await ask(paid, { amountFen: 400 });
    await system.control.fault(fault);
    await approve(finance, refund.id);
    await rowBecomes(refund.id, at);
    await app.crash();
    await system.control.noFaults();
    app = await AppProcess.start(system.env);
    await system.control.advance(120); // the dead process's lease runs out
    await refundBecomes(finance, refund.id, 'SUCCESS');
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toMatchObject([
      { outRefundNo: refund.refundNo, refundFen: 400 },
    ]);
    expect(await ledgerOf(system, paid.orderId)).toEqual({ WECHAT_RECEIVABLE: 600, CUSTOMER_DEPOSITS: -600 });
  });
});

describe('kill -9 while late money is on its way back', () => {
  it.each(['processedThenTimeout'])('M-14: %s: after the restart it went back, once', async (fault) => {
    const late = await cancelledOrder(system);
    await system.control.fault({ path: '/secapi/pay/refund', fault, ms: 3000 });
    const transactionId = await payLate(system, late);
    const { id } = await itemOf(finance, transactionId);
    await eventually(async () => {
      const rows = await system.database.query('SELECT FROM refunds WHERE suspense_id = $1 AND uncertain', [
        id,
      ]);
      if (rows.length === 0) throw new Error('the call is not out yet');
    });
    await app.crash();
    await system.control.noFaults();
    app = await AppProcess.start(system.env);
    await system.control.advance(120); // the dead process's lease runs out
    await itemBecomes(finance, id, 'RETURNED');
    expect(await refundsAtWeChat(system, late.payment.outTradeNo)).toMatchObject([
      { outRefundNo: `RETURN-${transactionId}` },
    ]);
    expect(await booksOfItem(system, id)).toEqual({ WECHAT_RECEIVABLE: 0, SUSPENSE: 0 });
  });
});
