import { randomUUID } from 'node:crypto';
import { Aes, Formatter } from 'wechatpay-axios-plugin';
import type { Merchant } from '../state/merchants.js';
import { chinaRfc3339 } from '../trade/china-time.js';
import type { Refund } from '../trade/refund.js';
import type { Payment, Transaction } from '../trade/transaction.js';
import { refundNews, refundStatus } from './refund-resource.js';
import { transactionResource } from './transaction-resource.js';

const REFUND_SUMMARIES: Record<string, string> = {
  SUCCESS: '退款成功',
  ABNORMAL: '退款异常',
  CLOSED: '退款关闭',
};

/** The JSON that tells the merchant "paid" (protocol notes §2.11). It is signed when it is sent. */
export function paymentNotification(transaction: Transaction, payment: Payment, merchant: Merchant): string {
  return envelope('TRANSACTION.SUCCESS', '支付成功', payment.paidAt, {
    type: 'transaction',
    text: JSON.stringify(transactionResource(transaction)),
    apiV3Key: merchant.apiV3Key,
  });
}

/** The JSON that tells the merchant a refund's result. */
export function refundNotification(refund: Refund, payment: Payment, merchant: Merchant): string {
  const status = refundStatus(refund);
  return envelope(
    `REFUND.${status}`,
    REFUND_SUMMARIES[status] ?? status,
    refund.concludedAt ?? refund.createdAt,
    {
      type: 'refund',
      text: JSON.stringify(refundNews(refund, payment)),
      apiV3Key: merchant.apiV3Key,
    },
  );
}

function envelope(
  eventType: string,
  summary: string,
  at: number,
  { type, text, apiV3Key }: { type: string; text: string; apiV3Key: string },
): string {
  const nonce = Formatter.nonce(12);
  return JSON.stringify({
    id: randomUUID(),
    create_time: chinaRfc3339(at),
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary,
    resource: {
      original_type: type,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: Aes.AesGcm.encrypt(text, apiV3Key, nonce, type),
      associated_data: type,
      nonce,
    },
  });
}
