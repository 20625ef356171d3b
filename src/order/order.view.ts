import { toBeijingIso } from '../common/time/beijing-time.js';
import type { OrderItem } from './order-item.entity.js';
import type { Order } from './order.entity.js';
import type { OrderView } from './order.schema.js';

/** The order as its buyer sees it (CONTRACT §3). */
export function orderView(order: Order, items: readonly OrderItem[]): OrderView {
  return {
    id: order.id,
    orderNo: order.orderNo,
    status: order.status,
    refundStatus: refundStatus(order),
    totalFen: order.totalFen,
    discountFen: order.discountFen,
    payableFen: order.payableFen,
    paidFen: order.paidFen,
    refundedFen: order.refundedFen,
    items: items.map(({ productId, name, unitPriceFen, quantity, payableFen }) => ({
      productId,
      name,
      unitPriceFen,
      quantity,
      payableFen,
    })),
    ...(order.couponCode !== null && { couponCode: order.couponCode }),
    ...(order.address && { address: order.address }),
    ...(order.attach !== null && { attach: order.attach }),
    createdAt: toBeijingIso(order.createdAt),
    expiresAt: toBeijingIso(order.expiresAt),
    ...(order.paidAt && { paidAt: toBeijingIso(order.paidAt) }),
    ...(order.closedAt && { closedAt: toBeijingIso(order.closedAt) }),
    ...(order.status === 'PENDING_PAYMENT' && order.closeRequestedAt && { closing: true }),
  };
}

function refundStatus({ paidFen, refundedFen }: Order): OrderView['refundStatus'] {
  if (refundedFen === 0) return 'NONE';
  return refundedFen < paidFen ? 'PARTIAL' : 'FULL';
}
