import { toBeijingIso } from '../../common/time/beijing-time.js';
import type { Coupon } from './coupon.entity.js';
import type { CouponView, StaffCouponView } from './coupon.schema.js';

export function couponView(coupon: Coupon): CouponView {
  const { amountFen, percentOff, maxDiscountFen, endsAt } = coupon;
  return {
    id: coupon.id,
    code: coupon.code,
    name: coupon.name,
    kind: percentOff === null ? 'FIXED' : 'PERCENT',
    ...(amountFen !== null && { amountFen }),
    ...(percentOff !== null && { percentOff }),
    ...(maxDiscountFen !== null && { maxDiscountFen }),
    minTotalFen: coupon.minTotalFen,
    startsAt: toBeijingIso(coupon.startsAt),
    ...(endsAt && { endsAt: toBeijingIso(endsAt) }),
  };
}

/** @param reserved uses that wait for payment; the others taken are used */
export function staffCouponView(coupon: Coupon, reserved: number): StaffCouponView {
  const { buyerId, totalLimit, perBuyerLimit } = coupon;
  return {
    ...couponView(coupon),
    active: coupon.active,
    ...(buyerId !== null && { buyerId }),
    ...(totalLimit !== null && { totalLimit }),
    ...(perBuyerLimit !== null && { perBuyerLimit }),
    reserved,
    used: coupon.taken - reserved,
    createdAt: toBeijingIso(coupon.createdAt),
  };
}
