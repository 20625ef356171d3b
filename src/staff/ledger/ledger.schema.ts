import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { instant, pageFields, periodFields, signedFenSchema } from '../../common/http/list-query.js';
import { LEDGER_ACCOUNTS } from '../../ledger/ledger-entry.entity.js';

const account = z.enum(LEDGER_ACCOUNTS);

export const trialBalanceSchema = z.object({
  items: z.array(
    z.object({
      merchantAccount: z.string(),
      account,
      currency: z.string(),
      debitFen: fenSchema,
      creditFen: fenSchema,
      balanceFen: signedFenSchema,
    }),
  ),
  nextCursor: z.null().describe('a shop has a handful of accounts: one page, always the last'),
  total: signedFenSchema.describe('the sum of all balances: 0, or the books are broken'),
});
export type TrialBalance = z.infer<typeof trialBalanceSchema>;

export const entryListSchema = z.strictObject({
  account: account.optional(),
  merchantAccount: z.string().min(1).max(64).optional(),
  subjectId: z.uuid().optional().describe('the payment, refund or suspense item that moved the money'),
  movementId: z.uuid().optional(),
  ...periodFields,
  ...pageFields,
  limit: pageFields.limit.default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}$/, 'use the nextCursor of the page before')
    .optional(),
});
export type EntryListQuery = z.infer<typeof entryListSchema>;

export const entrySchema = z.object({
  id: z.string(),
  movementId: z.string().describe('the entries of one movement sum to zero'),
  kind: z.string(),
  subjectId: z.string(),
  merchantAccount: z.string(),
  account,
  amountFen: signedFenSchema,
  currency: z.string(),
  bookedAt: instant,
});
export type EntryView = z.infer<typeof entrySchema>;

export const entryPageSchema = z.object({ items: z.array(entrySchema), nextCursor: z.string().nullable() });
export type EntryPage = z.infer<typeof entryPageSchema>;
