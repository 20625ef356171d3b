import type { EntityManager } from 'typeorm';
import { Order } from '../order/order.entity.js';
import { Payment } from '../payment/payment.entity.js';
import { SuspenseItem } from '../payment/suspense-item.entity.js';
import { Refund } from './refund.entity.js';

/** A refund under its lock, and what it gives back, under theirs. */
export type LockedRefund = { refund: Refund } & (
  { purpose: 'ORDER'; order: Order; payment: Payment } | { purpose: 'SUSPENSE'; item: SuspenseItem }
);

/**
 * Locks a refund after what it hangs on: its order and payment, or its item in suspense, which needs neither
 * (DESIGN §2.7).
 * @param found the refund as it was read; what it gives back never changes
 */
export async function lockRefund(
  manager: EntityManager,
  { id, orderId, paymentId, suspenseId }: Refund,
): Promise<LockedRefund> {
  const lock = { mode: 'pessimistic_write' } as const;
  if (suspenseId !== null) {
    const item = await manager.findOneOrFail(SuspenseItem, { where: { id: suspenseId }, lock });
    return {
      purpose: 'SUSPENSE',
      item,
      refund: await manager.findOneOrFail(Refund, { where: { id }, lock }),
    };
  }
  if (orderId === null || paymentId === null) throw new Error(`refund ${id} gives back nothing`);
  const order = await manager.findOneOrFail(Order, { where: { id: orderId }, lock });
  const payment = await manager.findOneOrFail(Payment, { where: { id: paymentId }, lock });
  const refund = await manager.findOneOrFail(Refund, { where: { id }, lock });
  return { purpose: 'ORDER', order, payment, refund };
}
