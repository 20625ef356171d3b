import { z } from 'zod';
import { fenSchema } from '../common/fen.js';
import { newOrderSchema, orderSchema } from '../order/order.schema.js';
import { TRADE_TYPES } from '../wxpay/protocol.js';
import { PAYMENT_STATUSES } from './payment.status.js';

const tradeTypeSchema = z
  .enum(TRADE_TYPES)
  .describe('JSAPI: mini-program or official account; NATIVE: QR code; H5: browser; APP: the shop’s app');

export const checkoutSchema = newOrderSchema.extend({ tradeType: tradeTypeSchema.default('JSAPI') });
export type CheckoutRequest = z.infer<typeof checkoutSchema>;

export const newPaymentSchema = z.strictObject({ tradeType: tradeTypeSchema });
export type NewPayment = z.infer<typeof newPaymentSchema>;

export const paymentSchema = z.object({
  id: z.string(),
  outTradeNo: z.string(),
  tradeType: tradeTypeSchema,
  status: z.enum(PAYMENT_STATUSES),
  amountFen: fenSchema,
  transactionId: z.string().optional(),
  expiresAt: z.iso.datetime({ offset: true }),
});
export type PaymentView = z.infer<typeof paymentSchema>;

const payParamsSchema = z.union([
  z
    .object({
      appId: z.string(),
      timeStamp: z.string(),
      nonceStr: z.string(),
      package: z.string(),
      signType: z.string(),
      paySign: z.string(),
    })
    .describe('JSAPI: wx.requestPayment'),
  z
    .object({
      appid: z.string(),
      partnerid: z.string(),
      prepayid: z.string(),
      package: z.string(),
      noncestr: z.string(),
      timestamp: z.string(),
      sign: z.string(),
    })
    .describe('APP: the app SDK'),
  z.object({ codeUrl: z.string() }).describe('NATIVE: show as a QR code'),
  z.object({ h5Url: z.string() }).describe('H5: open in the browser'),
]);

export const payableSchema = z.object({ payment: paymentSchema, payParams: payParamsSchema });
export const checkedOutSchema = payableSchema.extend({ order: orderSchema });
