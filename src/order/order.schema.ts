import { z } from 'zod';
import { fenSchema } from '../common/fen.js';
import { line } from '../common/http/written-text.js';
import { ORDER_STATUSES } from './order.status.js';
import { shipmentSchema } from './shipment.js';

/** A hundred lines and 9,999 of each keep every sum far inside exact integers. */
const MAX_LINES = 100;
const MAX_QUANTITY = 9999;
const ATTACH_BYTES = 127;

const addressSchema = z.strictObject({
  name: line(64).min(1),
  phone: z.string().regex(/^\+?[\d -]{5,20}$/, 'expected a phone number'),
  province: line(32).min(1),
  city: line(32).min(1),
  district: line(32).min(1),
  detail: line(256).min(1),
});

/** What a buyer sends to order; prices are not in it, they come from the catalogue (DESIGN §2.2). */
export const newOrderSchema = z.strictObject({
  items: z
    .array(
      z.strictObject({ productId: z.string().min(1).max(64), quantity: z.int().min(1).max(MAX_QUANTITY) }),
    )
    .min(1)
    .max(MAX_LINES)
    .superRefine((items, context) => {
      const seen = new Set<string>();
      items.forEach(({ productId }, index) => {
        if (seen.has(productId))
          context.addIssue({
            code: 'custom',
            path: [index, 'productId'],
            message: 'stands in the list twice; add the quantities',
          });
        seen.add(productId);
      });
    }),
  couponCode: z.string().min(1).max(64).optional().describe('of a coupon; case does not count'),
  attach: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= ATTACH_BYTES, `expected at most ${ATTACH_BYTES} bytes`)
    .refine(
      (text) => !/[\u{10000}-\u{10FFFF}]/u.test(text),
      'has a character that WeChat Pay does not take, such as an emoji',
    )
    .regex(/^\P{Cc}*$/u, 'expected no control characters')
    .optional()
    .describe('the shop’s own words, echoed by WeChat; at most 127 bytes'),
  address: addressSchema.optional(),
});
export type NewOrder = z.infer<typeof newOrderSchema>;

export const orderListSchema = z.strictObject({
  status: z.enum(ORDER_STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(256).optional(),
});
export type OrderListQuery = z.infer<typeof orderListSchema>;

const instant = z.iso.datetime({ offset: true });

export const orderSchema = z.object({
  id: z.string(),
  orderNo: z.string(),
  status: z.enum(ORDER_STATUSES),
  refundStatus: z.enum(['NONE', 'PARTIAL', 'FULL']),
  totalFen: fenSchema,
  discountFen: fenSchema,
  payableFen: fenSchema,
  paidFen: fenSchema,
  refundedFen: fenSchema,
  items: z.array(
    z.object({
      productId: z.string(),
      name: z.string(),
      unitPriceFen: fenSchema,
      quantity: z.int(),
      payableFen: fenSchema,
    }),
  ),
  couponCode: z.string().optional().describe('the coupon that made the discount'),
  address: addressSchema.optional(),
  attach: z.string().optional(),
  createdAt: instant,
  expiresAt: instant,
  paidAt: instant.optional(),
  closedAt: instant.optional(),
  completedAt: instant.optional(),
  shipment: shipmentSchema.optional(),
  closing: z.boolean().optional().describe('true while WeChat is being asked to close the payment'),
});
export type OrderView = z.infer<typeof orderSchema>;

export const orderPageSchema = z.object({ items: z.array(orderSchema), nextCursor: z.string().nullable() });
