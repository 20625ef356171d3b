import { z } from 'zod';
import { instant, pageFields, periodFields, searchedFor } from '../../common/http/list-query.js';
import { paymentSchema } from '../../payment/payment.schema.js';
import { PAYMENT_STATUSES } from '../../payment/payment.status.js';
import { TRADE_TYPES } from '../../wxpay/protocol.js';

export const paymentListSchema = z.strictObject({
  status: z.enum(PAYMENT_STATUSES).optional(),
  tradeType: z.enum(TRADE_TYPES).optional(),
  q: searchedFor.describe('an order no, out_trade_no or transaction id'),
  ...periodFields,
  ...pageFields,
});
export type PaymentListQuery = z.infer<typeof paymentListSchema>;

export const staffPaymentRowSchema = paymentSchema.extend({
  orderId: z.string(),
  attempt: z.int().describe('1 for the first attempt of its order'),
  account: z.string().describe('the merchant account it was made with'),
  mchId: z.string(),
  createdAt: instant,
  prepaidAt: instant.optional(),
  paidAt: instant.optional().describe('WeChat’s own time, in whole seconds'),
  failure: z
    .object({ code: z.string(), message: z.string() })
    .optional()
    .describe('WeChat’s words when it refused the attempt for good'),
});
export type StaffPaymentRow = z.infer<typeof staffPaymentRowSchema>;

export const staffPaymentSchema = staffPaymentRowSchema.extend({
  nextCheckAt: instant.optional().describe('when WeChat is asked next by itself'),
  receipt: z.record(z.string(), z.string()).optional().describe('what WeChat reported; openids masked'),
});
export type StaffPaymentView = z.infer<typeof staffPaymentSchema>;

export const syncedPaymentSchema = staffPaymentSchema.extend({
  wechat: z.enum(['PAID', 'NOT_PAID', 'CLOSED', 'NOT_EXIST']).describe('what WeChat says just now'),
});
export type SyncedPaymentView = z.infer<typeof syncedPaymentSchema>;

export const paymentPageSchema = z.object({
  items: z.array(staffPaymentRowSchema),
  nextCursor: z.string().nullable(),
});
export type PaymentPage = z.infer<typeof paymentPageSchema>;
