import { In, type DataSource } from 'typeorm';
import { run, statement } from '../../database/sql.js';
import { CouponUse } from '../../order/coupon/coupon-use.entity.js';
import { Effect } from '../../fulfilment/effect/effect.entity.js';
import { OrderItem } from '../../order/order-item.entity.js';
import { Order } from '../../order/order.entity.js';
import { Payment } from '../../payment/payment.entity.js';
import { SuspenseItem } from '../../payment/suspense-item.entity.js';
import { RefundApproval } from '../../refund/refund-approval.entity.js';
import { Refund } from '../../refund/refund.entity.js';
import { heads } from '../notifications/inbox-desk.service.js';
import type { NotificationHead } from '../notifications/inbox.view.js';
import { auditedActions, type AuditedAction } from './audited-actions.js';
import type { StaffOrderView } from './staff-order.schema.js';

const MOST_NOTIFICATIONS = 100;
const MOST_EFFECTS = 200;

const BALANCES = statement(
  'ledger-of-order',
  `SELECT account, sum(amount_fen)::bigint AS "balanceFen" FROM ledger_entries
   WHERE subject_id = ANY($1::uuid[]) GROUP BY account ORDER BY account`,
);

/** Everything the database knows about one order. */
export interface OrderFile {
  order: Order;
  items: OrderItem[];
  couponUse: CouponUse | null;
  payments: Payment[];
  refunds: Refund[];
  approvals: RefundApproval[];
  suspense: SuspenseItem[];
  notifications: NotificationHead[];
  effects: Effect[];
  actions: AuditedAction[];
  balances: StaffOrderView['ledger']['items'];
}

/**
 * Read in one snapshot, on one connection: order, payments, refunds and journal on a page belong to the same moment,
 * so what does not add up is an error and not a coincidence.
 */
export function readOrderFile(dataSource: DataSource, orderId: string): Promise<OrderFile | null> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const order = await manager.findOneBy(Order, { id: orderId });
    if (order === null) return null;
    const items = await manager.find(OrderItem, { where: { orderId }, order: { line: 'ASC' } });
    const couponUse = order.couponCode === null ? null : await manager.findOneBy(CouponUse, { orderId });
    const payments = await manager.find(Payment, { where: { orderId }, order: { attempt: 'ASC' } });
    const suspense = await manager.find(SuspenseItem, {
      where: { orderId },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    const refunds = await manager.find(Refund, {
      where: [{ orderId }, { suspenseId: In(suspense.map(({ id }) => id)) }],
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    const approvals = await manager.find(RefundApproval, {
      where: { refundId: In(refunds.map(({ id }) => id)) },
      order: { approvedAt: 'ASC' },
    });
    const notifications = await heads(manager)
      .where('n.orderId = :orderId', { orderId })
      .orderBy({ 'n.receivedAt': 'DESC', 'n.id': 'DESC' })
      .limit(MOST_NOTIFICATIONS)
      .getMany();
    const effects = await manager.find(Effect, {
      where: { orderId },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: MOST_EFFECTS,
    });
    const actions = await auditedActions(manager, [
      { kind: 'order', id: orderId },
      ...payments.map(({ id }) => ({ kind: 'payment' as const, id })),
      ...refunds.map(({ id }) => ({ kind: 'refund' as const, id })),
      ...suspense.map(({ id }) => ({ kind: 'suspense' as const, id })),
      ...notifications.map(({ id }) => ({ kind: 'notification' as const, id })),
      ...effects.map(({ id }) => ({ kind: 'effect' as const, id })),
    ]);
    const moved = [...payments, ...refunds, ...suspense].map(({ id }) => id);
    const balances = await run<OrderFile['balances'][number]>(manager, BALANCES, [moved]);
    return {
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
    };
  });
}
