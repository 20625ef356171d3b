import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, ledgerOf, paidOrder, refundsAtWeChat } from './paid-order.js';

const PARTS = 50;
/** WeChat takes one part of a payment a minute; the clock stands still unless it is moved. */
const PACE_SECONDS = 61;
const PATIENCE_MS = 120_000;

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem();
  finance = await TestOperator.login(system, 'FINANCE');
});
afterAll(() => system.stop());

it(
  'M-16, Q-08: fifty parts come back, the fifty-first is refused before WeChat hears of it',
  async () => {
    const paid = await paidOrder(system, 1000);
    const refused = await ask(paid, { amountFen: 1 }); // never reaches WeChat, so it takes nobody's place
    await finance.send('POST', `/refunds/${refused.id}/reject`, { reason: '不符合' });
    for (let part = 0; part < PARTS; part++) {
      const { id } = await ask(paid, { amountFen: 1 });
      await approve(finance, id);
    }
    for (let taken = 1; taken <= PARTS; taken++) {
      await eventually(async () =>
        expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(taken),
      );
      await system.control.advance(PACE_SECONDS);
    }
    await eventually(async () =>
      expect(await paid.buyer.order(paid.orderId)).toMatchObject({
        refundStatus: 'PARTIAL',
        refundedFen: PARTS,
      }),
    );
    const atWeChat = await refundsAtWeChat(system, paid.outTradeNo);
    expect(new Set(atWeChat.map(({ outRefundNo }) => outRefundNo)).size).toBe(PARTS);
    expect(new Set(atWeChat.map(({ status }) => status))).toEqual(new Set(['SUCCESS']));
    expect(await ledgerOf(system, paid.orderId)).toEqual({
      WECHAT_RECEIVABLE: 1000 - PARTS,
      CUSTOMER_DEPOSITS: PARTS - 1000,
    });
    const [row] = await system.database.query(
      `SELECT (SELECT count(DISTINCT movement_id)::int FROM ledger_entries l JOIN refunds r ON r.id = l.subject_id
               WHERE r.order_id = $1) AS movements,
              (SELECT sum(calls)::int FROM refunds WHERE order_id = $1) AS calls`,
      [paid.orderId],
    );
    expect(row).toEqual({ movements: PARTS, calls: PARTS });

    const next = await paid.buyer.send('POST', `/api/v1/orders/${paid.orderId}/refunds`, {
      reason: 'x',
      amountFen: 1,
    });
    expect(next).toMatchObject({ status: 409, body: { code: 'REFUND_LIMIT_REACHED' } });
    expect(await refundsAtWeChat(system, paid.outTradeNo)).toHaveLength(PARTS);
  },
  PATIENCE_MS,
);
