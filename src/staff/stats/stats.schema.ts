import { z } from 'zod';
import { fenSchema } from '../../common/fen.js';
import { instant } from '../../common/http/list-query.js';
import { NOTIFICATION_VERDICTS } from '../../notify/notification.entity.js';
import { RECONCILIATION_STATUSES } from '../../reconcile/daily/reconciliation.status.js';

export const dayFiguresSchema = z.object({
  date: z.iso.date().describe('a day of UTC+8'),
  orders: z.int().describe('placed on this day'),
  paidOrders: z.int().describe('paid on this day'),
  paidFen: fenSchema.describe('what these orders brought, integer fen'),
  refundedFen: fenSchema.describe('given back for orders on this day, integer fen'),
  closedOrders: z.int().describe('closed unpaid on this day'),
});
export type DayFigures = z.infer<typeof dayFiguresSchema>;

const rate = z.number().min(0).max(1).nullable().describe('paid ÷ (paid + closed); null: none was decided');
const ifAllowed = 'null: your role does not see it';

export const certificateSchema = z.object({
  account: z.string(),
  kind: z.enum(['MERCHANT', 'PLATFORM']).describe('PLATFORM: WeChat’s own, downloaded by API v3'),
  serial: z.string(),
  notBefore: instant,
  notAfter: instant,
});
export type CertificateView = z.infer<typeof certificateSchema>;

export const statsSchema = z.object({
  days: z.array(dayFiguresSchema).describe('the last seven, today included, oldest first'),
  today: dayFiguresSchema,
  yesterday: dayFiguresSchema,
  successRate: z.object({ today: rate, yesterday: rate, sevenDays: rate }),
  refundsAwaitingReview: z.int(),
  refundsAwaitingMe: z
    .int()
    .nullable()
    .describe(`those that you may decide, perhaps after a fresh code; ${ifAllowed}`),
  refundsAbnormal: z.int(),
  unknownOutcomes: z
    .int()
    .describe(
      'prepays, closings and refunds whose call has had no certain answer yet; WeChat is being asked',
    ),
  suspenseOpen: z.int(),
  differencesOpen: z.int().nullable().describe(ifAllowed),
  lastNotification: z
    .object({ receivedAt: instant, verdict: z.enum(NOTIFICATION_VERDICTS) })
    .nullable()
    .describe('the latest that WeChat signed; null: none yet'),
  reconciliation: z
    .object({
      date: z.iso.date(),
      status: z.enum(RECONCILIATION_STATUSES),
      differences: z.int().describe('open ones of that day'),
    })
    .nullable()
    .describe(
      `the newest day, all accounts together, with the worst status; null: none yet, or ${ifAllowed}`,
    ),
  certificates: z.array(certificateSchema).nullable().describe(ifAllowed),
  deadEffects: z.int().describe('side effects that used up their tries and wait for a person'),
  failedJobs: z.int(),
});
export type Stats = z.infer<typeof statsSchema>;
