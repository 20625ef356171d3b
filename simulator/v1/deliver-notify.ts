import type { AppCall } from '../mini-program/app-call.js';
import type { World } from '../world.js';
import { GatewayRefusal, invalid, requireSignature, textFields } from './gateway-call.js';

const SIGNED = [
  'appid',
  'openid',
  'transid',
  'out_trade_no',
  'deliver_timestamp',
  'deliver_status',
  'deliver_msg',
];

/** `POST /pay/delivernotify` (protocol notes §4.4). What was told stands in the order's timeline. */
export function deliverNotify({ appId, body }: AppCall, world: World): object {
  const fields = textFields(body, SIGNED);
  if (fields['appid'] !== appId) throw new GatewayRefusal(40_013);
  const order = world.transactions.byTransactionId(fields['transid'] ?? '');
  const merchant = order && world.merchants.byMchId(order.mchId);
  if (!merchant || order.appId !== appId) throw invalid('transid');
  requireSignature(fields, body, merchant);
  if (order.outTradeNo !== fields['out_trade_no']) throw invalid('out_trade_no');
  if (order.payment?.openid !== fields['openid']) throw invalid('openid');
  if (!/^[01]$/.test(fields['deliver_status'] ?? '')) throw invalid('deliver_status');
  if (!/^\d{10}$/.test(fields['deliver_timestamp'] ?? '')) throw invalid('deliver_timestamp');
  const result = fields['deliver_status'] === '1' ? 'SUCCESS' : `FAIL ${fields['deliver_msg']}`;
  world.transactions.note(order, '/pay/delivernotify', result);
  return { errcode: 0, errmsg: 'ok' };
}
