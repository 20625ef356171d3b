import { statement } from '../database/sql.js';

/** What WeChat has to be told, or asked, about an order that a mini-program's user paid with us. */
export interface ShippedOrder {
  orderId: string;
  transactionId: string;
  /** Of the payer, under our mini-program's app id. */
  openid: string;
}

/**
 * Only payments inside the mini-program are in WeChat's shipping management: of an app, a web page or a QR code it knows
 * nothing. $2: the mini-program's app id.
 */
export const FIND_SHIPPED = statement(
  'find-shipped-order',
  `SELECT o.id AS "orderId", p.transaction_id AS "transactionId", b.openid
   FROM orders o JOIN payments p ON p.id = o.paid_by_payment_id JOIN buyers b ON b.id = o.buyer_id
   WHERE o.id = $1 AND p.trade_type = 'JSAPI' AND p.app_id = $2 AND b.app_id = $2`,
);
