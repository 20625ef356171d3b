import type { Merchant, Merchants } from '../state/merchants.js';
import type { Transaction } from '../trade/transaction.js';
import type { Transactions } from '../trade/transactions.js';
import { Refusal, Unauthentic } from './refusal.js';
import { isSigned, isSignType, type V2SignType } from './signature.js';
import { readXml, type Fields } from './xml.js';

/** An authentic request of a known merchant. */
export interface Call {
  /** Request path. */
  path: string;
  fields: Fields;
  merchant: Merchant;
  /** The answer is signed like the request. */
  signType: V2SignType;
  /** mch_id in the client certificate, when one was shown and is genuine. */
  certificateMchId: string | undefined;
}

/** Reads the body and checks the signature: nobody gets a signed answer before that. Throws Unauthentic or XmlError. */
export function authenticate(
  request: { method: string; path: string; body: Buffer; certificateMchId: string | undefined },
  merchants: Merchants,
): Call {
  if (request.method !== 'POST') throw new Unauthentic('REQUIRE_POST_METHOD');
  if (request.body.length === 0) throw new Unauthentic('POST_DATA_EMPTY');
  const fields = readXml(request.body);
  for (const name of ['appid', 'mch_id', 'nonce_str', 'sign']) {
    if (!fields[name]) throw new Unauthentic('LACK_PARAMS', `缺少参数${name}`);
  }
  const signType = fields['sign_type'] || 'MD5';
  if (!isSignType(signType)) throw new Unauthentic('PARAM_ERROR', '参数错误: sign_type');
  const merchant = merchants.byMchId(fields['mch_id'] ?? '');
  if (!merchant) throw new Unauthentic('MCHID_NOT_EXIST');
  if (!isSigned(fields, signType, merchant.apiKey)) throw new Unauthentic('SIGNERROR');
  return { path: request.path, fields, merchant, signType, certificateMchId: request.certificateMchId };
}

/** The app must exist and be bound to the merchant. Throws Refusal. */
export function requireBoundApp(call: Call, merchants: Merchants): void {
  const app = merchants.app(call.fields['appid'] ?? '');
  if (!app) throw new Refusal('APPID_NOT_EXIST');
  if (!app.mchIds.includes(call.merchant.mchId)) throw new Refusal('APPID_MCHID_NOT_MATCH');
}

/** The order a request names: by WeChat's number if given, else by the merchant's. Only the merchant's own. */
export function findTransaction(call: Call, transactions: Transactions): Transaction | undefined {
  const { transaction_id: transactionId, out_trade_no: outTradeNo } = call.fields;
  if (!transactionId) return outTradeNo ? transactions.byNumber(call.merchant.mchId, outTradeNo) : undefined;
  const transaction = transactions.byTransactionId(transactionId);
  return transaction?.mchId === call.merchant.mchId ? transaction : undefined;
}
