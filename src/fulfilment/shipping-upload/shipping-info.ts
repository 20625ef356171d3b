import { LOGISTICS_TYPES, type Parcel, type Shipment } from '../../order/shipment.js';
import type { ShippedOrder } from '../../shipping/shipped-order.js';

const UNIFIED = 1;
const SPLIT = 2;
/** By transaction_id. */
const BY_TRANSACTION = 2;

/**
 * The body of upload_shipping_info (protocol §3.4). `upload_time` is the shipment's own: the same for every try of it,
 * later for its correction, as WeChat demands.
 * @param phone of the receiver, who alone may look at a parcel of SF
 */
export function shippingInfo(
  { transactionId, openid }: ShippedOrder,
  shipment: Shipment,
  phone: string | undefined,
): object {
  const { logisticsType, parcels, shippedAt } = shipment;
  const split = parcels.length > 1;
  return {
    order_key: { order_number_type: BY_TRANSACTION, transaction_id: transactionId },
    logistics_type: LOGISTICS_TYPES.indexOf(logisticsType) + 1,
    delivery_mode: split ? SPLIT : UNIFIED,
    ...(split && { is_all_delivered: true }),
    shipping_list: parcels.map((parcel) => listed(parcel, phone)),
    upload_time: shippedAt,
    payer: { openid },
  };
}

function listed({ carrier, trackingNo, itemDesc }: Parcel, phone: string | undefined): object {
  const contact = carrier === undefined ? undefined : maskPhone(phone);
  return {
    ...(carrier !== undefined && { express_company: carrier }),
    ...(trackingNo !== undefined && { tracking_no: trackingNo }),
    item_desc: itemDesc,
    ...(contact !== undefined && { contact: { receiver_contact: contact } }),
  };
}

/** `189****1234`, as WeChat wants it; undefined when there are too few digits to hide any. */
function maskPhone(phone: string | undefined): string | undefined {
  const digits = phone?.replace(/\D/g, '') ?? '';
  return digits.length < 8 ? undefined : `${digits.slice(0, 3)}****${digits.slice(-4)}`;
}
