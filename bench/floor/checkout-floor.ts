import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Pool } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import { toBeijingIso, toCompactBeijing } from '../../src/common/time/beijing-time.js';
import { NOTIFY_PATH } from '../merchant.js';
import { OURS, PLAIN } from './checkout-statements.js';
import { floorPool, serve, setting, type FloorAnswer } from './floor-server.js';
import { scanXml, signMd5, writeXml } from './v2.js';

/**
 * Program: the floor of a checkout. One statement, one call to WeChat, one statement. With TABLES=ours it fills our own tables
 * instead of the plain ones, and so says what the fastest conceivable server could reach on them.
 */

const EXPIRE_MS = 20 * 60_000;

const pool = floorPool();
const wechat = new Pool(setting('WXPAY_BASE_URL'), {
  connections: 64,
  keepAliveTimeout: 30_000,
  connect: { ca: readFileSync(setting('WXPAY_CA_PATH')) },
});
const [appId, mchId, apiKey] = [setting('WXPAY_APP_ID'), setting('WXPAY_MCH_ID'), setting('WXPAY_API_KEY')];
const sessionSecret = setting('SESSION_SECRET');
const { order, values, prepaid } = setting('TABLES') === 'ours' ? OURS : PLAIN;
/** Keeps its numbers apart from those of the others, which reach the same simulator. */
const letter = setting('TABLES') === 'ours' ? 'G' : 'F';
let orders = 0;

serve(async (request, body) => {
  const buyerId = buyerOf(request);
  const { items } = JSON.parse(body.toString()) as { items: [{ productId: string; quantity: number }] };
  const [{ productId, quantity }] = items;
  const now = new Date();
  const expiresAt = new Date(now.getTime() + EXPIRE_MS);
  const [orderId, paymentId] = [uuidv7(), uuidv7()];
  const orderNo = `${letter}${toCompactBeijing(now)}${String(++orders).padStart(8, '0')}`;
  const checkout = {
    productId,
    quantity,
    orderId,
    orderNo,
    buyerId,
    now,
    expiresAt,
    paymentId,
    appId,
    mchId,
  };
  const { rows } = await pool.query<Row>({ name: 'order', text: order, values: values(checkout) });
  const [row] = rows;
  if (row === undefined) return { status: 409, contentType: 'text/plain', body: 'out of stock' };
  const prepayId = await prepay(`${orderNo}-1`, row, now, expiresAt);
  await pool.query({ name: 'prepaid', text: prepaid, values: [paymentId, { prepayId }, new Date()] });
  return created(orderId, orderNo, paymentId, row, items, now, expiresAt, prepayId);
});

interface Row {
  amount_fen: string;
  name: string;
  openid: string;
}

/** Only the signature and the subject of the token. */
function buyerOf(request: IncomingMessage): string {
  const [head, payload, signature] = (request.headers.authorization ?? '').slice('Bearer '.length).split('.');
  const right = createHmac('sha256', sessionSecret).update(`${head}.${payload}`).digest('base64url');
  if (signature !== right) throw new Error('the token is forged');
  return (JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { sub: string }).sub;
}

async function prepay(outTradeNo: string, row: Row, now: Date, expiresAt: Date): Promise<string> {
  const fields = new Map<string, string>([
    ['appid', appId],
    ['mch_id', mchId],
    ['nonce_str', randomBytes(16).toString('hex')],
    ['sign_type', 'MD5'],
    ['body', row.name],
    ['out_trade_no', outTradeNo],
    ['total_fee', row.amount_fen],
    ['fee_type', 'CNY'],
    ['spbill_create_ip', '127.0.0.1'],
    ['time_start', toCompactBeijing(now)],
    ['time_expire', toCompactBeijing(expiresAt)],
    ['notify_url', `http://127.0.0.1:3000${NOTIFY_PATH}`],
    ['trade_type', 'JSAPI'],
    ['openid', row.openid],
  ]);
  fields.set('sign', signMd5(fields, apiKey));
  const answer = await wechat.request({
    method: 'POST',
    path: '/pay/unifiedorder',
    headers: { 'content-type': 'text/xml' },
    body: writeXml(fields),
  });
  const read = scanXml(await answer.body.text());
  if (read.get('sign') !== signMd5(read, apiKey))
    throw new Error(`WeChat's answer is not signed: ${read.get('return_msg')}`);
  const prepayId = read.get('prepay_id');
  if (prepayId === undefined) throw new Error(`WeChat refuses: ${read.get('err_code_des')}`);
  return prepayId;
}

/** Says the same as our answer (CONTRACT §3), so that both have as much to write. */
function created(
  orderId: string,
  orderNo: string,
  paymentId: string,
  { amount_fen, name }: Row,
  items: readonly { productId: string; quantity: number }[],
  now: Date,
  expires: Date,
  prepayId: string,
): FloorAnswer {
  const amountFen = Number(amount_fen);
  const expiresAt = toBeijingIso(expires);
  const params = {
    appId,
    timeStamp: String(Math.floor(now.getTime() / 1000)),
    nonceStr: randomBytes(16).toString('hex'),
    package: `prepay_id=${prepayId}`,
    signType: 'MD5',
  };
  const body = JSON.stringify({
    order: {
      id: orderId,
      orderNo,
      status: 'PENDING_PAYMENT',
      refundStatus: 'NONE',
      totalFen: amountFen,
      discountFen: 0,
      payableFen: amountFen,
      paidFen: 0,
      refundedFen: 0,
      items: items.map((item) => ({ ...item, name, unitPriceFen: amountFen, payableFen: amountFen })),
      createdAt: toBeijingIso(now),
      expiresAt,
    },
    payment: {
      id: paymentId,
      outTradeNo: `${orderNo}-1`,
      tradeType: 'JSAPI',
      status: 'PREPAID',
      amountFen,
      expiresAt,
    },
    payParams: { ...params, paySign: signMd5(new Map(Object.entries(params)), apiKey) },
  });
  return { status: 201, contentType: 'application/json', body };
}
