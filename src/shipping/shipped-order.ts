import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import type { WechatApp } from '../wechat/wechat-app.js';
import type { MerchantAccounts } from '../wxpay/merchant-accounts.js';

/** What WeChat has to be told, or asked, about an order that a mini-program's user paid with us. */
export interface ShippedOrder {
  transactionId: string;
  /** Of the payer, under the mini-program's app id. */
  openid: string;
  /** The mini-program it was paid in: WeChat tells, and is told, in its name only. */
  app: WechatApp;
}

/**
 * Only payments inside a mini-program are in WeChat's shipping management: of an app, a web page or a QR code it knows
 * nothing.
 */
const FIND = statement(
  'find-shipped-order',
  `SELECT p.transaction_id AS "transactionId", b.openid, p.app_id AS "appId"
   FROM orders o JOIN payments p ON p.id = o.paid_by_payment_id JOIN buyers b ON b.id = o.buyer_id
   WHERE o.id = $1 AND p.trade_type = 'JSAPI' AND b.app_id = p.app_id`,
);

/** @returns undefined for an order that was not paid in a mini-program of the shop's accounts */
export async function findShipped(
  manager: EntityManager,
  accounts: MerchantAccounts,
  orderId: string,
): Promise<ShippedOrder | undefined> {
  const [order] = await run<Omit<ShippedOrder, 'app'> & { appId: string }>(manager, FIND, [orderId]);
  if (order === undefined) return undefined;
  const app = accounts.miniProgram(order.appId);
  return app && { transactionId: order.transactionId, openid: order.openid, app };
}
