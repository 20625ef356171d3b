import type { Transitions } from '../common/transitions.js';

export const PAYMENT_STATUSES = ['CREATED', 'PREPAID', 'SUCCESS', 'CLOSED', 'FAILED'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
export type PaymentEvent = 'prepaid' | 'paid' | 'closed' | 'rejected' | 'paidLate';

/**
 * The life of one attempt to pay (DESIGN §3). WeChat is the truth: even a closed or failed attempt becomes SUCCESS when
 * WeChat says it was paid, and its money then goes to suspense (M-09). The same table stands in the database as a
 * trigger.
 */
export const PAYMENT_TRANSITIONS: Transitions<PaymentStatus, PaymentEvent> = {
  CREATED: { PREPAID: 'prepaid', SUCCESS: 'paid', CLOSED: 'closed', FAILED: 'rejected' },
  PREPAID: { SUCCESS: 'paid', CLOSED: 'closed' },
  SUCCESS: {},
  CLOSED: { SUCCESS: 'paidLate' },
  FAILED: { SUCCESS: 'paidLate' },
};

/** An open attempt may still be paid by the buyer. At most one per order (a partial unique index holds it). */
export const OPEN_STATUSES = ['CREATED', 'PREPAID'] as const satisfies readonly PaymentStatus[];

export function isOpen(status: PaymentStatus): boolean {
  return (OPEN_STATUSES as readonly PaymentStatus[]).includes(status);
}
