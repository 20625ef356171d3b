import { z } from 'zod';
import { fenSchema } from '../common/fen.js';
import { instant, pageFields, periodFields, searchedFor } from '../common/http/list-query.js';
import { lines, notes } from '../common/http/written-text.js';
import { REFUND_PURPOSES } from './refund.entity.js';
import { REFUND_STATUSES } from './refund.status.js';

/** A queue of this many is "a thousand or more": counting on would read every refund there ever was. */
export const COUNTED_TO = 1000;

const reasonSchema = lines(200).min(1);

export const newRefundSchema = z.strictObject({
  amountFen: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe('when absent: what the goods were paid with, or all; at most what is refundable'),
  reason: reasonSchema,
  items: z
    .array(z.strictObject({ productId: z.string().min(1).max(64), quantity: z.int().min(1).max(9999) }))
    .min(1)
    .max(100)
    .refine(
      (items) => new Set(items.map(({ productId }) => productId)).size === items.length,
      'names a product twice',
    )
    .optional()
    .describe('goods of the order that come back, and how many'),
  expectedRefundableFen: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe('what the screen showed; a wrong expectation is a 409'),
});
export type NewRefund = z.infer<typeof newRefundSchema>;

export const approveSchema = z.strictObject({
  note: notes(500).optional(),
  restock: z.boolean().default(false).describe('the goods go back into stock when the money is back'),
});
export type Approve = z.infer<typeof approveSchema>;

export const rejectSchema = z.strictObject({ reason: reasonSchema });
export type Reject = z.infer<typeof rejectSchema>;

const cardText = z.string().trim().min(1).max(128);
export const abnormalRefundSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('USER_BANK_CARD').describe('another card of the buyer'),
    bankType: z
      .string()
      .regex(/^[A-Z0-9_]{2,32}$/)
      .describe('WeChat’s code of the bank, e.g. ICBC_DEBIT'),
    bankAccount: cardText.describe('card number; goes to WeChat encrypted and is not kept'),
    realName: cardText.describe('holder of the card; goes to WeChat encrypted and is not kept'),
  }),
  z.strictObject({
    type: z.literal('MERCHANT_BANK_CARD').describe('the shop’s own account; the shop pays the buyer itself'),
  }),
]);
export type AbnormalRefund = z.infer<typeof abnormalRefundSchema>;

const purposeSchema = z
  .enum(REFUND_PURPOSES)
  .describe('ORDER: money of an order; SUSPENSE: money that arrived wrongly and goes back');

export const refundListSchema = z.strictObject({
  status: z.enum(REFUND_STATUSES).optional(),
  purpose: purposeSchema.optional(),
  ...pageFields,
});
export type RefundListQuery = z.infer<typeof refundListSchema>;

export const staffRefundListSchema = refundListSchema.extend({
  q: searchedFor.describe('refund no, order no, out_trade_no or transaction id, in full'),
  ...periodFields,
  awaitingMe: z.literal('true').optional().describe('only those that wait for a decision you may take'),
});
export type StaffRefundListQuery = z.infer<typeof staffRefundListSchema>;

const personSchema = z.object({
  kind: z.enum(['buyer', 'operator', 'policy']),
  id: z.string(),
  name: z.string(),
});
const wordsSchema = z.object({ code: z.string(), message: z.string() });

export const refundSchema = z.object({
  id: z.string(),
  refundNo: z.string(),
  purpose: purposeSchema,
  orderId: z.string().optional().describe('always there with purpose ORDER'),
  suspenseId: z.string().optional().describe('with purpose SUSPENSE'),
  status: z.enum(REFUND_STATUSES),
  amountFen: fenSchema,
  reason: z.string(),
  items: z
    .array(
      z.object({
        productId: z.string(),
        name: z.string(),
        unitPriceFen: fenSchema,
        quantity: z.int(),
        payableFen: fenSchema.describe(
          'what these units were paid with, discount included; amountFen is what goes back',
        ),
      }),
    )
    .optional()
    .describe('goods that come back'),
  requestedBy: personSchema,
  reviewedBy: personSchema.optional(),
  reviewNote: z.string().optional(),
  refundId: z.string().optional().describe('WeChat’s number'),
  failure: wordsSchema.optional().describe('WeChat’s final refusal'),
  createdAt: instant,
  reviewedAt: instant.optional(),
  succeededAt: instant.optional(),
});
export type RefundView = z.infer<typeof refundSchema>;

export const staffRefundSchema = refundSchema.extend({
  restock: z.boolean(),
  waiting: wordsSchema.optional().describe('why it is not done yet'),
  guidance: z.string().optional().describe('what a person should do now'),
  calls: z.int().describe('calls of WeChat’s refund API so far'),
  nextCheckAt: instant.optional(),
  approvals: z.array(
    z.object({ operatorId: z.string(), name: z.string(), note: z.string().optional(), approvedAt: instant }),
  ),
  approvalsNeeded: z.int(),
  review: z
    .object({ allowed: z.boolean(), code: z.string().optional(), why: z.string().optional() })
    .describe('whether you may decide it now, and why not'),
});
export type StaffRefundView = z.infer<typeof staffRefundSchema>;

const count = z.int().min(0).max(COUNTED_TO);
export const refundCountsSchema = z.object({
  ...(Object.fromEntries(REFUND_STATUSES.map((status) => [status, count])) as Record<
    (typeof REFUND_STATUSES)[number],
    typeof count
  >),
  awaitingMe: count,
});
export type RefundCounts = z.infer<typeof refundCountsSchema>;

export const refundPageSchema = z.object({ items: z.array(refundSchema), nextCursor: z.string().nullable() });
export type RefundPage = z.infer<typeof refundPageSchema>;

export const staffRefundRowSchema = refundSchema.extend({
  refundableFen: fenSchema
    .optional()
    .describe('with purpose ORDER: what of the order is neither given back nor asked for, as of now'),
  pendingFen: fenSchema
    .optional()
    .describe('with purpose ORDER: what of the order is asked for or on its way, as of now'),
  needsSingle: z
    .boolean()
    .describe('undecided, and so large that two people or a fresh second factor are needed: not for a batch'),
});
export type StaffRefundRow = z.infer<typeof staffRefundRowSchema>;

export const staffRefundPageSchema = z.object({
  items: z.array(staffRefundRowSchema),
  nextCursor: z.string().nullable(),
});
export type StaffRefundPage = z.infer<typeof staffRefundPageSchema>;
