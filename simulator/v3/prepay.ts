import type { z } from 'zod';
import { tradeState, type Transaction, type TradeType } from '../trade/transaction.js';
import type { World } from '../world.js';
import { ApiError, invalidField } from './api-error.js';
import type { Call } from './call.js';
import type { Handler } from './endpoint.js';
import { checkBody } from './json-body.js';
import { PREPAY } from './prepay-rules.js';

type Order = z.infer<(typeof PREPAY)[TradeType]>;

/** time_expire must lie at least so far ahead, and further than this it is clamped. */
const SHORTEST_LIFE_MS = 60_000;
const LONGEST_LIFE_MS = 90 * 86_400_000;

/** `POST /v3/pay/transactions/{jsapi|app|native|h5}` (protocol notes §2.6). */
export function prepay(tradeType: TradeType): Handler {
  return (call, world) => {
    const order: Order = checkBody(PREPAY[tradeType], call.body);
    checkOwner(order, call, world);
    const known = world.transactions.byNumber(call.merchant.mchId, order.out_trade_no);
    if (known) checkRepetition(known, tradeType, order);
    const { prepayId, codeUrl, mwebUrl } = world.transactions.addPrepay(
      known ?? createOrder(tradeType, order, world),
    );
    if (codeUrl) return { code_url: codeUrl };
    return mwebUrl ? { h5_url: mwebUrl } : { prepay_id: prepayId };
  };
}

function checkOwner(order: Order, { merchant }: Call, world: World): void {
  if (order.mchid !== merchant.mchId) throw new ApiError('NO_AUTH', '商户号与签名的商户号不一致');
  const app = world.merchants.app(order.appid);
  if (!app?.mchIds.includes(merchant.mchId)) throw new ApiError('APPID_MCHID_NOT_MATCH');
  if ('payer' in order && !world.logins.hasUser(order.appid, order.payer.openid))
    throw invalidField('/payer/openid', order.payer.openid, '：openid和appid不匹配');
}

/** A number may come again as long as it is unpaid, open and everything else is the same. */
function checkRepetition(known: Transaction, tradeType: TradeType, order: Order): void {
  const state = tradeState(known);
  if (state === 'CLOSED') throw new ApiError('ORDER_CLOSED');
  if (state !== 'NOTPAY') throw new ApiError('ORDERPAID');
  if (known.fingerprint !== fingerprint(tradeType, order)) throw new ApiError('OUT_TRADE_NO_USED');
}

function createOrder(tradeType: TradeType, order: Order, world: World): Transaction {
  return world.transactions.create({
    mchId: order.mchid,
    appId: order.appid,
    outTradeNo: order.out_trade_no,
    tradeType,
    totalFen: order.amount.total,
    description: order.description,
    notifyUrl: order.notify_url,
    ...(order.attach && { attach: order.attach }),
    ...(order.scene_info?.device_id && { deviceInfo: order.scene_info.device_id }),
    ...('payer' in order && { openid: order.payer.openid }),
    signType: 'RSA',
    namesSignType: false,
    fingerprint: fingerprint(tradeType, order),
    expiresAt: expiry(order, world.clock.now()),
  });
}

/** Counts only in the first request of a number. ms; undefined without one. */
function expiry({ time_expire: text }: Order, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (at < now + SHORTEST_LIFE_MS) throw invalidField('/time_expire', text, '：必须至少在1分钟之后');
  return Math.min(at, now + LONGEST_LIFE_MS);
}

/** Two requests are the same when this is, whatever the order of their fields. */
function fingerprint(tradeType: TradeType, order: Order): string {
  return `${tradeType} ${JSON.stringify(sorted({ ...order, time_expire: undefined }))}`;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([name, each]) => [name, sorted(each)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
