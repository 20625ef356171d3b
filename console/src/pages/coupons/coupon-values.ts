import type { Coupon, CouponChange, NewCoupon } from '../../api/types.ts';

/** The fields of the coupon dialog; empty ones are null or absent. */
export interface CouponValues {
  kind: Coupon['kind'];
  code: string;
  name: string;
  amountFen?: number;
  percentOff?: number;
  maxDiscountFen?: number | null;
  minTotalFen?: number;
  totalLimit?: number | null;
  perBuyerLimit?: number | null;
  startsAt?: string | null;
  endsAt?: string | null;
  active?: boolean;
}

export function newCouponOf(values: CouponValues): NewCoupon {
  const common = {
    code: values.code.trim(),
    name: values.name.trim(),
    minTotalFen: values.minTotalFen ?? 0,
    ...(values.startsAt != null && { startsAt: values.startsAt }),
    ...(values.endsAt != null && { endsAt: values.endsAt }),
    ...(values.totalLimit != null && { totalLimit: values.totalLimit }),
    ...(values.perBuyerLimit != null && { perBuyerLimit: values.perBuyerLimit }),
  };
  if (values.kind === 'FIXED') return { kind: 'FIXED', amountFen: values.amountFen ?? 0, ...common };
  return {
    kind: 'PERCENT',
    percentOff: values.percentOff ?? 0,
    ...(values.maxDiscountFen != null && { maxDiscountFen: values.maxDiscountFen }),
    ...common,
  };
}

/** Only what is different; an emptied limit or end is null, which lifts it. */
export function changeOf(coupon: Coupon, values: CouponValues): CouponChange {
  const wanted = {
    name: values.name.trim(),
    minTotalFen: values.minTotalFen ?? 0,
    active: values.active ?? coupon.active,
    endsAt: values.endsAt ?? null,
    totalLimit: values.totalLimit ?? null,
    perBuyerLimit: values.perBuyerLimit ?? null,
    ...(values.startsAt != null && { startsAt: values.startsAt }),
    ...(coupon.kind === 'FIXED'
      ? { amountFen: values.amountFen }
      : { percentOff: values.percentOff, maxDiscountFen: values.maxDiscountFen ?? null }),
  };
  const present: Record<string, unknown> = { ...coupon };
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== (present[name] ?? null)),
  );
}
