import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { SUSPENSE_KINDS, SUSPENSE_STATUSES } from '../../payment/suspense-item.entity.js';
import { instant, pageFields, periodFields } from '../list-query.js';

export const suspenseListSchema = z.strictObject({
  kind: z.enum(SUSPENSE_KINDS).optional(),
  status: z.enum(SUSPENSE_STATUSES).optional(),
  ...periodFields,
  ...pageFields,
});
export type SuspenseListQuery = z.infer<typeof suspenseListSchema>;

export const suspenseRowSchema = z.object({
  id: z.string(),
  kind: z.enum(SUSPENSE_KINDS),
  status: z.enum(SUSPENSE_STATUSES),
  account: z.string().describe('the merchant account the money arrived at'),
  mchId: z.string(),
  outTradeNo: z.string(),
  transactionId: z.string(),
  orderId: z.string().optional(),
  paymentId: z.string().optional(),
  amountFen: fenSchema,
  currency: z.string(),
  expectedFen: fenSchema.optional().describe('what the order asked for, when there is one'),
  createdAt: instant,
});
export type SuspenseRow = z.infer<typeof suspenseRowSchema>;

export const suspenseDetailSchema = suspenseRowSchema.extend({
  evidence: z.record(z.string(), z.string()).describe('every field WeChat sent; openids masked'),
});
export type SuspenseDetail = z.infer<typeof suspenseDetailSchema>;

export const suspensePageSchema = z.object({
  items: z.array(suspenseRowSchema),
  nextCursor: z.string().nullable(),
});
export type SuspensePage = z.infer<typeof suspensePageSchema>;
