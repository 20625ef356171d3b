import { randomUUID } from 'node:crypto';
import type { RefundView } from '../../src/refund/refund.schema.js';
import type { CheckedOut } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import type { Scene } from './flow.js';
import { persistently, type MortalSystem } from './mortal-system.js';

/** What buyers and staff do; a request that dies with the application is sent again, as clients do. */

export async function checkout({ system, buyer, productId }: Scene): Promise<CheckedOut> {
  const body = { items: [{ productId, quantity: 1 }] };
  const key = { 'idempotency-key': randomUUID() };
  const answer = await persistently(system, () =>
    buyer.send<CheckedOut>('POST', '/api/v1/checkout', body, key),
  );
  if (answer.status !== 201) throw new Error(`checkout: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export async function pay({ system }: Scene, { payment }: CheckedOut, more: object = {}): Promise<void> {
  await system.control.pay({ outTradeNo: payment.outTradeNo, ...more });
}

export async function paid(scene: Scene): Promise<CheckedOut> {
  const checkedOut = await checkout(scene);
  await pay(scene, checkedOut);
  await scene.buyer.orderBecomes(checkedOut.order.id, 'PAID');
  return checkedOut;
}

export async function cancel({ system, buyer }: Scene, { order }: CheckedOut): Promise<void> {
  const { status } = await persistently(system, () =>
    buyer.send('POST', `/api/v1/orders/${order.id}/cancel`),
  );
  if (status >= 300) throw new Error(`cancel: ${status}`);
}

export async function refund({ system, buyer, finance }: Scene, { order }: CheckedOut): Promise<void> {
  const key = { 'idempotency-key': randomUUID() };
  const asked = await persistently(system, () =>
    buyer.send<RefundView>('POST', `/api/v1/orders/${order.id}/refunds`, { reason: '不想要了' }, key),
  );
  if (asked.status !== 201) throw new Error(`refund: ${JSON.stringify(asked.body)}`);
  const approved = await persistently(system, () =>
    finance.send('POST', `/refunds/${asked.body.id}/approve`, {}),
  );
  if (approved.status !== 200) throw new Error(`approval: ${JSON.stringify(approved.body)}`);
}

/** Waits until WeChat has taken the refund. */
export async function isAccepted({ system }: Scene, { order }: CheckedOut): Promise<void> {
  await eventually(async () => {
    const [found] = await system.database.query(
      'SELECT FROM refunds WHERE order_id = $1 AND refund_id IS NOT NULL',
      [order.id],
    );
    if (found === undefined) throw new Error('WeChat has not accepted the refund');
  });
}

/** From now on no notification arrives. */
export function silence(system: MortalSystem): Promise<void> {
  return system.control.fault({ path: 'notify', fault: 'dropNotify' });
}

/** To one minute past ten of the next morning, when the daily comparison begins. @returns the day that was, at UTC+8 */
export async function untilTheBillsAreMade({ system }: Scene): Promise<void> {
  const { body } = await system.control.call<{ now: string }>('GET', '/_sim/clock');
  const beijing = Date.parse(body.now) + 8 * 3600_000;
  const next = (Math.floor(beijing / 86_400_000) + 1) * 86_400_000 + (10 * 60 + 1) * 60_000;
  await system.control.advance(Math.ceil((next - beijing) / 1000));
}
