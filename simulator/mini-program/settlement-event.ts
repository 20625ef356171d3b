import type { PushFields } from './push-body.js';
import type { Shipment } from './shipments.js';

/** WeChat's guess at shipment of when the money is settled. */
const ESTIMATED_MS = 10 * 86_400_000;

/** `trade_manage_order_settlement` (protocol notes §3.4): once at shipment, once when the money is settled. */
export function settlementEvent(envelope: PushFields, shipment: Shipment, paidAt: number): PushFields {
  const { transactionId, mchId, outTradeNo, shippedAt, confirmedAt, confirmMethod } = shipment;
  const fields: PushFields = {
    ...envelope,
    Event: 'trade_manage_order_settlement',
    transaction_id: transactionId,
    merchant_id: mchId,
    sub_merchant_id: '',
    merchant_trade_no: outTradeNo,
    pay_time: seconds(paidAt),
    shipped_time: seconds(shippedAt),
  };
  if (confirmedAt === undefined || confirmMethod === undefined)
    return { ...fields, estimated_settlement_time: seconds(shippedAt + ESTIMATED_MS) };
  return {
    ...fields,
    confirm_receive_method: confirmMethod,
    confirm_receive_time: seconds(confirmedAt),
    settlement_time: seconds(confirmedAt),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
