import type { Transitions } from '../common/transitions.js';

export const ORDER_STATUSES = ['PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED', 'CLOSED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export type OrderEvent = 'paid' | 'shipped' | 'completed' | 'closed';

/**
 * The life of an order (DESIGN §3). Refunds do not move it, and a closed order never comes back: its stock may be
 * sold again, so a late payment goes to suspense instead (M-10). The same table stands in the database as a trigger.
 */
export const ORDER_TRANSITIONS: Transitions<OrderStatus, OrderEvent> = {
  PENDING_PAYMENT: { PAID: 'paid', CLOSED: 'closed' },
  PAID: { SHIPPED: 'shipped' },
  SHIPPED: { COMPLETED: 'completed' },
  COMPLETED: {},
  CLOSED: {},
};
