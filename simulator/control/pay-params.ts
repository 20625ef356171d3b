import type { Keyring } from '../material/keyring.js';
import type { Merchant } from '../state/merchants.js';
import type { Transaction } from '../trade/transaction.js';
import { sha1Signature } from '../v1/signature.js';
import { isClientSigned } from '../v3/client-signature.js';
import { isSigned } from '../v2/signature.js';
import type { Fields } from '../v2/xml.js';

/** Names of what JSAPI clients sign, of the signature itself, and of the APP SDK's (protocol notes §1.5). */
const JSAPI = { names: ['appId', 'timeStamp', 'nonceStr', 'package', 'signType'], signature: 'paySign' };
const APP = {
  names: ['appid', 'partnerid', 'prepayid', 'package', 'noncestr', 'timestamp'],
  signature: 'sign',
};

/** The prepay id that the client's payment parameters name. */
export function prepayIdOf(params: Record<string, unknown>): string | undefined {
  if (typeof params['prepayid'] === 'string') return params['prepayid'];
  return /^prepay_id=(.+)$/.exec(String(params['package']))?.[1];
}

/** Why WeChat's client would not open the cashier with these parameters; undefined when it would. */
export function payParamsProblem(
  params: Record<string, unknown>,
  transaction: Transaction,
  merchant: Merchant,
  keyring: Keyring,
): string | undefined {
  const isApp = transaction.tradeType === 'APP';
  if (!isApp && transaction.tradeType !== 'JSAPI')
    return `${transaction.tradeType} has no payment parameters`;
  const { names, signature } = isApp ? APP : JSAPI;
  const wanted = [...names, signature];
  const missing = wanted.find((name) => typeof params[name] !== 'string' || params[name] === '');
  if (missing) return `${missing} must be a non-empty string`;
  const fields = Object.fromEntries(names.map((name) => [name, String(params[name])]));
  const known = isApp ? appProblem(fields, transaction, merchant) : jsapiProblem(fields, transaction);
  if (known) return known;
  const { signType } = transaction;
  const sign = String(params[signature]);
  if (signType === 'RSA') {
    // In this order, and APP signs the bare id (protocol notes §2.7).
    const lines = isApp ? ['appid', 'timestamp', 'noncestr', 'prepayid'] : JSAPI.names.slice(0, 4);
    const isGenuine = isClientSigned(
      lines.map((name) => fields[name] ?? ''),
      sign,
      keyring.merchantKey,
    );
    return isGenuine ? undefined : wrong(signature, signType, lines);
  }
  if (signType === 'SHA1')
    return sha1Signature(fields, merchant.v1.paySignKey) === sign
      ? undefined
      : wrong(signature, signType, [...names].sort());
  const isGenuine = isSigned({ ...fields, sign }, signType, merchant.apiKey);
  return isGenuine ? undefined : wrong(signature, signType, [...names].sort());
}

function wrong(signature: string, signType: string, names: string[]): string {
  return `${signature} is wrong (${signType} over ${names.join(', ')}) 支付验证签名失败`;
}

function jsapiProblem(fields: Fields, transaction: Transaction): string | undefined {
  if (fields['appId'] !== transaction.appId) return 'appId is not the order’s';
  if (fields['signType'] !== transaction.signType) {
    return `signType must be the one of unifiedorder, ${transaction.signType}`;
  }
  if (!/^\d{1,32}$/.test(fields['timeStamp'] ?? '')) return 'timeStamp must be seconds';
  return prepayProblem(transaction, prepayIdOf(fields), 'package');
}

function appProblem(fields: Fields, transaction: Transaction, { v1 }: Merchant): string | undefined {
  if (fields['appid'] !== transaction.appId) return 'appid is not the order’s';
  const isV1 = transaction.signType === 'SHA1';
  if (fields['partnerid'] !== (isV1 ? v1.partner : transaction.mchId))
    return `partnerid is not the order’s ${isV1 ? 'partner' : 'mch_id'}`;
  if (fields['package'] !== 'Sign=WXPay') return 'package must be Sign=WXPay';
  if (!/^\d{10}$/.test(fields['timestamp'] ?? '')) return 'timestamp must be seconds';
  return prepayProblem(transaction, fields['prepayid'], 'prepayid');
}

function prepayProblem(
  transaction: Transaction,
  prepayId: string | undefined,
  name: string,
): string | undefined {
  const belongs = transaction.prepays.some((prepay) => prepay.prepayId === prepayId);
  return belongs ? undefined : `${name} names no prepay_id of this order`;
}
