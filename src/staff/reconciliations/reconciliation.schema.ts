import { z } from 'zod';
import { instant, pageFields } from '../../common/http/list-query.js';
import { notes } from '../../common/http/written-text.js';
import { DIFFERENCE_KINDS, RESOLUTIONS } from '../../reconcile/daily/difference.entity.js';
import { DIFFERENCE_STATUSES } from '../../reconcile/daily/difference.status.js';
import { RECONCILIATION_STATUSES } from '../../reconcile/daily/reconciliation.status.js';

const day = z.iso
  .date()
  .refine((date) => date > '0001', 'expected a year that the calendar has') // PostgreSQL knows no year 0
  .describe('a day at UTC+8');
const reason = z.object({ code: z.string(), message: z.string() });
const person = z.object({ id: z.string(), name: z.string() });

export const newReconciliationSchema = z.strictObject({
  date: day,
  account: z.string().min(1).max(32).optional().describe('merchant account; `default` unless named'),
});
export type NewReconciliation = z.infer<typeof newReconciliationSchema>;

export const reconciliationListSchema = z.strictObject({
  account: z.string().max(32).optional(),
  status: z.enum(RECONCILIATION_STATUSES).optional(),
  from: day.optional(),
  to: day.optional().describe('this day included'),
  ...pageFields,
});
export type ReconciliationListQuery = z.infer<typeof reconciliationListSchema>;

const side = z.object({
  payments: z.int(),
  paymentsFen: z.int().describe('settlement, fen: coupons of WeChat taken off'),
  refunds: z.int(),
  refundsFen: z.int(),
  feeMilliFen: z.int().describe('thousandths of a fen; what came back with refunds taken off'),
});

export const reconciliationRowSchema = z.object({
  id: z.string(),
  account: z.string(),
  date: day,
  status: z.enum(RECONCILIATION_STATUSES),
  nextAttemptAt: instant.optional(),
  waiting: reason.optional().describe('why it is not done yet'),
  failure: reason.optional(),
  totals: z
    .object({
      bill: side,
      ledger: side,
      fundFlow: z
        .object({
          rows: z.int(),
          incomeFen: z.int(),
          expenseFen: z.int(),
          tradeFen: z.int(),
          withdrawnFen: z.int(),
        })
        .nullable(),
      fundFlowMissing: z.string().nullable(),
    })
    .optional(),
  differenceCounts: z.record(z.enum(DIFFERENCE_STATUSES), z.int()),
  createdAt: instant,
  finishedAt: instant.optional(),
});
export type ReconciliationRow = z.infer<typeof reconciliationRowSchema>;

export const reconciliationPageSchema = z.object({
  items: z.array(reconciliationRowSchema),
  nextCursor: z.string().nullable(),
});
export type ReconciliationPage = z.infer<typeof reconciliationPageSchema>;

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

export const differenceSchema = z.object({
  id: z.string(),
  kind: z.enum(DIFFERENCE_KINDS),
  number: z.string().describe("WeChat's transaction or refund number; the figure's name for TOTALS"),
  status: z.enum(DIFFERENCE_STATUSES),
  ours: facts.optional(),
  theirs: facts.optional(),
  owner: person.optional(),
  note: z.string().optional(),
  resolution: z.enum(RESOLUTIONS).optional(),
  resolvedBy: person.optional(),
  resolvedAt: instant.optional(),
  foundAt: instant,
});
export type DifferenceView = z.infer<typeof differenceSchema>;

export const differenceListSchema = z.strictObject({
  kind: z.enum(DIFFERENCE_KINDS).optional(),
  status: z.enum(DIFFERENCE_STATUSES).optional().describe('without it all but CLEARED'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(256).optional(),
});
export type DifferenceListQuery = z.infer<typeof differenceListSchema>;

export const reconciliationDetailSchema = reconciliationRowSchema.extend({
  differences: z.array(differenceSchema),
  nextCursor: z.string().nullable().describe('of the differences'),
});
export type ReconciliationDetail = z.infer<typeof reconciliationDetailSchema>;

export const differenceParamSchema = z.object({ id: z.string(), diffId: z.string() });
export type DifferenceParam = z.infer<typeof differenceParamSchema>;

export const resolveSchema = z.strictObject({
  note: notes(1000).min(1),
  resolution: z.enum(RESOLUTIONS).default('EXPLAINED'),
});
export type Resolve = z.infer<typeof resolveSchema>;
