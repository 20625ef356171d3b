import { z } from 'zod';
import { Rsa } from 'wechatpay-axios-plugin';
import type { World } from '../world.js';
import { ApiError, invalidField } from './api-error.js';
import type { Call } from './call.js';
import type { Handler } from './endpoint.js';
import { checkBody } from './json-body.js';
import { text } from './prepay-rules.js';
import { refundResource } from './refund-resource.js';
import { keysOf } from './signing-keys.js';

const APPLICATION = z.strictObject({
  out_refund_no: text(64),
  type: z.enum(['USER_BANK_CARD', 'MERCHANT_BANK_CARD']),
  bank_type: text(16).optional(),
  /** Encrypted for WeChat's key that Wechatpay-Serial names. */
  bank_account: text(1024).optional(),
  real_name: text(1024).optional(),
});

/**
 * `POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund` (protocol notes §2.9): an ABNORMAL refund goes
 * to a bank card instead. It is PROCESSING again and then succeeds.
 */
export const abnormalRefund: Handler = (call, world) => {
  const application = checkBody(APPLICATION, call.body);
  const refund = world.refunds.byRefundId(call.params['refundId'] ?? '');
  const payment = refund && world.transactions.byTransactionId(refund.transactionId)?.payment;
  if (
    !refund ||
    !payment ||
    refund.mchId !== call.merchant.mchId ||
    refund.outRefundNo !== application.out_refund_no
  )
    throw new ApiError('RESOURCE_NOT_EXISTS', '退款单不存在');
  if (application.type === 'USER_BANK_CARD') {
    for (const name of ['bank_type', 'bank_account', 'real_name'] as const)
      if (!application[name]) throw invalidField(`/${name}`, undefined, '不能为空');
    decrypt(application.bank_account ?? '', call, world);
    decrypt(application.real_name ?? '', call, world);
  }
  if (refund.status !== 'CHANGE') throw new ApiError('INVALID_REQUEST', '退款单状态不是退款异常');
  world.refunds.payToBankCard(refund);
  return refundResource(refund, payment);
};

/** The merchant must have encrypted for the very key it names (§2.4, §2.5). */
function decrypt(ciphertext: string, { merchant, namedSerial }: Call, world: World): string {
  const named = keysOf(merchant, world.keyrings.of(merchant.mchId)).find(
    ({ serial }) => serial.toUpperCase() === namedSerial?.toUpperCase(),
  );
  try {
    if (named) return Rsa.decrypt(ciphertext, named.key);
  } catch {
    // Encrypted for another key, or not at all.
  }
  throw new ApiError('PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误', {
    field: 'Wechatpay-Serial',
    value: namedSerial,
    issue: '敏感信息解密失败',
    location: 'header',
  });
}
