import { z } from 'zod';
import { instant, pageFields, periodFields } from '../../common/http/list-query.js';
import { NOTIFICATION_KINDS, NOTIFICATION_VERDICTS } from '../../notify/notification.entity.js';

export const inboxListSchema = z.strictObject({
  kind: z.enum(NOTIFICATION_KINDS).optional(),
  outcome: z.enum(NOTIFICATION_VERDICTS).optional().describe('the verdict'),
  orderId: z.uuid().optional(),
  ...periodFields,
  ...pageFields,
});
export type InboxListQuery = z.infer<typeof inboxListSchema>;

export const inboxRowSchema = z.object({
  id: z.string(),
  account: z.string().describe('the merchant account it was sent to'),
  kind: z.enum(NOTIFICATION_KINDS),
  receivedAt: instant,
  verdict: z.enum(NOTIFICATION_VERDICTS),
  reason: z.string().optional(),
  verified: z.boolean().describe('false: nothing in it is believed'),
  sourceIp: z.string().optional(),
  outTradeNo: z.string().optional(),
  transactionId: z.string().optional(),
  orderId: z.string().optional(),
  paymentId: z.string().optional(),
  refundId: z.string().optional(),
});
export type InboxRow = z.infer<typeof inboxRowSchema>;

export const inboxDetailSchema = inboxRowSchema.extend({
  query: z
    .string()
    .optional()
    .describe('API v1: what was paid stands in the address; the signature left out'),
  body: z.string().describe('as it arrived, but openids masked and the signature left out'),
  bodyComplete: z.boolean().describe('false: of an unverified message only the beginning is kept'),
  bodySha256: z.string().describe('hex, of the whole message as it arrived'),
  replayable: z.boolean(),
});
export type InboxDetail = z.infer<typeof inboxDetailSchema>;

export const inboxPageSchema = z.object({
  items: z.array(inboxRowSchema),
  nextCursor: z.string().nullable(),
});
export type InboxPage = z.infer<typeof inboxPageSchema>;
