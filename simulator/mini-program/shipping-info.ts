import type { Payment, Transaction } from '../trade/transaction.js';
import type { World } from '../world.js';
import type { AppCall } from './app-call.js';
import { isSameShipping, type Shipment } from './shipments.js';
import { readShipping } from './shipping-rules.js';
import { weixinError } from './weixin-error.js';

type Paid = Transaction & { payment: Payment };

/** `POST /wxa/sec/order/upload_shipping_info` (protocol notes §3.4). */
export function uploadShippingInfo({ appId, body }: AppCall, world: World): object {
  const order = paidOrder(appId, body['order_key'], world);
  if (typeof order === 'number') return weixinError(order);
  const info = readShipping(body);
  if (typeof info === 'number') return weixinError(info);
  const payer = body['payer'] as { openid?: unknown } | undefined;
  if (payer?.openid !== order.payment.openid) return weixinError(10_060_031);
  if (isRefunded(order, world)) return weixinError(10_060_004);
  const known = world.miniProgram.shipments.of(order.payment.transactionId);
  if (known) {
    if (known.confirmedAt !== undefined) return weixinError(10_060_002);
    if (isSameShipping(known, info)) return weixinError(10_060_023);
    if (known.finishCount >= 2) return weixinError(10_060_003);
    if (info.uploadTime <= known.uploadTime) return weixinError(10_060_014);
  }
  const { mchId, outTradeNo, payment } = order;
  world.miniProgram.shipments.take({ mchId, outTradeNo, transactionId: payment.transactionId }, info);
  return { errcode: 0, errmsg: 'ok' };
}

/** `POST /wxa/sec/order/get_order` (protocol notes §3.4). */
export function getOrder({ appId, body }: AppCall, world: World): object {
  const { transaction_id, merchant_id, merchant_trade_no } = body;
  const key =
    typeof transaction_id === 'string'
      ? { order_number_type: 2, transaction_id }
      : { order_number_type: 1, mchid: merchant_id, out_trade_no: merchant_trade_no };
  const order = paidOrder(appId, key, world);
  if (typeof order === 'number') return weixinError(order);
  const { payment, mchId, outTradeNo, description, totalFen, createdAt } = order;
  const shipment = world.miniProgram.shipments.of(payment.transactionId);
  return {
    errcode: 0,
    errmsg: 'ok',
    order: {
      transaction_id: payment.transactionId,
      merchant_id: mchId,
      merchant_trade_no: outTradeNo,
      description,
      paid_amount: totalFen,
      openid: payment.openid,
      trade_create_time: seconds(createdAt),
      pay_time: seconds(payment.paidAt),
      order_state: isRefunded(order, world) ? 5 : stateOf(shipment),
      in_complaint: false,
      shipping: shipment ? shippingView(shipment) : {},
    },
  };
}

/** Only what the shipping management has taken in: it learns of a payment some time after it (10060001 meanwhile). */
function paidOrder(appId: string, key: unknown, world: World): Paid | number {
  if (typeof key !== 'object' || key === null) return 47_001;
  const { order_number_type, transaction_id, mchid, out_trade_no } = key as Record<string, unknown>;
  let found: Transaction | undefined;
  if (order_number_type === 2) {
    if (typeof transaction_id !== 'string' || transaction_id === '') return 268_485_195;
    found = world.transactions.byTransactionId(transaction_id);
  } else if (order_number_type === 1) {
    if (typeof mchid !== 'string' || mchid === '') return 268_485_196;
    if (typeof out_trade_no !== 'string' || out_trade_no === '') return 268_485_197;
    found = world.transactions.byNumber(mchid, out_trade_no);
  } else return 268_485_194;
  const since = world.clock.now() - (found?.payment?.paidAt ?? Infinity);
  const known = since >= world.miniProgram.shippingSettings.ingestSeconds * 1000;
  return found?.payment && found.appId === appId && known ? (found as Paid) : 10_060_001;
}

function isRefunded(order: Paid, world: World): boolean {
  const refunded = world.refunds
    .of(order.payment.transactionId)
    .filter(({ status }) => status === 'SUCCESS')
    .reduce((sum, { refundFen }) => sum + refundFen, 0);
  return refunded >= order.totalFen;
}

function stateOf(shipment: Shipment | undefined): number {
  if (!shipment?.allDelivered) return 1;
  return shipment.confirmedAt === undefined ? 2 : 4;
}

function shippingView(shipment: Shipment): object {
  const { deliveryMode, logisticsType, allDelivered, finishCount, parcels, uploadTime } = shipment;
  return {
    delivery_mode: deliveryMode,
    logistics_type: logisticsType,
    finish_shipping: allDelivered,
    finish_shipping_count: finishCount,
    goods_desc: parcels.map(({ itemDesc }) => itemDesc).join(','),
    shipping_list: parcels.map(({ trackingNo, expressCompany, itemDesc }) => ({
      tracking_no: trackingNo,
      express_company: expressCompany,
      goods_desc: itemDesc,
      upload_time: seconds(uploadTime),
    })),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
