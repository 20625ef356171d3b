import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { line } from '../../common/http/written-text.js';

export const COUPON_CODE = /^[A-Z0-9_-]{3,32}$/;
const MAX_FEN = 1_000_000_000;
const MAX_USES = 1_000_000_000;

const instant = z.iso.datetime({ offset: true });
const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(256).optional(),
};

export const couponListSchema = z.strictObject(pageFields);
export type CouponListQuery = z.infer<typeof couponListSchema>;

export const codeSchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(COUPON_CODE, 'expected 3 to 32 letters, digits, dashes or underscores')
  .describe('3 to 32 letters, digits, dashes or underscores; case does not count');
const nameSchema = line(64).min(1);
const amountSchema = z.int().min(1).max(MAX_FEN).describe('a fixed amount off, integer fen');
const percentSchema = z
  .int()
  .min(1)
  .max(99)
  .describe('whole percents off (15 = 85 折), rounded down to whole fen');
const capSchema = z.int().min(1).max(MAX_FEN).describe('the most a percentage takes off, integer fen');
const minimumSchema = z.int().min(0).max(MAX_FEN).describe('what the goods must cost, integer fen');
const startSchema = instant.describe('now when absent');
const endSchema = instant.describe('the first moment it is no longer valid; absent: no end');
const limitSchema = z.int().min(1).max(MAX_USES);

const common = {
  code: codeSchema,
  name: nameSchema,
  minTotalFen: minimumSchema.default(0),
  startsAt: startSchema.optional(),
  endsAt: endSchema.optional(),
  totalLimit: limitSchema.optional().describe('how many orders may use it; absent: no limit'),
  perBuyerLimit: limitSchema.optional().describe('how many orders of one buyer; absent: no limit'),
  buyerId: z.string().optional().describe('the one buyer it is for; absent: everybody'),
};
export const newCouponSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('FIXED'), amountFen: amountSchema, ...common }),
  z.strictObject({
    kind: z.literal('PERCENT'),
    percentOff: percentSchema,
    maxDiscountFen: capSchema.optional(),
    ...common,
  }),
]);
export type NewCoupon = z.infer<typeof newCouponSchema>;

export const couponChangeSchema = z
  .strictObject({
    name: nameSchema,
    amountFen: amountSchema,
    percentOff: percentSchema,
    maxDiscountFen: capSchema.nullable(),
    minTotalFen: minimumSchema,
    startsAt: instant,
    endsAt: endSchema.nullable(),
    totalLimit: limitSchema.nullable(),
    perBuyerLimit: limitSchema.nullable(),
    active: z.boolean(),
  })
  .partial()
  .describe('what is absent stays; null takes a cap, an end or a limit away');
export type CouponChange = z.infer<typeof couponChangeSchema>;

export const couponSchema = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  kind: z.enum(['FIXED', 'PERCENT']),
  amountFen: fenSchema.optional(),
  percentOff: z.int().optional(),
  maxDiscountFen: fenSchema.optional(),
  minTotalFen: fenSchema,
  startsAt: instant,
  endsAt: instant.optional(),
});
export type CouponView = z.infer<typeof couponSchema>;

export const couponPageSchema = z.object({ items: z.array(couponSchema), nextCursor: z.string().nullable() });
export type CouponPage = z.infer<typeof couponPageSchema>;

export const staffCouponListSchema = z.strictObject({
  active: z.enum(['true', 'false']).optional(),
  code: codeSchema.optional(),
  buyerId: z.uuid().optional(),
  ...pageFields,
});
export type StaffCouponListQuery = z.infer<typeof staffCouponListSchema>;

export const staffCouponSchema = couponSchema.extend({
  active: z.boolean(),
  buyerId: z.string().optional(),
  totalLimit: z.int().optional(),
  perBuyerLimit: z.int().optional(),
  reserved: z.int().describe('orders that hold it and are not paid yet'),
  used: z.int().describe('orders paid with it'),
  createdAt: instant,
});
export type StaffCouponView = z.infer<typeof staffCouponSchema>;

export const staffCouponPageSchema = z.object({
  items: z.array(staffCouponSchema),
  nextCursor: z.string().nullable(),
});
export type StaffCouponPage = z.infer<typeof staffCouponPageSchema>;
