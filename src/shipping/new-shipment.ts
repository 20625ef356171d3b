import { z } from 'zod';
import { LOGISTICS_TYPES, type LogisticsType, type Parcel } from '../order/shipment.js';

/** WeChat's limits (protocol §3.4). */
const MOST_PARCELS = 10;
const DESCRIPTION_LENGTH = 120;
const NUMBER_LENGTH = 128;

const word = z
  .string()
  .trim()
  .regex(/^[\w-]+$/, 'expected letters, digits, dashes')
  .max(NUMBER_LENGTH);
const itemDescSchema = z
  .string()
  .trim()
  .min(1)
  .refine(
    (text) => [...text].length <= DESCRIPTION_LENGTH,
    `expected at most ${DESCRIPTION_LENGTH} characters`,
  )
  .describe('what is in it, for the buyer; the names of the goods when absent');

const parcelSchema = z.strictObject({ carrier: word, trackingNo: word, itemDesc: itemDescSchema.optional() });

/** What staff say when they ship (CONTRACT §3). */
export const newShipmentSchema = z
  .strictObject({
    logisticsType: z
      .union([
        z.enum(LOGISTICS_TYPES),
        z
          .int()
          .min(1)
          .max(LOGISTICS_TYPES.length)
          .transform((number) => LOGISTICS_TYPES[number - 1]),
      ])
      .transform((type): LogisticsType => type ?? 'EXPRESS')
      .describe('or WeChat’s number for it, 1 to 4'),
    carrier: word.optional().describe('WeChat’s code: GET /api/v1/admin/carriers'),
    trackingNo: word.optional(),
    itemDesc: itemDescSchema.optional(),
    parcels: z
      .array(parcelSchema)
      .min(1)
      .max(MOST_PARCELS)
      .optional()
      .describe('several parcels, express only; instead of carrier and trackingNo'),
  })
  .superRefine(({ logisticsType, carrier, trackingNo, parcels }, context) => {
    const refuse = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (logisticsType !== 'EXPRESS') {
      if (carrier !== undefined) refuse('carrier', `there is no carrier with ${logisticsType}`);
      if (trackingNo !== undefined) refuse('trackingNo', `there is no tracking number with ${logisticsType}`);
      if (parcels !== undefined) refuse('parcels', 'WeChat knows several parcels with EXPRESS only');
    } else if (parcels === undefined) {
      if (carrier === undefined) refuse('carrier', 'is missing: EXPRESS needs it');
      if (trackingNo === undefined) refuse('trackingNo', 'is missing: EXPRESS needs it');
    } else {
      if (carrier !== undefined) refuse('carrier', 'stands in the parcels already');
      if (trackingNo !== undefined) refuse('trackingNo', 'stands in the parcels already');
      const numbers = parcels.map((parcel) => `${parcel.carrier} ${parcel.trackingNo}`);
      if (new Set(numbers).size < numbers.length) refuse('parcels', 'names a parcel twice');
    }
  });
export type NewShipment = z.infer<typeof newShipmentSchema>;

/**
 * The parcels that are meant, each with a description.
 * @param names of the goods, for what is not described
 */
export function parcelsOf(
  { carrier, trackingNo, itemDesc, parcels }: NewShipment,
  names: readonly string[],
): Parcel[] {
  const goods = [...names.join('、')].slice(0, DESCRIPTION_LENGTH).join('');
  const described = itemDesc ?? goods;
  if (parcels !== undefined)
    return parcels.map((parcel) => ({ ...parcel, itemDesc: parcel.itemDesc ?? described }));
  return [
    {
      ...(carrier !== undefined && { carrier }),
      ...(trackingNo !== undefined && { trackingNo }),
      itemDesc: described,
    },
  ];
}
