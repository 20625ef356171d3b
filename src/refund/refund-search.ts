import type { SelectQueryBuilder } from 'typeorm';
import type { Refund } from './refund.entity.js';
import type { StaffRefundListQuery } from './refund.schema.js';

export type RefundFilter = Partial<Pick<StaffRefundListQuery, 'status' | 'purpose' | 'q'>>;

/**
 * Every number by which people name a refund or what it gives back, each looked up by its own index and only then put
 * together; of an order also what came back of the money that arrived wrongly for it.
 */
const NAMED = `
  SELECT named.id FROM refunds named WHERE named.refund_no = :q
  UNION SELECT named.id FROM orders o JOIN refunds named ON named.order_id = o.id WHERE o.order_no = :q
  UNION SELECT named.id FROM orders o JOIN suspense_items s ON s.order_id = o.id
    JOIN refunds named ON named.suspense_id = s.id WHERE o.order_no = :q
  UNION SELECT named.id FROM payments p JOIN refunds named ON named.payment_id = p.id
    WHERE p.out_trade_no = :q
  UNION SELECT named.id FROM payments p JOIN suspense_items s ON s.order_id = p.order_id AND s.payment_id = p.id
    JOIN refunds named ON named.suspense_id = s.id WHERE p.out_trade_no = :q
  UNION SELECT named.id FROM payments p JOIN refunds named ON named.payment_id = p.id
    WHERE p.transaction_id = :q
  UNION SELECT named.id FROM suspense_items s JOIN refunds named ON named.suspense_id = s.id
    WHERE s.transaction_id = :q`;

/** Keeps the refunds that the list's filters ask for. @param query over refunds under the alias `r` */
export function whereRefund(query: SelectQueryBuilder<Refund>, { status, purpose, q }: RefundFilter): void {
  if (status !== undefined) query.andWhere('r.status = :status', { status });
  if (purpose !== undefined)
    query.andWhere(purpose === 'ORDER' ? 'r.orderId IS NOT NULL' : 'r.suspenseId IS NOT NULL');
  if (q !== undefined) query.andWhere(`r.id IN (${NAMED})`, { q });
}
