import type { Transitions } from '../../src/common/transitions.js';
import { EFFECT_STATUSES, EFFECT_TRANSITIONS } from '../../src/fulfilment/effect/effect.status.js';
import { COUPON_USE_STATUSES, COUPON_USE_TRANSITIONS } from '../../src/order/coupon/coupon-use.status.js';
import { ORDER_STATUSES, ORDER_TRANSITIONS } from '../../src/order/order.status.js';
import { PAYMENT_STATUSES, PAYMENT_TRANSITIONS } from '../../src/payment/payment.status.js';
import { SUSPENSE_STATUSES, SUSPENSE_TRANSITIONS } from '../../src/payment/suspense.status.js';
import { DIFFERENCE_STATUSES, DIFFERENCE_TRANSITIONS } from '../../src/reconcile/daily/difference.status.js';
import {
  RECONCILIATION_STATUSES,
  RECONCILIATION_TRANSITIONS,
} from '../../src/reconcile/daily/reconciliation.status.js';
import { REFUND_STATUSES, REFUND_TRANSITIONS } from '../../src/refund/refund.status.js';

export interface Machine {
  name: string;
  table: Transitions<string, string>;
  statuses: readonly string[];
  start: string;
  final: readonly string[];
  trigger: string;
}
export const MACHINES: Machine[] = [
  {
    name: 'order',
    table: ORDER_TRANSITIONS,
    statuses: ORDER_STATUSES,
    start: 'PENDING_PAYMENT',
    final: ['COMPLETED', 'CLOSED'],
    trigger: 'orders_status_moves',
  },
  {
    name: 'payment',
    table: PAYMENT_TRANSITIONS,
    statuses: PAYMENT_STATUSES,
    start: 'CREATED',
    final: ['SUCCESS'],
    trigger: 'payments_status_moves',
  },
  {
    name: 'refund',
    table: REFUND_TRANSITIONS,
    statuses: REFUND_STATUSES,
    start: 'REQUESTED',
    final: ['REJECTED', 'WITHDRAWN', 'SUCCESS', 'CLOSED'],
    trigger: 'refunds_status_moves',
  },
  {
    name: 'suspense item',
    table: SUSPENSE_TRANSITIONS,
    statuses: SUSPENSE_STATUSES,
    start: 'OPEN',
    final: ['RETURNED'],
    trigger: 'suspense_items_status_moves',
  },
  {
    name: 'coupon use',
    table: COUPON_USE_TRANSITIONS,
    statuses: COUPON_USE_STATUSES,
    start: 'RESERVED',
    final: ['USED', 'RELEASED'],
    trigger: 'coupon_uses_status_moves',
  },
  {
    name: 'effect',
    table: EFFECT_TRANSITIONS,
    statuses: EFFECT_STATUSES,
    start: 'PENDING',
    final: [],
    trigger: 'effects_status_moves',
  },
  {
    name: 'reconciliation',
    table: RECONCILIATION_TRANSITIONS,
    statuses: RECONCILIATION_STATUSES,
    start: 'WAITING',
    final: [],
    trigger: 'reconciliations_status_moves',
  },
  {
    name: 'difference',
    table: DIFFERENCE_TRANSITIONS,
    statuses: DIFFERENCE_STATUSES,
    start: 'WAITING',
    final: [],
    trigger: 'reconciliation_differences_status_moves',
  },
];

/** Each move as `FROM>TO`. */
export const edgesOf = (table: Transitions<string, string>): string[] =>
  Object.entries(table).flatMap(([from, targets]) => Object.keys(targets).map((to) => `${from}>${to}`));
