import { z } from 'zod';
import { fenSchema, MAX_ORDER_FEN } from '../../common/fen.js';
import { line } from '../../common/http/written-text.js';

export const MAX_STOCK = 1_000_000_000;

const nameSchema = line(64).min(1);
const imageSchema = z
  .union([z.url({ protocol: /^https$/ }), z.string().regex(/^\/[\w./-]*$/)], {
    error: 'expected an https:// address, or a path of this host',
  })
  .nullable();
const priceSchema = z.int().min(1).max(MAX_ORDER_FEN).describe('integer fen (1/100 CNY)');
const stockSchema = z.int().min(0).max(MAX_STOCK).describe('what may still be promised');

export const newProductSchema = z.strictObject({
  name: nameSchema,
  description: z.string().trim().max(2000).default(''),
  imageUrl: imageSchema.default(null),
  priceFen: priceSchema,
  stock: stockSchema,
  active: z.boolean().default(true).describe('listed and sold'),
});
export type NewProduct = z.infer<typeof newProductSchema>;

export const productChangeSchema = z
  .strictObject({
    name: nameSchema,
    description: z.string().trim().max(2000),
    imageUrl: imageSchema,
    priceFen: priceSchema,
    stock: stockSchema.describe('counted anew; while selling goes on, use stockChange'),
    stockChange: z.int().min(-MAX_STOCK).max(MAX_STOCK).describe('what came in (+) or went out (−)'),
    active: z.boolean(),
  })
  .partial()
  .refine(({ stock, stockChange }) => stock === undefined || stockChange === undefined, {
    path: ['stockChange'],
    message: 'send stock or stockChange',
  })
  .describe('what is absent stays; orders already made keep their own copy');
export type ProductChange = z.infer<typeof productChangeSchema>;

export const staffProductListSchema = z.strictObject({
  active: z.enum(['true', 'false']).optional(),
  q: z.string().trim().min(1).max(64).optional().describe('part of the name'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(256).optional(),
});
export type StaffProductListQuery = z.infer<typeof staffProductListSchema>;

export const staffProductSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  imageUrl: z.string().nullable(),
  priceFen: fenSchema,
  stock: z.int(),
  active: z.boolean(),
  createdAt: z.iso.datetime({ offset: true }),
});
export type StaffProductView = z.infer<typeof staffProductSchema>;

export const staffProductPageSchema = z.object({
  items: z.array(staffProductSchema),
  nextCursor: z.string().nullable(),
});
export type StaffProductPage = z.infer<typeof staffProductPageSchema>;
