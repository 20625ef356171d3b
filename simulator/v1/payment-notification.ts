import { Formatter } from 'wechatpay-axios-plugin';
import type { Merchant } from '../state/merchants.js';
import { chinaDateTime } from '../trade/china-time.js';
import type { Payment, Transaction } from '../trade/transaction.js';
import { writeXml, type Fields } from '../v2/xml.js';
import { bytesIn, md5Signature, sha1Signature } from './signature.js';

/** A payment in the notification's query and in the answer of orderquery. What a coupon paid is `discount`. */
export function paymentFields(transaction: Transaction, payment: Payment, { v1 }: Merchant): Fields {
  const { totalFen, couponFen } = payment;
  return {
    trade_mode: '1',
    trade_state: '0',
    partner: v1.partner,
    bank_type: 'WX',
    total_fee: String(totalFen - couponFen),
    fee_type: payment.feeType === 'CNY' ? '1' : payment.feeType,
    transaction_id: payment.transactionId,
    out_trade_no: transaction.outTradeNo,
    attach: transaction.attach ?? '',
    time_end: chinaDateTime(payment.paidAt),
    ...(couponFen > 0 && { discount: String(couponFen) }),
  };
}

/** How the merchant is told "paid": facts in the address, the payer in the body (protocol notes §4.3). */
export function paymentNotification(
  transaction: Transaction,
  payment: Payment,
  merchant: Merchant,
): { url: string; body: string } {
  const charset = transaction.inputCharset ?? 'GBK';
  const facts: Fields = {
    sign_type: 'MD5',
    input_charset: charset,
    notify_id: Formatter.nonce(32),
    ...paymentFields(transaction, payment, merchant),
  };
  const query = { ...facts, sign: md5Signature(facts, charset, merchant.v1.partnerKey) };
  const payer = {
    AppId: transaction.appId,
    TimeStamp: String(Math.floor(payment.paidAt / 1000)),
    NonceStr: Formatter.nonce(16),
    OpenId: payment.openid,
    IsSubscribe: '0',
  };
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${escaped(bytesIn(charset, value))}`);
  return {
    url: `${transaction.notifyUrl}?${pairs.join('&')}`,
    body: writeXml({
      ...payer,
      AppSignature: sha1Signature(payer, merchant.v1.paySignKey),
      SignMethod: 'sha1',
    }),
  };
}

/** The same address as somebody without the key would send it. */
export function spoiltUrl(url: string): string {
  return url.replace(
    /([?&]sign=)(.)/,
    (_, name: string, first: string) => name + (first === '0' ? '1' : '0'),
  );
}

function escaped(bytes: Buffer): string {
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
    })
    .join('');
}
