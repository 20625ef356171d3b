import { Aes, Formatter, Hash } from 'wechatpay-axios-plugin';
import type { Merchant } from '../state/merchants.js';
import { chinaDateTimeWithDashes } from '../trade/china-time.js';
import { RECEIVED_BY, type Refund } from '../trade/refund.js';
import { settlementFen, type Payment } from '../trade/transaction.js';
import { writeXml } from './xml.js';

/** The XML that tells the merchant a refund's result: no sign, but a part that only the API key opens (notes §1.13). */
export function refundNotification(refund: Refund, payment: Payment, merchant: Merchant): string {
  const isPaidBack = refund.status === 'SUCCESS' && refund.concludedAt !== undefined;
  const result = writeXml({
    transaction_id: refund.transactionId,
    out_trade_no: refund.outTradeNo,
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    total_fee: payment.totalFen,
    settlement_total_fee: settlementFen(payment),
    refund_fee: refund.refundFen,
    settlement_refund_fee: refund.settlementRefundFen,
    refund_status: refund.status,
    success_time: isPaidBack ? chinaDateTimeWithDashes(refund.concludedAt ?? 0) : '',
    refund_recv_accout: RECEIVED_BY,
    refund_account: refund.account,
    refund_request_source: 'API',
  });
  return writeXml({
    return_code: 'SUCCESS',
    return_msg: 'OK',
    appid: refund.appId,
    mch_id: refund.mchId,
    nonce_str: Formatter.nonce(32),
    req_info: encrypt(result.replace(/^<xml>(.*)<\/xml>$/s, '<root>$1</root>'), merchant.apiKey),
  });
}

/** AES-256-ECB with PKCS#7 under the lower-case hex MD5 of the API key. */
function encrypt(text: string, apiKey: string): string {
  // The library leaves out the last padding block of a text that fills its blocks; PKCS#7 (and WeChat) has it always.
  const padded = Aes.pkcs7.padding(text, false);
  return Aes.AesEcb.encrypt(padded as unknown as string, Hash.md5(apiKey));
}
