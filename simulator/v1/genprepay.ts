import { isIP } from 'node:net';
import type { AppCall } from '../mini-program/app-call.js';
import type { Merchant } from '../state/merchants.js';
import { readChinaDateTime } from '../trade/china-time.js';
import { notifyUrlProblem } from '../trade/notify-url.js';
import { tradeState, type Transaction } from '../trade/transaction.js';
import type { Fields } from '../v2/xml.js';
import type { World } from '../world.js';
import { authenticated, invalid } from './gateway-call.js';
import type { Package } from './package.js';

const SIGNED = ['appid', 'traceid', 'noncestr', 'package', 'timestamp'];

/** Mandatory fields of the package, and what they look like (protocol notes §4.1). */
const PATTERNS: Record<string, RegExp> = {
  bank_type: /^WX$/,
  body: /^[^]{1,128}$/,
  fee_type: /^1$/,
  input_charset: /^(GBK|UTF-8)$/,
  notify_url: /^.{1,255}$/,
  out_trade_no: /^[0-9A-Za-z_\-|*@]{8,32}$/,
  total_fee: /^[1-9]\d{0,10}$/,
  spbill_create_ip: /^.{1,64}$/,
};

/** `POST /pay/genprepay` (protocol notes §4.2). */
export function genprepay(call: AppCall, world: World): object {
  const { merchant, package: read } = authenticated(call, SIGNED, world.merchants);
  checkPackage(read.fields);
  const { out_trade_no: number = '' } = read.fields;
  const known = world.transactions.byNumber(merchant.mchId, number);
  const fingerprint = JSON.stringify(Object.entries(read.fields).sort());
  if (known && (tradeState(known) !== 'NOTPAY' || known.fingerprint !== fingerprint))
    throw invalid('out_trade_no', '商户订单号重复');
  const transaction = known ?? createOrder(call.appId, merchant, read, fingerprint, world);
  const { prepayId } = world.transactions.addPrepay(transaction);
  world.transactions.note(transaction, '/pay/genprepay', 'SUCCESS');
  return { prepayid: prepayId, errcode: 0, errmsg: 'Success' };
}

function checkPackage(fields: Fields): void {
  for (const [name, pattern] of Object.entries(PATTERNS))
    if (!pattern.test(fields[name] ?? '')) throw invalid(name);
  if (isIP(fields['spbill_create_ip'] ?? '') === 0) throw invalid('spbill_create_ip');
  const problem = notifyUrlProblem(fields['notify_url'] ?? '');
  if (problem) throw invalid('notify_url', problem);
  const { transport_fee: transport, product_fee: product, total_fee: total } = fields;
  if ((transport ?? product) !== undefined && Number(transport) + Number(product) !== Number(total))
    throw invalid('total_fee', '≠ transport_fee + product_fee');
}

function createOrder(
  appId: string,
  { mchId }: Merchant,
  { fields, charset }: Package,
  fingerprint: string,
  world: World,
): Transaction {
  return world.transactions.create({
    mchId,
    appId,
    outTradeNo: fields['out_trade_no'] ?? '',
    tradeType: 'APP',
    totalFen: Number(fields['total_fee']),
    description: fields['body'] ?? '',
    notifyUrl: fields['notify_url'] ?? '',
    ...(fields['attach'] && { attach: fields['attach'] }),
    signType: 'SHA1',
    namesSignType: true,
    inputCharset: charset,
    fingerprint,
    expiresAt: expiry(fields, world.clock.now()),
  });
}

function expiry({ time_start: start, time_expire: expire }: Fields, now: number): number | undefined {
  if (start && readChinaDateTime(start) === undefined) throw invalid('time_start');
  if (!expire) return undefined;
  const at = readChinaDateTime(expire);
  if (at === undefined || at <= now) throw invalid('time_expire');
  return at;
}
