import { CARRIERS } from './carriers.js';
import type { Parcel, ShippingInfo } from './shipments.js';

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const EXPRESS = 1;
const SPLIT = 2;

/** Reads an upload, or says which errcode of protocol notes §3.4 it deserves. */
export function readShipping(body: Record<string, unknown>): ShippingInfo | number {
  const logisticsType = body['logistics_type'];
  const deliveryMode = body['delivery_mode'];
  const list = body['shipping_list'];
  const time = body['upload_time'];
  if (!isOneOf(logisticsType, [1, 2, 3, 4])) return 10_060_005;
  if (!isOneOf(deliveryMode, [1, 2])) return 268_485_224;
  if (!Array.isArray(list)) return 47_001;
  if (deliveryMode === SPLIT && logisticsType !== EXPRESS) return 10_060_006;
  if (deliveryMode === SPLIT && typeof body['is_all_delivered'] !== 'boolean') return 10_060_007;
  if (deliveryMode !== SPLIT && list.length !== 1) return 268_485_228;
  if (list.length === 0) return 10_060_020;
  if (list.length > 10) return 10_060_024;
  if (typeof time !== 'string' || !RFC_3339.test(time)) return 268_485_216;
  const parcels: Parcel[] = [];
  for (const each of list as unknown[]) {
    const parcel = readParcel(each, logisticsType === EXPRESS);
    if (typeof parcel === 'number') return parcel;
    parcels.push(parcel);
  }
  const allDelivered = deliveryMode === SPLIT ? body['is_all_delivered'] === true : true;
  return { logisticsType, deliveryMode, allDelivered, parcels, uploadTime: Date.parse(time) };
}

function readParcel(input: unknown, express: boolean): Parcel | number {
  if (typeof input !== 'object' || input === null) return 47_001;
  const { tracking_no, express_company, item_desc, contact } = input as Record<string, unknown>;
  if (typeof item_desc !== 'string' || item_desc.trim() === '') return 10_060_008;
  if ([...item_desc].length > 120) return 10_060_009;
  const trackingNo = typeof tracking_no === 'string' ? tracking_no : '';
  const expressCompany = typeof express_company === 'string' ? express_company : '';
  if (express && trackingNo === '') return 268_485_226;
  if (express && expressCompany === '') return 268_485_227;
  if (expressCompany.length > 128) return 10_060_025;
  if (trackingNo.length > 128) return 10_060_026;
  if (express && !(expressCompany in CARRIERS)) return 10_060_014;
  const phone = phoneIn(contact);
  // SF shows a parcel only to somebody who knows a phone number of it.
  if (express && expressCompany === 'SF' && phone === undefined) return 10_060_014;
  if (phone !== undefined && !/^[\d+-]{2,5}\*{2,10}[\d]{2,4}$/.test(phone)) return 10_060_014;
  return {
    itemDesc: item_desc,
    ...(trackingNo !== '' && { trackingNo }),
    ...(expressCompany !== '' && { expressCompany }),
    ...(phone !== undefined && { contact: phone }),
  };
}

function phoneIn(contact: unknown): string | undefined {
  if (typeof contact !== 'object' || contact === null) return undefined;
  const { consignor_contact, receiver_contact } = contact as Record<string, unknown>;
  return [receiver_contact, consignor_contact].find((each) => typeof each === 'string');
}

function isOneOf(value: unknown, allowed: number[]): value is number {
  return typeof value === 'number' && allowed.includes(value);
}
