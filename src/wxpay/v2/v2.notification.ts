import { UnreadableXml } from '../../common/xml.js';
import type { MerchantAccount } from '../merchant-accounts.js';
import { NotificationRefused, type PaymentNotification, type RefundNotification } from '../protocol.js';
import { openReqInfo } from './v2.cipher.js';
import { verifyV2, type V2Fields } from './v2.signature.js';
import { readTransaction } from './v2.transaction.js';
import { readXml } from './v2.xml.js';

/**
 * Believes a payment notification, or does not (protocol §1.12, DESIGN §2.8): parse, signature with the account's own
 * algorithm, merchant and app, then the content. Whatever is missing fails closed: `return_code=FAIL` comes without a
 * signature and is refused like every other unsigned message.
 * @throws NotificationRefused
 */
export function readPaymentNotification(account: MerchantAccount, body: Buffer): PaymentNotification {
  const fields = parse(body);
  if (!verifyV2(account.signType, fields, account.apiKeys)) {
    const words =
      fields.get('return_code') === 'FAIL'
        ? 'an unsigned communication failure'
        : 'the signature is missing or wrong';
    throw new NotificationRefused(401, 'FORGED', words);
  }
  if (fields.get('mch_id') !== account.mchId || !account.appIds.includes(fields.get('appid') ?? '')) {
    throw new NotificationRefused(403, 'FOREIGN', 'the notification is about another merchant or app');
  }
  if (fields.get('return_code') !== 'SUCCESS') {
    throw new NotificationRefused(400, 'MALFORMED', 'return_code is not SUCCESS');
  }
  if (fields.get('result_code') !== 'SUCCESS') {
    return {
      kind: 'NOT_PAID',
      outTradeNo: fields.get('out_trade_no') ?? '',
      code: fields.get('err_code') ?? '',
      message: fields.get('err_code_des') ?? '',
    };
  }
  const transaction = readTransaction(account, fields);
  if (transaction === undefined)
    throw new NotificationRefused(400, 'MALFORMED', 'a mandatory field is missing or malformed');
  return { kind: 'PAID', transaction };
}

/**
 * Opens a refund notification (protocol §1.13). It carries no signature; that its `req_info` opens with our key and names
 * a refund is all it says, so the caller asks WeChat before anything changes.
 * @throws NotificationRefused
 */
export function readRefundNotification(account: MerchantAccount, body: Buffer): RefundNotification {
  const fields = parse(body);
  if (fields.get('mch_id') !== account.mchId || !account.appIds.includes(fields.get('appid') ?? '')) {
    throw new NotificationRefused(403, 'FOREIGN', 'the notification is about another merchant or app');
  }
  let outRefundNo: string | undefined;
  try {
    outRefundNo = openReqInfo(fields.get('req_info') ?? '', account.apiKeys).get('out_refund_no');
  } catch {
    throw new NotificationRefused(401, 'FORGED', 'req_info does not open with the API key');
  }
  if (!outRefundNo) throw new NotificationRefused(400, 'MALFORMED', 'req_info names no refund');
  return { outRefundNo };
}

function parse(body: Buffer): V2Fields {
  try {
    return readXml(body);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw new NotificationRefused(400, 'MALFORMED', `the XML ${error.message}`);
  }
}
