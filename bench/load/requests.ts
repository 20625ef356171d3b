import { Formatter, Hash, Transformer } from 'wechatpay-axios-plugin';
import { NOTIFY_PATH, type Merchant } from '../merchant.js';
import { get, post, type HttpAnswer } from './connection.js';
import {
  amountFen,
  directNo,
  orderNo,
  transactionId,
  type LoadPlan,
  type OrderRange,
  type Requests,
} from './plans.js';

/** Bytes to send, one request after the other, and what counts as a success. */
export interface RequestSource {
  /** undefined when there is nothing left to send. */
  next(): Buffer | undefined;
  succeeded(answer: HttpAnswer): boolean;
}

const XML = { 'Content-Type': 'text/xml' };
const JSON_BODY = { 'Content-Type': 'application/json' };

export function requestSource({ url, requests }: LoadPlan): RequestSource {
  switch (requests.kind) {
    case 'notify':
      return prepared(
        numbers(requests.orders).map((index) =>
          post(url, NOTIFY_PATH, XML, notification(requests.merchant, requests.orders.startedAt, index)),
        ),
        ({ status, body }) => status === 200 && body.includes('SUCCESS'),
      );
    case 'unifiedorder':
      return prepared(
        numbers(requests.orders).map((index) =>
          post(url, '/pay/unifiedorder', XML, unifiedOrder(requests, index)),
        ),
        ({ status, body }) => status === 200 && body.includes('<prepay_id>'),
      );
    case 'pay':
      return prepared(
        numbers(requests.orders).map((index) => payment(url, requests.orders.startedAt, index)),
        ({ status }) => status === 200,
      );
    case 'approve':
      return prepared(
        requests.refundIds.map((id) =>
          post(
            url,
            `/api/v1/admin/refunds/${id}/approve`,
            { ...JSON_BODY, Authorization: `Bearer ${requests.token}` },
            '{}',
          ),
        ),
        ({ status, body }) => status === 200 && /"(APPROVED|PROCESSING)"/.test(body),
      );
    case 'checkout':
      return checkouts(url, requests.tokens, requests.productIds);
    case 'read':
      return reads(url, requests.reads);
  }
}

/** Signed beforehand: signing during the run would take CPU from the servers. */
function prepared(all: Buffer[], succeeded: RequestSource['succeeded']): RequestSource {
  let at = 0;
  return { next: () => all[at++], succeeded };
}

/** Every buyer buys every product, again and again; each time is a new order. */
function checkouts(url: string, tokens: string[], productIds: string[]): RequestSource {
  const all = productIds.flatMap((productId) =>
    tokens.map((token) =>
      post(
        url,
        '/api/v1/checkout',
        { ...JSON_BODY, Authorization: `Bearer ${token}` },
        JSON.stringify({ items: [{ productId, quantity: 1 }] }),
      ),
    ),
  );
  let at = 0;
  return { next: () => all[at++ % all.length], succeeded: ({ status }) => status === 201 };
}

/** Every order is asked for by its buyer, again and again. */
function reads(url: string, wanted: { orderId: string; token: string }[]): RequestSource {
  const all = wanted.map(({ orderId, token }) => get(url, `/api/v1/orders/${orderId}`, token));
  let at = 0;
  return {
    next: () => all[at++ % all.length],
    succeeded: ({ status, body }) => status === 200 && body.includes('"PENDING_PAYMENT"'),
  };
}

function numbers({ first, count }: OrderRange): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** A payment notification as WeChat sends it (API v2, MD5), signed by a library that shares no line with our backend. */
function notification({ appId, mchId, apiKey }: Merchant, startedAt: string, index: number): string {
  const total = String(amountFen(index));
  return signedXml(apiKey, {
    appid: appId,
    bank_type: 'OTHERS',
    cash_fee: total,
    fee_type: 'CNY',
    is_subscribe: 'N',
    mch_id: mchId,
    nonce_str: Formatter.nonce(32),
    openid: 'oBenchBuyer0000000000000000',
    out_trade_no: `${orderNo(startedAt, index)}-1`,
    result_code: 'SUCCESS',
    return_code: 'SUCCESS',
    time_end: startedAt,
    total_fee: total,
    trade_type: 'JSAPI',
    transaction_id: transactionId(startedAt, index),
  });
}

/** A buyer at the simulator's cashier; the payment gets the number that our rows have. */
function payment(url: string, startedAt: string, index: number): Buffer {
  const body = { outTradeNo: directNo(startedAt, index), transactionId: transactionId(startedAt, index) };
  return post(url, '/_sim/pay', JSON_BODY, JSON.stringify(body));
}

/** What our checkout asks WeChat, for measuring the simulator alone. */
function unifiedOrder(
  { merchant, openid, notifyUrl, orders }: Requests & { kind: 'unifiedorder' },
  index: number,
): string {
  return signedXml(merchant.apiKey, {
    appid: merchant.appId,
    body: '基准测试商品',
    fee_type: 'CNY',
    mch_id: merchant.mchId,
    nonce_str: Formatter.nonce(32),
    notify_url: notifyUrl,
    openid,
    out_trade_no: directNo(orders.startedAt, index),
    sign_type: 'MD5',
    spbill_create_ip: '127.0.0.1',
    total_fee: String(amountFen(index)),
    trade_type: 'JSAPI',
  });
}

function signedXml(apiKey: string, fields: Record<string, string>): string {
  return Transformer.toXml({ ...fields, sign: Hash.sign('MD5', fields, apiKey) });
}
