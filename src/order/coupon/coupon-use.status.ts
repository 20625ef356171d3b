import type { Transitions } from '../../common/transitions.js';

export const COUPON_USE_STATUSES = ['RESERVED', 'USED', 'RELEASED'] as const;
export type CouponUseStatus = (typeof COUPON_USE_STATUSES)[number];
export type CouponUseEvent = 'paid' | 'closed';

/**
 * The use of a coupon by one order: it follows the order out of PENDING_PAYMENT, in the same transaction. A refund does
 * not bring a used coupon back (docs/coupons.md). The same table stands in the database as a trigger.
 */
export const COUPON_USE_TRANSITIONS: Transitions<CouponUseStatus, CouponUseEvent> = {
  RESERVED: { USED: 'paid', RELEASED: 'closed' },
  USED: {},
  RELEASED: {},
};
