import { toFen } from '../../common/fen.js';
import { Problem } from '../../common/http/problem.js';
import type { Coupon } from './coupon.entity.js';
import type { CouponChange, NewCoupon } from './coupon.schema.js';

/** What an operator decides about a coupon, as against what orders make of it. */
export type CouponSettings = Omit<Coupon, 'id' | 'taken' | 'createdAt'>;

/** @throws Problem `VALIDATION_FAILED` for a period that ends before it starts */
export function settingsOfNew(wanted: NewCoupon, now: Date): CouponSettings {
  const [fixed, percent] = wanted.kind === 'FIXED' ? [wanted, undefined] : [undefined, wanted];
  return checked({
    code: wanted.code,
    name: wanted.name,
    amountFen: fixed === undefined ? null : toFen(fixed.amountFen),
    percentOff: percent?.percentOff ?? null,
    maxDiscountFen: percent?.maxDiscountFen === undefined ? null : toFen(percent.maxDiscountFen),
    minTotalFen: toFen(wanted.minTotalFen),
    startsAt: wanted.startsAt === undefined ? now : new Date(wanted.startsAt),
    endsAt: wanted.endsAt === undefined ? null : new Date(wanted.endsAt),
    totalLimit: wanted.totalLimit ?? null,
    perBuyerLimit: wanted.perBuyerLimit ?? null,
    buyerId: wanted.buyerId ?? null,
    active: true,
  });
}

/**
 * The settings after a change; what it does not name stays.
 * @throws Problem `VALIDATION_FAILED`; `COUPON_LIMIT_BELOW_USE`: what orders hold cannot be taken from them
 */
export function settingsAfter(coupon: Coupon, change: CouponChange): CouponSettings {
  refuseOtherKind(coupon, change);
  const { startsAt, endsAt, ...rest } = change;
  const after = {
    ...settingsOf(coupon),
    ...(rest as Partial<CouponSettings>),
    ...(startsAt !== undefined && { startsAt: new Date(startsAt) }),
    ...(endsAt !== undefined && { endsAt: endsAt === null ? null : new Date(endsAt) }),
  };
  if (after.totalLimit !== null && after.totalLimit < coupon.taken) {
    throw new Problem(
      'COUPON_LIMIT_BELOW_USE',
      `${coupon.taken} orders hold or have used it; to stop it, make it inactive.`,
      { errors: [{ field: 'totalLimit', message: `at least ${coupon.taken}` }] },
    );
  }
  return checked(after);
}

export function settingsOf(coupon: Coupon): CouponSettings {
  const { id: _id, taken: _taken, createdAt: _createdAt, ...settings } = coupon;
  return settings;
}

function checked(settings: CouponSettings): CouponSettings {
  const { startsAt, endsAt } = settings;
  if (endsAt !== null && endsAt <= startsAt) throw invalid('endsAt', 'expected a time after startsAt');
  return settings;
}

function refuseOtherKind({ percentOff }: Coupon, change: CouponChange): void {
  if (percentOff !== null && change.amountFen !== undefined)
    throw invalid('amountFen', 'a percentage has none');
  for (const field of ['percentOff', 'maxDiscountFen'] as const)
    if (percentOff === null && (change[field] ?? null) !== null)
      throw invalid(field, 'a fixed amount has none');
}

function invalid(field: string, message: string): Problem {
  return new Problem('VALIDATION_FAILED', `${field}: ${message}`, { errors: [{ field, message }] });
}
