import { isIP } from 'node:net';
import { z } from 'zod';
import { notifyUrlProblem } from '../trade/notify-url.js';

/** Text of at most `bytes` in UTF-8. */
export function text(bytes: number) {
  return z
    .string()
    .min(1)
    .refine((value) => Buffer.byteLength(value) <= bytes, `长度不能超过${bytes}字节`);
}

export const notifyUrl = (bytes: number) =>
  text(bytes).refine((value) => notifyUrlProblem(value) === undefined, '必须是不带参数的http(s)地址');

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const detail = z.strictObject({
  cost_price: z.int().optional(),
  invoice_id: text(32).optional(),
  goods_detail: z
    .array(
      z.strictObject({
        merchant_goods_id: text(32),
        wechatpay_goods_id: text(32).optional(),
        goods_name: text(256).optional(),
        quantity: z.int().min(1),
        unit_price: z.int().min(0),
      }),
    )
    .optional(),
});

const storeInfo = z.strictObject({
  id: text(32),
  name: text(256).optional(),
  area_code: text(32).optional(),
  address: text(512).optional(),
});

const scene = {
  payer_client_ip: text(45).refine((value) => isIP(value) !== 0, '必须是IPv4或IPv6地址'),
  device_id: text(32).optional(),
  store_info: storeInfo.optional(),
};

const h5Info = z.strictObject({
  type: z.enum(['Wap', 'iOS', 'Android']),
  app_name: text(64).optional(),
  app_url: text(128).optional(),
  bundle_id: text(128).optional(),
  package_name: text(128).optional(),
});

const common = {
  appid: text(32),
  mchid: text(32),
  description: text(127),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-|*]{6,32}$/, '必须是6至32位的字母、数字或_-|*'),
  time_expire: z
    .string()
    .refine((value) => RFC_3339.test(value) && !Number.isNaN(Date.parse(value)), '必须是RFC 3339格式的时间')
    .optional(),
  attach: text(128).optional(),
  notify_url: notifyUrl(255),
  goods_tag: text(32).optional(),
  limit_pay: z.array(z.string()).optional(),
  support_fapiao: z.boolean().optional(),
  amount: z.strictObject({ total: z.int().min(1), currency: z.literal('CNY').optional() }),
  detail: detail.optional(),
  settle_info: z.strictObject({ profit_sharing: z.boolean().optional() }).optional(),
};

const withScene = { ...common, scene_info: z.strictObject(scene).optional() };
const identity = z.strictObject({ type: z.string(), number: z.string(), name: z.string() });

/** What each way to pay asks for (protocol notes §2.6). Money in integer fen. */
export const PREPAY = {
  JSAPI: z.strictObject({
    ...withScene,
    payer: z.strictObject({ openid: text(128), identity: identity.optional() }),
  }),
  APP: z.strictObject(withScene),
  NATIVE: z.strictObject(withScene),
  MWEB: z.strictObject({ ...common, scene_info: z.strictObject({ ...scene, h5_info: h5Info }) }),
};
