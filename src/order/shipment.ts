import { z } from 'zod';

/** How goods reach the buyer, in the order of WeChat's numbers 1 to 4 (protocol §3.4). */
export const LOGISTICS_TYPES = ['EXPRESS', 'SAME_CITY', 'VIRTUAL', 'PICKUP'] as const;
export type LogisticsType = (typeof LOGISTICS_TYPES)[number];

const parcelSchema = z.object({
  carrier: z.string().optional().describe('WeChat’s code of the carrier, e.g. SF'),
  carrierName: z.string().optional(),
  trackingNo: z.string().optional(),
  itemDesc: z.string(),
});
export type Parcel = z.infer<typeof parcelSchema>;

/** A shipment as its buyer sees it, and as the order keeps it. */
export const shipmentSchema = z.object({
  logisticsType: z.enum(LOGISTICS_TYPES),
  ...parcelSchema.shape,
  parcels: z.array(parcelSchema).min(1).describe('all of them; the fields beside are those of the first'),
  shippedAt: z.iso.datetime({ offset: true }),
  revision: z.int().describe('1; 2 after the one correction that WeChat allows'),
  receivedAt: z.iso.datetime({ offset: true }).optional(),
  receivedBy: z.enum(['BUYER', 'WECHAT']).optional().describe('who said that the goods have arrived'),
});
export type Shipment = z.infer<typeof shipmentSchema>;
