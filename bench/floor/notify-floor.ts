import { fromCompactBeijing } from '../../src/common/time/beijing-time.js';
import { floorPool, serve, setting } from './floor-server.js';
import { scanXml, signMd5 } from './v2.js';

/** Program: the floor of a payment notification. Signature, then one committed statement; nothing else. */

/** Inbox with dedupe, payment, order, two ledger rows, one job. Named, so that it is planned once per connection. */
const SETTLE = `
  WITH inbox AS (
    INSERT INTO notifications (transaction_id, received_at, body, out_trade_no) VALUES ($1, $2, $3, $4)
    ON CONFLICT (transaction_id) DO NOTHING RETURNING out_trade_no),
  paid AS (
    UPDATE payments p SET status = 'SUCCESS', transaction_id = $1, paid_at = $5 FROM inbox
    WHERE p.out_trade_no = inbox.out_trade_no AND p.status = 'PREPAID' AND p.amount_fen = $6
    RETURNING p.id, p.order_id, p.amount_fen),
  marked AS (
    UPDATE orders o SET status = 'PAID', paid_at = $5, paid_fen = paid.amount_fen FROM paid
    WHERE o.id = paid.order_id AND o.status = 'PENDING_PAYMENT'),
  booked AS (
    INSERT INTO ledger_entries (subject_id, account, amount_fen, booked_at)
    SELECT paid.id, line.account, line.sign * paid.amount_fen, $2
    FROM paid CROSS JOIN (VALUES ('WECHAT_RECEIVABLE', 1), ('CUSTOMER_DEPOSITS', -1)) AS line(account, sign))
  INSERT INTO jobs (queue, payload, created_at)
  SELECT 'payment-completed', jsonb_build_object('orderId', order_id, 'paymentId', id), $2 FROM paid`;

const pool = floorPool();
const apiKey = setting('WXPAY_API_KEY');
const OK = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

serve(async (_request, body) => {
  const fields = scanXml(body.toString());
  if (fields.get('sign') !== signMd5(fields, apiKey))
    return { status: 401, contentType: 'text/plain', body: 'FAIL' };
  const values = [
    fields.get('transaction_id'),
    new Date(),
    body,
    fields.get('out_trade_no'),
    fromCompactBeijing(fields.get('time_end') ?? ''),
    fields.get('total_fee'),
  ];
  await pool.query({ name: 'settle', text: SETTLE, values });
  return { status: 200, contentType: 'text/xml', body: OK };
});
