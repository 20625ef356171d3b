import { isIP } from 'node:net';
import { readChinaDateTime } from '../trade/china-time.js';
import { notifyUrlProblem } from '../trade/notify-url.js';
import type { TradeType } from '../trade/transaction.js';
import { invalidParameter, lackOf, Refusal } from './refusal.js';
import type { Fields } from './xml.js';

const MANDATORY = ['body', 'out_trade_no', 'total_fee', 'spbill_create_ip', 'notify_url', 'trade_type'];
const TRADE_TYPES: readonly string[] = ['JSAPI', 'APP', 'NATIVE', 'MWEB'] satisfies TradeType[];

/** Longest values in UTF-8 bytes (protocol notes §1.4). */
const MAX_BYTES: Record<string, number> = {
  nonce_str: 32,
  device_info: 32,
  body: 128,
  detail: 6000,
  attach: 127,
  spbill_create_ip: 64,
  goods_tag: 32,
  notify_url: 256,
  product_id: 32,
  openid: 128,
  receipt: 8,
  scene_info: 256,
};

const PATTERNS: Record<string, RegExp> = {
  out_trade_no: /^[0-9A-Za-z_\-|*@]{6,32}$/,
  total_fee: /^[1-9]\d{0,10}$/,
  fee_type: /^CNY$/,
  limit_pay: /^no_credit$/,
  profit_sharing: /^[YN]$/,
};

/** time_start and time_expire must lie at least this far apart. */
const SHORTEST_LIFE_MS = 60_000;

/** What can be said about the request without knowing any order. Throws Refusal. */
export function checkUnifiedOrder(fields: Fields): void {
  for (const name of MANDATORY) {
    if (!fields[name]) throw lackOf(name);
  }
  for (const [name, max] of Object.entries(MAX_BYTES)) {
    if (Buffer.byteLength(fields[name] ?? '') > max) throw invalidParameter(name, `长度超过${max}字节`);
  }
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    if (fields[name] && !pattern.test(fields[name])) throw invalidParameter(name);
  }
  if (!TRADE_TYPES.includes(fields['trade_type'] ?? '')) throw invalidParameter('trade_type');
  if (isIP(fields['spbill_create_ip'] ?? '') === 0) throw invalidParameter('spbill_create_ip');
  checkNotifyUrl(fields['notify_url'] ?? '');
  checkTradeType(fields);
  readTime(fields, 'time_start');
  readTime(fields, 'time_expire');
}

function checkTradeType(fields: Fields): void {
  if (fields['trade_type'] === 'JSAPI' && !fields['openid'])
    throw new Refusal('LACK_PARAMS', 'JSAPI支付必须传openid');
  if (fields['trade_type'] === 'NATIVE' && !fields['product_id']) {
    throw lackOf('product_id');
  }
  if (fields['trade_type'] === 'MWEB') checkSceneInfo(fields['scene_info']);
}

/**
 * When the order closes, ms; undefined when the request does not say. `now` is the simulator's clock: only a new
 * order is held against it, a repetition was in time when it was first sent. Throws Refusal.
 */
export function orderExpiry(fields: Fields, now: number): number | undefined {
  const expire = readTime(fields, 'time_expire');
  if (expire === undefined) return undefined;
  if (expire <= now) throw invalidParameter('time_expire', '已过期');
  if (expire - (readTime(fields, 'time_start') ?? now) < SHORTEST_LIFE_MS) {
    throw invalidParameter('time_expire', '时间过短，至少1分钟');
  }
  return expire;
}

function readTime(fields: Fields, name: string): number | undefined {
  if (!fields[name]) return undefined;
  const at = readChinaDateTime(fields[name]);
  if (at === undefined) throw invalidParameter(name);
  return at;
}

/** Shared with refunds, which may name their own address. */
export function checkNotifyUrl(text: string): void {
  const problem = notifyUrlProblem(text);
  if (problem) throw invalidParameter('notify_url', problem);
}

function checkSceneInfo(text: string | undefined): void {
  if (!text) throw lackOf('scene_info');
  let scene: { h5_info?: { type?: unknown } } | null;
  try {
    scene = JSON.parse(text) as typeof scene;
  } catch {
    throw invalidParameter('scene_info', '不是合法的JSON');
  }
  if (!['Wap', 'IOS', 'Android'].includes(String(scene?.h5_info?.type)))
    throw invalidParameter('scene_info', '缺少h5_info');
}
