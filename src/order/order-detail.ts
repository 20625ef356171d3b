import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import type { OrderItem } from './order-item.entity.js';
import type { Order } from './order.entity.js';

/** The most frequent read of all: a client that waits for its payment asks for it every second. */
const DETAIL = statement(
  'order-detail',
  `SELECT o.id, o.order_no AS "orderNo", o.buyer_id AS "buyerId", o.status, o.total_fen AS "totalFen",
          o.discount_fen AS "discountFen", o.payable_fen AS "payableFen", o.paid_fen AS "paidFen",
          o.refunded_fen AS "refundedFen", o.paid_by_payment_id AS "paidByPaymentId", o.coupon_code AS "couponCode",
          o.attach, o.address, o.created_at AS "createdAt", o.expires_at AS "expiresAt",
          o.close_requested_at AS "closeRequestedAt", o.paid_at AS "paidAt", o.closed_at AS "closedAt", o.shipment,
          o.completed_at AS "completedAt", i.items
   FROM orders o CROSS JOIN LATERAL (
     SELECT json_agg(json_build_object('orderId', order_id, 'line', line, 'productId', product_id, 'name', name,
              'unitPriceFen', unit_price_fen, 'quantity', quantity, 'payableFen', payable_fen) ORDER BY line) AS items
     FROM order_items WHERE order_id = o.id) AS i
   WHERE o.id = $1 AND ($2::uuid IS NULL OR o.buyer_id = $2)`,
);

/** An order with its lines, in one statement. @param buyerId whose it must be; null: anybody's */
export async function readOrder(
  manager: EntityManager,
  id: string,
  buyerId: string | null,
): Promise<{ order: Order; items: OrderItem[] } | undefined> {
  const [row] = await run<Order & { items: OrderItem[] | null }>(manager, DETAIL, [id, buyerId]);
  return row && { order: row, items: row.items ?? [] };
}
