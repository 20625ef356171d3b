import type { EntityManager } from 'typeorm';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { OrderEvent, ReconciliationEvent } from '../../jobs/event.js';
import { OrderItem } from '../../order/order-item.entity.js';
import { Order } from '../../order/order.entity.js';
import { orderView } from '../../order/order.view.js';
import { Payment } from '../../payment/payment.entity.js';
import { paymentView } from '../../payment/payment.view.js';
import { SuspenseItem } from '../../payment/suspense-item.entity.js';
import { ReconciliationDifference } from '../../reconcile/daily/difference.entity.js';
import { Reconciliation } from '../../reconcile/daily/reconciliation.entity.js';
import { Refund } from '../../refund/refund.entity.js';
import { refundView } from '../../refund/refund.view.js';

/**
 * The body of a message: `{type, timestamp, data: {order, payment?, refund?, suspense?}}`, each as its buyer sees it. Made once,
 * so every try sends the same bytes; `data` is what is true when it is made, which may be later than `timestamp`.
 */
export async function webhookMessage(event: OrderEvent, manager: EntityManager): Promise<string> {
  const { orderId, paymentId, refundId, suspenseId } = event;
  const order = await manager.findOneByOrFail(Order, { id: orderId });
  const items = await manager.find(OrderItem, { where: { orderId }, order: { line: 'ASC' } });
  const payment = paymentId !== undefined && (await manager.findOneByOrFail(Payment, { id: paymentId }));
  const refund = refundId !== undefined && (await manager.findOneByOrFail(Refund, { id: refundId }));
  const suspense =
    suspenseId !== undefined && (await manager.findOneByOrFail(SuspenseItem, { id: suspenseId }));
  return JSON.stringify({
    type: event.type,
    timestamp: toBeijingIso(new Date(event.at)),
    data: {
      order: orderView(order, items),
      ...(payment && { payment: paymentView(payment) }),
      ...(refund && { refund: refundView(refund) }),
      ...(suspense && { suspense: wrongMoney(suspense) }),
    },
  });
}

function wrongMoney(item: SuspenseItem): Record<string, unknown> {
  const { id, kind, status, amountFen, currency, outTradeNo, transactionId } = item;
  return { id, kind, status, amountFen, currency, outTradeNo, transactionId };
}

/** The same of a day's comparison: `{type, timestamp, data: {reconciliation}}`. Its differences are read over the API. */
export async function reconciliationMessage(
  event: ReconciliationEvent,
  manager: EntityManager,
): Promise<string> {
  const { type, at, reconciliationId } = event;
  const found = await manager.findOneByOrFail(Reconciliation, { id: reconciliationId });
  const openDifferences = await manager.countBy(ReconciliationDifference, {
    reconciliationId,
    status: 'OPEN',
  });
  const { id, accountId, date, status, failure } = found;
  return JSON.stringify({
    type,
    timestamp: toBeijingIso(new Date(at)),
    data: { reconciliation: { id, accountId, date, status, openDifferences, ...(failure && { failure }) } },
  });
}
