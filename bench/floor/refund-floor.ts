import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { floorPool, serve, setting } from './floor-server.js';
import { scanXml, signMd5, writeXml } from './v2.js';

/** Program: the floor of an approval. One statement, one call to WeChat over mutual TLS, one statement. */

/** Approved within what was paid, with its place in the audit log and its event; committed before the call. */
const APPROVE = `
  WITH paid AS (
    SELECT p.id, p.transaction_id, p.amount_fen FROM refunds r JOIN payments p ON p.id = r.payment_id
    WHERE r.id = $1 FOR UPDATE OF p),
  approved AS (
    UPDATE refunds r SET status = 'PROCESSING', reviewed_by = $2, reviewed_at = $3, called_at = $3 FROM paid
    WHERE r.id = $1 AND r.status = 'REQUESTED'
      AND (SELECT sum(s.amount_fen) FROM refunds s WHERE s.payment_id = paid.id AND s.status <> 'REJECTED') <= paid.amount_fen
    RETURNING r.id, r.refund_no, r.amount_fen, r.reason, paid.transaction_id, paid.amount_fen AS total_fen),
  audited AS (
    INSERT INTO audit_log (at, operator_name, action, subject_id) SELECT $3, $2, 'refund.approved', id FROM approved),
  told AS (
    INSERT INTO jobs (queue, payload, created_at) SELECT 'refund-approved', jsonb_build_object('refundId', id), $3 FROM approved)
  SELECT refund_no AS "refundNo", amount_fen AS "refundFen", reason, transaction_id AS "transactionId", total_fen AS "totalFen"
  FROM approved`;
const ACCEPTED = 'UPDATE refunds SET refund_id = $2, accepted_at = $3 WHERE id = $1';

interface Approved {
  refundNo: string;
  refundFen: string;
  reason: string;
  transactionId: string;
  totalFen: string;
}

const pool = floorPool();
const [appId, mchId, apiKey] = [setting('WXPAY_APP_ID'), setting('WXPAY_MCH_ID'), setting('WXPAY_API_KEY')];
const authorization = `Bearer ${setting('STAFF_TOKEN')}`;
const wechat = new Pool(setting('WXPAY_BASE_URL'), {
  connections: 64,
  keepAliveTimeout: 30_000,
  connect: {
    ca: readFileSync(setting('WXPAY_CA_PATH')),
    cert: readFileSync(setting('WXPAY_CERT_PATH')),
    key: readFileSync(setting('WXPAY_KEY_PATH')),
  },
});

serve(async ({ url = '', headers }) => {
  if (headers.authorization !== authorization)
    return { status: 401, contentType: 'text/plain', body: 'who?' };
  const id = url.split('/').at(-2);
  const values = [id, 'finance', new Date()];
  const { rows } = await pool.query<Approved>({ name: 'approve', text: APPROVE, values });
  const [approved] = rows;
  if (approved === undefined) return { status: 409, contentType: 'text/plain', body: 'decided' };
  const refundId = await refund(approved);
  await pool.query({ name: 'accepted', text: ACCEPTED, values: [id, refundId, new Date()] });
  const body = JSON.stringify({ id, status: 'PROCESSING', refundId, ...approved });
  return { status: 200, contentType: 'application/json', body };
});

async function refund({ refundNo, refundFen, reason, transactionId, totalFen }: Approved): Promise<string> {
  const fields = new Map<string, string>([
    ['appid', appId],
    ['mch_id', mchId],
    ['nonce_str', randomBytes(16).toString('hex')],
    ['sign_type', 'MD5'],
    ['transaction_id', transactionId],
    ['out_refund_no', refundNo],
    ['total_fee', totalFen],
    ['refund_fee', refundFen],
    ['refund_fee_type', 'CNY'],
    ['refund_desc', reason],
    ['op_user_id', mchId],
  ]);
  fields.set('sign', signMd5(fields, apiKey));
  const answer = await wechat.request({
    method: 'POST',
    path: '/secapi/pay/refund',
    headers: { 'content-type': 'text/xml' },
    body: writeXml(fields),
  });
  const read = scanXml(await answer.body.text());
  if (read.get('sign') !== signMd5(read, apiKey))
    throw new Error(`WeChat's answer is not signed: ${read.get('return_msg')}`);
  const refundId = read.get('refund_id');
  if (refundId === undefined) throw new Error(`WeChat refuses: ${read.get('err_code_des')}`);
  return refundId;
}
