import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { fromCompactBeijing } from '../../src/common/time/beijing-time.js';
import { GroupCommit } from '../../src/database/group-commit.js';
import { floorPool, setting } from './floor-server.js';
import { scanXml, signMd5 } from './v2.js';

/**
 * Payment notifications decided in groups, as the floor would: all that has arrived meanwhile goes into one statement, without
 * judgement, and nobody handles the jobs. With TABLES=ours it fills our own tables instead of the plain ones.
 */

/** A notification whose signature is right. */
export interface Notice {
  fields: ReadonlyMap<string, string>;
  body: Buffer;
}

interface Group {
  name: string;
  text: string;
  values: (notices: readonly Notice[], now: Date) => unknown[];
}

const field = (name: string, notices: readonly Notice[]): (string | undefined)[] =>
  notices.map(({ fields }) => fields.get(name));
const paidAt = (notices: readonly Notice[]): (Date | undefined)[] =>
  notices.map(({ fields }) => fromCompactBeijing(fields.get('time_end') ?? ''));

const LINES =
  "CROSS JOIN (VALUES ('WECHAT_RECEIVABLE', 1), ('CUSTOMER_DEPOSITS', -1)) AS line(account, sign)";

/** As `notify-floor.ts` writes one. */
const PLAIN: Group = {
  name: 'plain',
  text: `
    WITH notice AS MATERIALIZED (
      SELECT * FROM unnest($1::text[], $3::bytea[], $4::text[], $5::timestamptz[], $6::bigint[])
        AS n(transaction_id, body, out_trade_no, paid_at, fen)),
    inbox AS (
      INSERT INTO notifications (transaction_id, received_at, body, out_trade_no)
      SELECT transaction_id, $2, body, out_trade_no FROM notice
      ON CONFLICT (transaction_id) DO NOTHING RETURNING out_trade_no),
    paid AS (
      UPDATE payments p SET status = 'SUCCESS', transaction_id = notice.transaction_id, paid_at = notice.paid_at
      FROM notice JOIN inbox USING (out_trade_no)
      WHERE p.out_trade_no = notice.out_trade_no AND p.status = 'PREPAID' AND p.amount_fen = notice.fen
      RETURNING p.id, p.order_id, p.amount_fen, p.paid_at),
    marked AS (
      UPDATE orders o SET status = 'PAID', paid_at = paid.paid_at, paid_fen = paid.amount_fen FROM paid
      WHERE o.id = paid.order_id AND o.status = 'PENDING_PAYMENT'),
    booked AS (
      INSERT INTO ledger_entries (subject_id, account, amount_fen, booked_at)
      SELECT paid.id, line.account, line.sign * paid.amount_fen, $2 FROM paid ${LINES})
    INSERT INTO jobs (queue, payload, created_at)
    SELECT 'payment-completed', jsonb_build_object('orderId', order_id, 'paymentId', id), $2 FROM paid`,
  values: (notices, now) => [
    field('transaction_id', notices),
    now,
    notices.map(({ body }) => body),
    field('out_trade_no', notices),
    paidAt(notices),
    field('total_fee', notices),
  ],
};

/** What our service writes for the same. */
const OURS: Group = {
  name: 'ours',
  text: `
    WITH notice AS MATERIALIZED (
      SELECT * FROM unnest($1::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::jsonb[], $8::int[], $9::int[], $10::text[],
                           $11::uuid[], $12::uuid[])
        AS n(transaction_id, out_trade_no, paid_at, fen, receipt, start, length, sha256, id, movement_id)),
    paid AS (
      UPDATE payments p SET status = 'SUCCESS', transaction_id = notice.transaction_id, paid_at = notice.paid_at,
                            receipt = notice.receipt, next_check_at = NULL
      FROM notice WHERE p.out_trade_no = notice.out_trade_no AND p.status = 'PREPAID' AND p.amount_fen = notice.fen
      RETURNING p.id AS payment_id, p.order_id, p.amount_fen, p.account_id, notice.*),
    marked AS (
      UPDATE orders o SET status = 'PAID', paid_at = paid.paid_at, paid_fen = paid.amount_fen, paid_by_payment_id = paid.payment_id
      FROM paid WHERE o.id = paid.order_id AND o.status = 'PENDING_PAYMENT'),
    inbox AS (
      INSERT INTO notifications (id, account_id, kind, received_at, verdict, verified, body, body_sha256, source_ip, out_trade_no,
                                 transaction_id, order_id, payment_id)
      SELECT id, account_id, 'PAYMENT', $2, 'SETTLED', true, substring($3::bytea FROM start FOR length), decode(sha256, 'hex'),
             '127.0.0.1', out_trade_no, transaction_id, order_id, payment_id FROM paid),
    booked AS (
      INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
      SELECT movement_id, 'PAYMENT_RECEIVED', payment_id, account_id, line.account, line.sign * amount_fen, 'CNY', $2
      FROM paid ${LINES})
    INSERT INTO pgboss.job (name, data)
    SELECT 'events', jsonb_build_object('together', jsonb_agg(jsonb_build_object(
      'id', id, 'type', 'payment.succeeded', 'at', $2, 'orderId', order_id, 'paymentId', payment_id))) FROM paid`,
  values: (notices, now) => {
    let next = 1;
    const starts = notices.map(({ body }) => {
      const start = next;
      next += body.length;
      return start;
    });
    return [
      field('transaction_id', notices),
      now,
      Buffer.concat(notices.map(({ body }) => body)),
      field('out_trade_no', notices),
      paidAt(notices),
      field('total_fee', notices),
      notices.map(({ fields }) => JSON.stringify(Object.fromEntries(fields))),
      starts,
      notices.map(({ body }) => body.length),
      notices.map(({ body }) => hash('sha256', body)),
      notices.map(() => uuidv7()),
      notices.map(() => uuidv7()),
    ];
  },
};

const pool = floorPool();
const apiKey = setting('WXPAY_API_KEY');
const { name, text, values } = setting('TABLES') === 'ours' ? OURS : PLAIN;
export const OK =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

const groups = new GroupCommit<Notice, undefined>({
  keyOf: ({ fields }) => fields.get('out_trade_no') ?? '',
  decide: async (notices) => {
    await pool.query({ name, text, values: values(notices, new Date()) });
    return notices.map(() => undefined);
  },
  onGroupFailed: (_, cause) => console.error(cause),
  limit: 1024,
  patienceMs: 4500,
});

/** @returns undefined when the signature is wrong */
export function believe(body: Buffer): Notice | undefined {
  const fields = scanXml(body.toString());
  return fields.get('sign') === signMd5(fields, apiKey) ? { fields, body } : undefined;
}

/** Resolves once it is committed. */
export async function settle(notice: Notice): Promise<void> {
  await groups.submit(notice);
}
