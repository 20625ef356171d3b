import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { instant, pageFields, periodFields } from '../../common/http/list-query.js';
import { notes } from '../../common/http/written-text.js';
import { SUSPENSE_KINDS } from '../../payment/suspense-item.entity.js';
import { SUSPENSE_STATUSES } from '../../payment/suspense.status.js';
import { refundSchema } from '../../refund/refund.schema.js';

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
  returnAt: instant.optional().describe('when it goes back by itself; otherwise somebody decides'),
  returns: z
    .array(
      refundSchema
        .pick({ id: true, refundNo: true, status: true, amountFen: true, reason: true })
        .extend({ requestedBy: z.string(), failure: z.string().optional() }),
    )
    .describe('refunds that gave it back, or tried to, oldest first; more about each at /refunds/{id}'),
  accepted: z
    .object({ by: z.string(), note: z.string(), at: instant })
    .optional()
    .describe('kept as other income'),
  evidence: z.record(z.string(), z.string()).describe('every field WeChat sent; openids masked'),
});
export type SuspenseDetail = z.infer<typeof suspenseDetailSchema>;

export const acceptSuspenseSchema = z.strictObject({
  note: notes(500).min(1).describe('why the shop keeps it'),
});
export type AcceptSuspense = z.infer<typeof acceptSuspenseSchema>;

export const suspensePageSchema = z.object({
  items: z.array(suspenseRowSchema),
  nextCursor: z.string().nullable(),
});
export type SuspensePage = z.infer<typeof suspensePageSchema>;
