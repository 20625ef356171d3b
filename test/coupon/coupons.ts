import type { NewCoupon, StaffCouponView } from '../../src/order/coupon/coupon.schema.js';
import type { TestOperator } from '../support/staff.js';
import type { System } from '../support/system.js';

type Distribute<Type> = Type extends unknown ? Partial<Type> : never;

let codes = 0;
/** A code no other coupon of this file has. */
export const newCode = (): string => `TEST-${++codes}`;

/** A coupon made over the staff's API: 500 fen off unless told otherwise. */
export async function newCoupon(
  staff: TestOperator,
  values: Distribute<NewCoupon> = {},
): Promise<StaffCouponView> {
  const kind = values.kind ?? 'FIXED';
  const { status, body } = await staff.send<StaffCouponView>('POST', '/coupons', {
    code: newCode(),
    name: '新客立减',
    kind,
    ...(kind === 'FIXED' && { amountFen: 500 }),
    ...values,
  });
  if (status !== 201) throw new Error(`no coupon was made: ${JSON.stringify(body)}`);
  return body;
}

export interface CouponBooks {
  taken: number;
  uses: Record<string, number>;
}

/** What the database says about a coupon: the count on its row, and its uses by status. */
export async function couponBooks({ database }: System, id: string): Promise<CouponBooks> {
  const [coupon] = await database.query<{ taken: number }>('SELECT taken FROM coupons WHERE id = $1', [id]);
  const uses = await database.query<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM coupon_uses WHERE coupon_id = $1 GROUP BY status',
    [id],
  );
  return {
    taken: coupon?.taken ?? -1,
    uses: Object.fromEntries(uses.map(({ status, count }) => [status, count])),
  };
}
