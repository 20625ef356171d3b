import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { instant, pageFields, periodFields } from '../../common/http/list-query.js';
import { notes } from '../../common/http/written-text.js';

export const staffBuyerListSchema = z.strictObject({
  q: z
    .string()
    .trim()
    .regex(/^\**[\w-]{4,64}$/, 'expected a buyer id, an order no, or the last four characters of an openid')
    .optional()
    .describe('buyer id, order no, openid, or its last four characters as the list shows them'),
  blocked: z.enum(['true', 'false']).optional(),
  ...periodFields,
  ...pageFields,
});
export type StaffBuyerListQuery = z.infer<typeof staffBuyerListSchema>;

export const noteSchema = z.strictObject({
  note: notes(1000).describe('for the staff only; empty takes it away'),
});
export type Note = z.infer<typeof noteSchema>;

export const staffBuyerSchema = z.object({
  id: z.string(),
  openid: z.string().describe('masked: its last characters only'),
  orders: z.int().describe('how many orders, paid or not'),
  ordersPaid: z.int(),
  paidFen: fenSchema.describe('what WeChat confirmed for these orders, integer fen'),
  refundedFen: fenSchema.describe('how much of it went back, integer fen'),
  lastOrder: z.object({ id: z.string(), orderNo: z.string(), createdAt: instant }).optional(),
  note: z.string(),
  blockedAt: instant.optional().describe('since when he may not order'),
  createdAt: instant,
  lastLoginAt: instant,
});
export type StaffBuyerView = z.infer<typeof staffBuyerSchema>;

export const staffBuyerPageSchema = z.object({
  items: z.array(staffBuyerSchema),
  nextCursor: z.string().nullable(),
});
export type StaffBuyerPage = z.infer<typeof staffBuyerPageSchema>;
