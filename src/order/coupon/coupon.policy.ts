import type { ProblemCode } from '../../common/http/problem-codes.js';
import type { Coupon } from './coupon.entity.js';

export interface Refusal {
  code: ProblemCode;
  why: string;
}

/**
 * Why a buyer may not use a coupon now, whatever he buys. Pure.
 * @param usesOfBuyer how many of his orders hold or have used it
 */
export function refusalOf(
  coupon: Coupon,
  { buyerId, usesOfBuyer, now }: { buyerId: string; usesOfBuyer: number; now: Date },
): Refusal | undefined {
  const { startsAt, endsAt, totalLimit, perBuyerLimit } = coupon;
  if (coupon.buyerId !== null && coupon.buyerId !== buyerId)
    return { code: 'COUPON_OF_ANOTHER_BUYER', why: 'is another buyer’s' };
  if (!coupon.active) return { code: 'COUPON_NOT_USABLE', why: 'is not offered any more' };
  if (now < startsAt) return { code: 'COUPON_NOT_STARTED', why: 'is not valid yet' };
  if (endsAt !== null && now >= endsAt) return { code: 'COUPON_EXPIRED', why: 'is not valid any more' };
  if (totalLimit !== null && coupon.taken >= totalLimit)
    return { code: 'COUPON_USED_UP', why: `was for ${totalLimit} orders, and all are taken` };
  if (perBuyerLimit !== null && usesOfBuyer >= perBuyerLimit)
    return { code: 'COUPON_BUYER_LIMIT_REACHED', why: `can be used ${perBuyerLimit} times by one buyer` };
  return undefined;
}
