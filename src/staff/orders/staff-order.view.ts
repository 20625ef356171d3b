import type { OrderItem } from '../../order/order-item.entity.js';
import type { Order } from '../../order/order.entity.js';
import { orderView } from '../../order/order.view.js';
import type { Refund } from '../../refund/refund.entity.js';
import { refundWithNames } from '../../refund/refund.view.js';
import { staffPaymentView } from '../payments/staff-payment.view.js';
import { suspenseRow } from '../suspense/suspense.view.js';
import { actionEvents } from './audited-actions.js';
import { effectEvent } from './effect-event.js';
import { notificationEvent, orderEvents, paymentEvents, suspenseEvent } from './order-events.js';
import type { OrderFile } from './order-file.js';
import { refundEvents } from './refund-events.js';
import type { StaffOrderRow, StaffOrderView } from './staff-order.schema.js';
import { mergeTimeline } from './timeline-event.js';

export function staffOrderRow(order: Order, items: readonly OrderItem[]): StaffOrderRow {
  return { ...orderView(order, items), buyerId: order.buyerId };
}

export function staffOrderView(file: OrderFile): StaffOrderView {
  const {
    order,
    items,
    couponUse,
    payments,
    refunds,
    approvals,
    suspense,
    notifications,
    effects,
    actions,
    balances,
  } = file;
  return {
    ...staffOrderRow(order, items),
    ...(couponUse && { couponUse: { couponId: couponUse.couponId, status: couponUse.status } }),
    payments: payments.map(staffPaymentView),
    refunds: refunds.map(refundRow),
    suspense: suspense.map(suspenseRow),
    ledger: { items: balances, total: balances.reduce((sum, { balanceFen }) => sum + balanceFen, 0) },
    timeline: mergeTimeline([
      ...orderEvents(order, actions),
      ...payments.flatMap(paymentEvents),
      ...notifications.toReversed().map(notificationEvent),
      ...suspense.map(suspenseEvent),
      ...refunds.flatMap((refund) =>
        refundEvents(
          refund,
          approvals.filter(({ refundId }) => refundId === refund.id),
        ),
      ),
      ...effects.toReversed().map(effectEvent),
      ...actionEvents(actions.toReversed()),
    ]),
  };
}

function refundRow(refund: Refund): StaffOrderView['refunds'][number] {
  return { ...refundWithNames(refund), ...(refund.waiting && { waiting: refund.waiting }) };
}
