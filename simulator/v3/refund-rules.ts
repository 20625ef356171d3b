import { z } from 'zod';
import type { RefundObstacle } from '../trade/refunds.js';
import { ApiError } from './api-error.js';
import { notifyUrl, text } from './prepay-rules.js';

const fen = z.int().min(1);

/** What a refund is asked for with (protocol notes §2.9). Money in integer fen. */
export const REFUND = z
  .strictObject({
    transaction_id: text(32).optional(),
    out_trade_no: text(32).optional(),
    out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/, '必须是1至64位的字母、数字或_-|*@'),
    reason: text(80).optional(),
    notify_url: notifyUrl(256).optional(),
    funds_account: z.enum(['AVAILABLE', 'UNSETTLED']).optional(),
    amount: z.strictObject({
      refund: fen,
      total: fen,
      currency: z.literal('CNY'),
      from: z
        .array(z.strictObject({ account: z.enum(['AVAILABLE', 'UNAVAILABLE']), amount: fen }))
        .optional(),
    }),
    goods_detail: z
      .array(
        z.strictObject({
          merchant_goods_id: text(32),
          wechatpay_goods_id: text(32).optional(),
          goods_name: text(256).optional(),
          unit_price: z.int().min(0),
          refund_amount: z.int().min(0),
          refund_quantity: z.int().min(1),
        }),
      )
      .optional(),
  })
  .refine((order) => order.transaction_id ?? order.out_trade_no, {
    path: ['out_trade_no'],
    message: '与transaction_id不能同时为空',
  })
  .refine(({ amount }) => !amount.from || sum(amount.from) === amount.refund, {
    path: ['amount', 'from'],
    message: '出资金额之和必须等于退款金额',
  });

function sum(parts: { amount: number }[]): number {
  return parts.reduce((total, { amount }) => total + amount, 0);
}

/** V3's code for what stands against a refund. */
export function refusalOf(obstacle: RefundObstacle): ApiError {
  switch (obstacle) {
    case 'overdue':
      return new ApiError('INVALID_REQUEST', '订单已超过可退款的最大期限');
    case 'tooMuch':
      return new ApiError('INVALID_REQUEST', '申请退款金额大于订单可退金额');
    case 'tooMany':
      return new ApiError('INVALID_REQUEST', '一笔订单最多支持50次部分退款');
    case 'tooSoon':
      return new ApiError('FREQUENCY_LIMITED', '频率限制，同一笔订单多次退款请间隔1分钟');
    case 'notEnough':
      return new ApiError('NOT_ENOUGH');
  }
}
