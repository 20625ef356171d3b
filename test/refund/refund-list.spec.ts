import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StaffRefundPage, StaffRefundRow } from '../../src/refund/refund.schema.js';
import type { SuspenseDetail } from '../../src/staff/suspense/suspense.schema.js';
import { TestOperator } from '../support/staff.js';
import { cancelledOrder, itemOf, payLate } from '../support/suspense.js';
import { startSystem, type System } from '../support/system.js';
import { approve, ask, paidOrder, refundBecomes } from './paid-order.js';

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem({
    SUSPENSE_LATE: 'hold',
    REFUND_STEP_UP_MIN_FEN: '5000',
    REFUND_SECOND_APPROVAL_MIN_FEN: '9000',
  });
  finance = await TestOperator.login(system, 'FINANCE');
});
afterAll(() => system.stop());

const list = async (query: string): Promise<StaffRefundRow[]> =>
  (await finance.send<StaffRefundPage>('GET', `/refunds?${query}`)).body.items;
const idsOf = async (query: string): Promise<string[]> => (await list(query)).map(({ id }) => id);

async function orderNoOf(id: string): Promise<string> {
  const [row] = await system.database.query<{ no: string }>(
    'SELECT order_no AS no FROM orders WHERE id = $1',
    [id],
  );
  return row?.no ?? '';
}

/** Money that came after its order was cancelled, on its way back. */
async function returned(): Promise<{ orderId: string; outTradeNo: string; item: SuspenseDetail }> {
  const late = await cancelledOrder(system);
  const { id } = await itemOf(finance, await payLate(system, late));
  const { body } = await finance.send<SuspenseDetail>('POST', `/suspense/${id}/return`, {});
  return { orderId: late.order.id, outTradeNo: late.payment.outTradeNo, item: body };
}

describe('the list of refunds', () => {
  it('shows beside each what of its order can still be refunded, and what is on its way', async () => {
    const paid = await paidOrder(system, 10_000);
    const done = await ask(paid, { amountFen: 1000 });
    await approve(finance, done.id);
    await refundBecomes(finance, done.id, 'SUCCESS');
    const refused = await ask(paid, { amountFen: 2000 });
    await finance.send('POST', `/refunds/${refused.id}/reject`, { reason: '已拆封' });
    const waiting = await ask(paid, { amountFen: 300 });
    const [newest, ...others] = await list(`q=${paid.outTradeNo}`);
    expect(newest).toMatchObject({ id: waiting.id, refundableFen: 8700, pendingFen: 300 });
    expect(others.map(({ id }) => id)).toEqual([refused.id, done.id]);
    for (const other of others)
      expect(other).toMatchObject({ refundableFen: 8700, pendingFen: 300, needsSingle: false });
  });

  it('says what is not for a batch: by its order’s sum, where two people or a fresh code are needed', async () => {
    const paid = await paidOrder(system, 20_000);
    const single = async (): Promise<boolean[]> =>
      (await list(`q=${paid.outTradeNo}`)).map(({ needsSingle }) => needsSingle);
    await ask(paid, { amountFen: 5000 });
    expect(await single()).toEqual([false]);
    const more = await ask(paid, { amountFen: 1 }); // above the step-up together
    expect(await single()).toEqual([true, true]);
    await finance.send('POST', `/refunds/${more.id}/reject`, { reason: 'x' });
    expect(await single()).toEqual([false, false]);
  });

  it('of money in suspense shows no order’s sums', async () => {
    const { item } = await returned();
    const [row] = await list(`q=${item.transactionId}`);
    expect(row).toMatchObject({ purpose: 'SUSPENSE', needsSingle: false });
    expect(row).not.toHaveProperty('refundableFen');
    expect(row).not.toHaveProperty('pendingFen');
  });

  it('finds a refund by its number, its order’s, its payment’s and WeChat’s', async () => {
    const paid = await paidOrder(system, 3000);
    const { id, refundNo } = await ask(paid, { amountFen: 300 });
    const { transactionId } = await system.control.transaction(paid.outTradeNo);
    for (const q of [refundNo, await orderNoOf(paid.orderId), paid.outTradeNo, transactionId])
      expect([q, await idsOf(`q=${q}`)]).toEqual([q, [id]]);
    expect(await idsOf(`q=${refundNo}&status=SUCCESS`)).toEqual([]);
    expect(await idsOf('q=0000')).toEqual([]);
    const { orderId, outTradeNo, item } = await returned();
    const back = item.returns[0]?.id;
    for (const q of [await orderNoOf(orderId), outTradeNo, item.transactionId])
      expect([q, await idsOf(`q=${q}`)]).toEqual([q, [back]]);
  });

  it('keeps to a period, page after page, and the file keeps to the same', async () => {
    const paid = await paidOrder(system, 3000);
    const at = [
      '2026-01-31T15:59:59Z',
      '2026-01-31T16:00:00Z',
      '2026-02-01T15:59:59Z',
      '2026-02-01T16:00:00Z',
    ];
    const numbers: string[] = [];
    for (const moment of at) {
      const { id, refundNo } = await ask(paid, { amountFen: 100 });
      await system.database.query('UPDATE refunds SET created_at = $2 WHERE id = $1', [id, moment]);
      numbers.unshift(refundNo);
    }
    const ofTheDay = numbers.slice(1, 3);
    const day = 'from=2026-02-01&to=2026-02-01';
    expect((await list(day)).map(({ refundNo }) => refundNo)).toEqual(ofTheDay);
    const first = (await finance.send<StaffRefundPage>('GET', `/refunds?${day}&limit=1`)).body;
    const second = (
      await finance.send<StaffRefundPage>('GET', `/refunds?${day}&limit=1&cursor=${first.nextCursor}`)
    ).body;
    expect([...first.items, ...second.items].map(({ refundNo }) => refundNo)).toEqual(ofTheDay);
    expect(second.nextCursor).toBeNull();
    const file = await fetch(`${system.url}/api/v1/admin/refunds.csv?${day}&q=${paid.outTradeNo}`, {
      headers: { authorization: `Bearer ${finance.session.token}` },
    });
    const lines = (await file.text()).split('\r\n').slice(1, -1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(ofTheDay);
  });
});
