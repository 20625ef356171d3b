import { z } from 'zod';
import { auditListSchema } from '../../operator/audit/audit-log.schema.js';
import { staffRefundListSchema } from '../../refund/refund.schema.js';
import { entryListSchema } from '../ledger/ledger.schema.js';
import { staffOrderListSchema } from '../orders/staff-order.schema.js';
import { LANGUAGES } from './csv.js';

const lang = z.enum(LANGUAGES).default('zh').describe('of the heads and the states');

/** The filters of the lists, without their pages. */
export const orderExportSchema = staffOrderListSchema.omit({ limit: true, cursor: true }).extend({ lang });
export const refundExportSchema = staffRefundListSchema
  .omit({ limit: true, cursor: true, awaitingMe: true })
  .extend({ lang });
export const entryExportSchema = entryListSchema.omit({ limit: true, cursor: true }).extend({ lang });
export const auditExportSchema = auditListSchema.omit({ limit: true, cursor: true }).extend({ lang });

export type OrderExport = z.infer<typeof orderExportSchema>;
export type RefundExport = z.infer<typeof refundExportSchema>;
export type EntryExport = z.infer<typeof entryExportSchema>;
export type AuditExport = z.infer<typeof auditExportSchema>;
