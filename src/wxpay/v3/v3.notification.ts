import { z } from 'zod';
import type { MerchantAccount } from '../merchant-accounts.js';
import {
  NotificationRefused,
  type PaymentNotification,
  type RawNotification,
  type RefundNotification,
} from '../protocol.js';
import { openResource, sealedResourceSchema } from './v3.cipher.js';
import { answerSignature, isFresh, isProbe } from './v3.headers.js';
import { readJson } from './v3.json.js';
import type { V3Keys } from './v3.keys.js';
import { verifyV3 } from './v3.signature.js';
import { readTransaction, transactionSchema } from './v3.transaction.js';

const envelopeSchema = z.object({ event_type: z.string(), resource: sealedResourceSchema });
const refundEventSchema = z.object({ mchid: z.string(), out_refund_no: z.string().min(1) });

/**
 * Believes a payment notification of API v3, or does not (protocol §2.2, §2.11; DESIGN §2.8): window, key by serial,
 * signature over the bytes as they came, decryption, then our merchant and our app.
 * @throws NotificationRefused
 */
export function readPaymentNotification(
  keys: V3Keys,
  account: MerchantAccount,
  raw: RawNotification,
): PaymentNotification {
  const content = open(keys, account, raw, 'TRANSACTION.');
  const read = transactionSchema.safeParse(content);
  if (!read.success) throw malformed('the resource is no transaction');
  const { mchid, appid } = read.data;
  if (mchid !== account.mchId || !account.appIds.includes(appid ?? ''))
    throw new NotificationRefused(403, 'FOREIGN', 'the notification is about another merchant or app');
  if (read.data.trade_state !== 'SUCCESS') {
    const { out_trade_no: outTradeNo, trade_state: code, trade_state_desc: message = '' } = read.data;
    return { kind: 'NOT_PAID', outTradeNo, code, message };
  }
  const transaction = readTransaction(account, read.data);
  if (transaction === undefined) throw malformed('a mandatory field is missing or malformed');
  return { kind: 'PAID', transaction };
}

/**
 * Believes a refund notification: which refund to ask about. What became of it, WeChat says when asked: the answer also
 * tells what the refund takes from the merchant, which the notification does not.
 * @throws NotificationRefused
 */
export function readRefundNotification(
  keys: V3Keys,
  account: MerchantAccount,
  raw: RawNotification,
): RefundNotification {
  const read = refundEventSchema.safeParse(open(keys, account, raw, 'REFUND.'));
  if (!read.success) throw malformed('the resource is no refund');
  if (read.data.mchid !== account.mchId)
    throw new NotificationRefused(403, 'FOREIGN', 'the notification is about another merchant');
  return { outRefundNo: read.data.out_refund_no };
}

/** The decrypted resource of an authentic notification whose event type begins with `kind`. */
function open(keys: V3Keys, account: MerchantAccount, raw: RawNotification, kind: string): unknown {
  authenticate(keys, account, raw);
  const envelope = envelopeSchema.safeParse(readJson(raw.body));
  if (!envelope.success) throw malformed('the body is no notification of API v3');
  const { event_type: eventType, resource } = envelope.data;
  if (!eventType.startsWith(kind))
    throw malformed(`${eventType.slice(0, 40)} belongs to another notification URL than this one`);
  let content: Buffer;
  try {
    content = openResource(account.apiV3Keys, resource);
  } catch {
    throw new NotificationRefused(401, 'FORGED', 'the resource does not open with the APIv3 key');
  }
  return readJson(content);
}

function authenticate(keys: V3Keys, account: MerchantAccount, raw: RawNotification): void {
  const signature = answerSignature(raw.headers);
  if (signature === undefined) throw forged('a Wechatpay- header of the signature is missing');
  if (isProbe(signature.signature))
    throw new NotificationRefused(
      401,
      'PROBE',
      'a probe of WeChat: wrong on purpose, refused as it should be',
    );
  if (!isFresh(signature.timestamp, raw.receivedAt))
    throw forged('Wechatpay-Timestamp is more than five minutes away');
  const key = keys.find(account, signature.serial);
  if (key === undefined) throw forged('Wechatpay-Serial names a key that is not WeChat’s, or not known yet');
  if (!verifyV3(key, signature, raw.body)) throw forged('the signature is wrong');
}

function forged(words: string): NotificationRefused {
  return new NotificationRefused(401, 'FORGED', words);
}

function malformed(words: string): NotificationRefused {
  return new NotificationRefused(400, 'MALFORMED', words);
}
