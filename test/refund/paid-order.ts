import type { RefundView, StaffRefundView } from '../../src/refund/refund.schema.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import type { TestOperator } from '../support/staff.js';
import type { System } from '../support/system.js';

export interface PaidOrder {
  buyer: TestBuyer;
  orderId: string;
  outTradeNo: string;
  productId: string;
}

/** What the simulator knows about one refund. */
export interface SimRefund {
  outRefundNo: string;
  refundId: string;
  refundFen: number;
  status: string;
}

/** A buyer and an order he has paid. */
export async function paidOrder(system: System, payFen = 10_000, quantity = 1): Promise<PaidOrder> {
  const productId = await system.product({ priceFen: payFen / quantity, stock: 100 });
  const buyer = await TestBuyer.login(system);
  const { order, payment } = await buyer.checkout(productId, quantity);
  await system.control.pay({ outTradeNo: payment.outTradeNo });
  await buyer.orderBecomes(order.id, 'PAID');
  return { buyer, orderId: order.id, outTradeNo: payment.outTradeNo, productId };
}

/** The buyer asks and expects to be heard. */
export async function ask(
  { buyer, orderId }: PaidOrder,
  body: Record<string, unknown> = {},
): Promise<RefundView> {
  const answer = await buyer.send<RefundView>('POST', `/api/v1/orders/${orderId}/refunds`, {
    reason: '不想要了',
    ...body,
  });
  if (answer.status !== 201) throw new Error(`the request was refused: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function approve(
  operator: TestOperator,
  id: string,
  body: Record<string, unknown> = {},
): Promise<StaffRefundView> {
  const answer = await operator.send<StaffRefundView>('POST', `/refunds/${id}/approve`, body);
  if (answer.status !== 200) throw new Error(`the approval was refused: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function refundOf(operator: TestOperator, id: string): Promise<StaffRefundView> {
  return (await operator.send<StaffRefundView>('GET', `/refunds/${id}`)).body;
}

/** Waits until the refund has this status. */
export function refundBecomes(
  operator: TestOperator,
  id: string,
  status: StaffRefundView['status'],
  withinMs = 15_000,
): Promise<StaffRefundView> {
  return eventually(async () => {
    const refund = await refundOf(operator, id);
    if (refund.status !== status)
      throw new Error(`the refund is ${refund.status} (${JSON.stringify(refund.waiting)}), not ${status}`);
    return refund;
  }, withinMs);
}

export async function refundsAtWeChat(system: System, outTradeNo: string): Promise<SimRefund[]> {
  return (await system.control.call<{ items: SimRefund[] }>('GET', `/_sim/refunds?outTradeNo=${outTradeNo}`))
    .body.items;
}

/** Sums per account of everything booked for an order, refunds included. */
export async function ledgerOf(system: System, orderId: string): Promise<Record<string, number>> {
  const rows = await system.database.query<{ account: string; sum: string }>(
    `SELECT account, sum(amount_fen) AS sum FROM ledger_entries
     WHERE subject_id IN (SELECT id FROM payments WHERE order_id = $1 UNION SELECT id FROM refunds WHERE order_id = $1) GROUP BY account`,
    [orderId],
  );
  return Object.fromEntries(rows.map(({ account, sum }) => [account, Number(sum)]));
}
