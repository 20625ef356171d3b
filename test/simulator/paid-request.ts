import type { Fields, TestMerchant } from './test-merchant.js';

let count = 0;

/** A paid order of 1 yuan, and a request to refund all of it. */
export async function paidRequest(
  merchant: TestMerchant,
  changes: Fields = {},
  payment: object = {},
): Promise<Fields> {
  const { outTradeNo } = await merchant.prepay();
  await merchant.control('/_sim/pay', { outTradeNo, ...payment });
  count += 1;
  const request = {
    out_trade_no: outTradeNo,
    out_refund_no: `R${count}`,
    total_fee: '100',
    refund_fee: '100',
  };
  return { ...request, notify_url: merchant.notifyUrl, ...changes };
}
