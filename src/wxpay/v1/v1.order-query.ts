import { z } from 'zod';
import type { MerchantAccount } from '../merchant-accounts.js';
import { accepted, unknown, type Outcome } from '../outcome.js';
import type { TransactionState } from '../protocol.js';
import { credentialsOf, type V1Credentials } from './v1.credentials.js';
import { packageOf } from './v1.package.js';
import { signSha1 } from './v1.signature.js';
import { readTransaction, TRADE_SUCCESS } from './v1.transaction.js';

/** Numbers come with and without quotes. */
const word = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => `${value ?? ''}`);
export const orderQuerySchema = z.looseObject({ order_info: z.record(z.string(), word) });

/** `ret_code` of an order that the gateway could show. */
const FOUND = '0';

/** The body of `POST /pay/orderquery` (protocol §4.4). */
export function orderQueryBody(
  { paySignKey, partner, partnerKey }: V1Credentials,
  appId: string,
  outTradeNo: string,
  now: Date,
): Record<string, string> {
  const signed = {
    appid: appId,
    package: packageOf({ out_trade_no: outTradeNo, partner }, partnerKey),
    timestamp: String(Math.floor(now.getTime() / 1000)),
  };
  return { ...signed, app_signature: signSha1(signed, paySignKey), sign_method: 'sha1' };
}

/**
 * What orderquery says. It is not signed: that it is WeChat's own shows the certificate of its server. An order that it
 * does not show (`ret_code` other than 0) has not been paid; a failure of its own is an errcode and never gets here.
 */
export function readOrderQuery(
  account: MerchantAccount,
  appId: string,
  outTradeNo: string,
  { order_info: info }: z.infer<typeof orderQuerySchema>,
): Outcome<TransactionState> {
  const fields = new Map(Object.entries(info));
  if (!fields.has('ret_code')) return unknown('UNREADABLE', 'orderquery answers without ret_code');
  if (fields.get('ret_code') !== FOUND) return accepted({ state: 'NOT_EXIST' });
  if (fields.get('partner') !== credentialsOf(account).partner || fields.get('out_trade_no') !== outTradeNo)
    return unknown('UNVERIFIED', 'orderquery answers about another merchant or order');
  if (fields.get('trade_state') !== TRADE_SUCCESS) return accepted({ state: 'NOT_PAID' });
  const transaction = readTransaction(account, appId, fields);
  return transaction === undefined
    ? unknown('UNREADABLE', 'orderquery reports a payment without its mandatory fields')
    : accepted({ state: 'PAID', transaction });
}
