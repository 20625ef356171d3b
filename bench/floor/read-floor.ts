import { createHmac } from 'node:crypto';
import { toBeijingIso } from '../../src/common/time/beijing-time.js';
import { floorPool, serve, setting, type FloorAnswer } from './floor-server.js';

/** Program: the floor of reading an order. The token's HMAC and its expiry, one prepared statement, the same answer. */

const DETAIL = `
  SELECT o.id, order_no, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen, created_at, expires_at,
         (SELECT json_agg(json_build_object('productId', product_id, 'name', name, 'unitPriceFen', unit_price_fen,
                                            'quantity', quantity, 'payableFen', payable_fen) ORDER BY line)
          FROM order_items WHERE order_id = o.id) AS items
  FROM orders o WHERE o.id = $1 AND buyer_id = $2`;

interface Row {
  [name: string]: unknown;
  created_at: Date;
  expires_at: Date;
}

const pool = floorPool();
const secret = setting('SESSION_SECRET');
const NOT_FOUND: FloorAnswer = { status: 404, contentType: 'text/plain', body: 'no such order' };

serve(async ({ url = '', headers }) => {
  const [head, payload, signature] = (headers.authorization ?? '').slice('Bearer '.length).split('.');
  const right = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url');
  if (signature !== right) return { status: 401, contentType: 'text/plain', body: 'forged' };
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as {
    sub: string;
    exp: number;
  };
  if (claims.exp * 1000 < Date.now()) return { status: 401, contentType: 'text/plain', body: 'expired' };
  const values = [url.slice('/api/v1/orders/'.length), claims.sub];
  const { rows } = await pool.query<Row>({ name: 'detail', text: DETAIL, values });
  const [row] = rows;
  if (row === undefined) return NOT_FOUND;
  const body = {
    id: row['id'],
    orderNo: row['order_no'],
    status: row['status'],
    refundStatus: 'NONE',
    totalFen: Number(row['total_fen']),
    discountFen: Number(row['discount_fen']),
    payableFen: Number(row['payable_fen']),
    paidFen: Number(row['paid_fen']),
    refundedFen: Number(row['refunded_fen']),
    items: row['items'],
    createdAt: toBeijingIso(row.created_at),
    expiresAt: toBeijingIso(row.expires_at),
  };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
});
