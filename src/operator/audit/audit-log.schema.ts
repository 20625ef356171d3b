import { z } from 'zod';

export const auditListSchema = z.strictObject({
  operatorId: z.uuid().optional(),
  action: z.string().max(64).optional().describe('e.g. refund.approved'),
  subjectKind: z.string().max(64).optional(),
  subjectId: z.string().max(64).optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('this time or later'),
  to: z.iso.datetime({ offset: true }).optional().describe('before this time'),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'use the nextCursor of the page before')
    .optional(),
});
export type AuditListQuery = z.infer<typeof auditListSchema>;

export const auditEntrySchema = z.object({
  id: z.string(),
  at: z.iso.datetime({ offset: true }),
  operatorId: z.string().nullable().describe('null: the system'),
  operatorName: z.string(),
  action: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  before: z.unknown().describe('what it was, as far as it changed'),
  after: z.unknown().describe('what it became'),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  hash: z.string().describe('hex; covers this row and the hash of the one before'),
});
export type AuditEntryView = z.infer<typeof auditEntrySchema>;

export const auditPageSchema = z.object({
  items: z.array(auditEntrySchema),
  nextCursor: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;

export const auditVerificationSchema = z.object({
  verified: z.boolean().describe('every row is as it was written, and none is missing before the newest'),
  rows: z.int().describe('from the first, as far as they are right'),
  head: z
    .object({ seq: z.int(), hash: z.string() })
    .nullable()
    .describe('the newest right row; noted down elsewhere, it later shows that nothing was cut off the end'),
  broken: z.object({ seq: z.int(), reason: z.string() }).optional().describe('the first row that is wrong'),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
