import { z } from 'zod';
import { MAX_ORDER_FEN } from '../../common/fen.js';
import {
  instant,
  pageFields,
  periodFields,
  searchedFor,
  signedFenSchema,
} from '../../common/http/list-query.js';
import { LEDGER_ACCOUNTS } from '../../ledger/ledger-entry.entity.js';
import { COUPON_USE_STATUSES } from '../../order/coupon/coupon-use.status.js';
import { orderSchema } from '../../order/order.schema.js';
import { ORDER_STATUSES } from '../../order/order.status.js';
import { refundSchema } from '../../refund/refund.schema.js';
import { TRADE_TYPES } from '../../wxpay/protocol.js';
import { staffPaymentSchema } from '../payments/staff-payment.schema.js';
import { suspenseRowSchema } from '../suspense/suspense.schema.js';

const amountFilter = z.coerce.number().int().min(0).max(MAX_ORDER_FEN).optional();

export const staffOrderListSchema = z.strictObject({
  status: z.enum(ORDER_STATUSES).optional(),
  refundStatus: z.enum(['NONE', 'PARTIAL', 'FULL']).optional(),
  q: searchedFor.describe(
    'order no, out_trade_no, transaction id, order id, refund no, openid, or the last four or more digits of the phone',
  ),
  buyerId: z.uuid().optional(),
  minFen: amountFilter.describe('to be paid: this much or more, integer fen'),
  maxFen: amountFilter.describe('to be paid: this much or less, integer fen'),
  tradeType: z.enum(TRADE_TYPES).optional().describe('how it was paid, or was tried to be'),
  account: z.string().min(1).max(64).optional().describe('the merchant account'),
  ...periodFields,
  ...pageFields,
});
export type StaffOrderListQuery = z.infer<typeof staffOrderListSchema>;
export type StaffOrderFilter = Omit<StaffOrderListQuery, 'from' | 'to' | 'limit' | 'cursor'>;

export const staffOrderRowSchema = orderSchema.extend({ buyerId: z.string() });
export type StaffOrderRow = z.infer<typeof staffOrderRowSchema>;

export const staffOrderPageSchema = z.object({
  items: z.array(staffOrderRowSchema),
  nextCursor: z.string().nullable(),
});
export type StaffOrderPage = z.infer<typeof staffOrderPageSchema>;

export const timelineEventSchema = z.object({
  at: instant,
  actor: z.enum(['buyer', 'staff', 'wechat', 'system']),
  event: z.string().describe('e.g. payment.paid'),
  words: z.string().describe('for people: Chinese, with English beside it'),
  data: z.record(z.string(), z.unknown()),
});
export type TimelineEventView = z.infer<typeof timelineEventSchema>;

export const staffOrderSchema = staffOrderRowSchema.extend({
  couponUse: z
    .object({ couponId: z.string(), status: z.enum(COUPON_USE_STATUSES) })
    .optional()
    .describe('what became of the coupon: reserved, used when paid, released when closed unpaid'),
  payments: z.array(staffPaymentSchema).describe('every attempt, oldest first'),
  refunds: z
    .array(refundSchema.extend({ waiting: z.object({ code: z.string(), message: z.string() }).optional() }))
    .describe('oldest first; with purpose SUSPENSE: money for this order that arrived wrongly and goes back'),
  suspense: z.array(suspenseRowSchema).describe('money for this order that arrived wrongly'),
  ledger: z.object({
    items: z.array(z.object({ account: z.enum(LEDGER_ACCOUNTS), balanceFen: signedFenSchema })),
    total: signedFenSchema.describe('always 0'),
  }),
  timeline: z.array(timelineEventSchema).describe('what buyer, staff, WeChat and system did, oldest first'),
});
export type StaffOrderView = z.infer<typeof staffOrderSchema>;
