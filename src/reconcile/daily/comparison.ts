import { statement } from '../../database/sql.js';

/**
 * The comparison, set by set, so that a million rows are one pass each. All of it reads `bill_rows` (bill-staging.ts) and
 * runs in one transaction; it locks nothing of orders, payments and refunds.
 */

/** Times as the API writes them. */
const ISO = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')`;

export const CREATE_MATCHES = statement(
  'create-bill-matches',
  `CREATE TEMP TABLE bill_matches (
     LIKE bill_rows, copy bigint, subject_id uuid, subject_kind text, our_account text, our_amount_fen bigint, our_state text,
     our_at timestamptz, our_settlement_fen bigint, booked_fee_fen bigint
   ) ON COMMIT DROP`,
);

/**
 * Every row with what we have of it. Money in suspense is ours too, under what really arrived. A payment that we know by
 * its number but do not hold as paid is matched with its state; a refund by our number, unless it has another of WeChat's.
 * $1 merchant number, $2 ids of its accounts.
 */
export const MATCH = statement(
  'match-bill-rows',
  `INSERT INTO bill_matches
   SELECT b.*,
          row_number() OVER (PARTITION BY coalesce(b.refund_id, b.transaction_id), b.refund_id IS NULL ORDER BY b.line),
          coalesce(s.id, p.id, r.id, a.id),
          CASE WHEN s.id IS NOT NULL THEN 'suspense' WHEN p.id IS NOT NULL OR a.id IS NOT NULL THEN 'payment'
               WHEN r.id IS NOT NULL THEN 'refund' END,
          coalesce(s.account_id, p.account_id, r.account_id, a.account_id),
          coalesce(s.amount_fen, p.amount_fen, r.amount_fen, a.amount_fen),
          CASE WHEN s.id IS NOT NULL THEN 'SUCCESS' ELSE coalesce(p.status, r.status, a.status) END,
          coalesce(p.paid_at, r.called_at, b.at),
          l.amount_fen, f.amount_fen
   FROM bill_rows b
     LEFT JOIN suspense_items s ON b.refund_id IS NULL AND s.mch_id = $1 AND s.transaction_id = b.transaction_id
     LEFT JOIN payments p ON b.refund_id IS NULL AND p.mch_id = $1 AND p.transaction_id = b.transaction_id
     LEFT JOIN payments a ON b.refund_id IS NULL AND a.mch_id = $1 AND a.out_trade_no = b.out_trade_no AND a.status <> 'SUCCESS'
     LEFT JOIN refunds r ON b.refund_id IS NOT NULL AND r.account_id = ANY ($2::text[]) AND r.refund_no = b.out_refund_no
       AND (r.refund_id IS NULL OR r.refund_id = b.refund_id)
     LEFT JOIN ledger_entries l ON l.subject_id = coalesce(s.id, p.id, r.id) AND l.account = 'WECHAT_RECEIVABLE'
       AND l.kind IN ('PAYMENT_RECEIVED', 'SUSPENSE_RECEIVED', 'REFUND_PAID', 'SUSPENSE_RETURNED')
     LEFT JOIN ledger_entries f ON f.subject_id = coalesce(s.id, p.id, r.id) AND f.account = 'FEES' AND f.kind = 'FEE_CHARGED'`,
);
export const ANALYZE_MATCHES = statement('analyze-bill-matches', 'ANALYZE bill_matches');

/** With the fee that comes back with a refund which is still under way: fee-booking.ts books it when it is true. */
export const REMEMBER_BILLED = statement(
  'remember-billed',
  `INSERT INTO billed AS b (subject_id, billed_on, waiting_fee_fen)
   SELECT subject_id, $1::date,
          CASE WHEN refund_id IS NOT NULL AND our_settlement_fen IS NULL
               THEN nullif(round(fee_milli_fen / 1000.0)::bigint, 0) END
   FROM bill_matches
   WHERE copy = 1 AND subject_id IS NOT NULL
     AND (refund_id IS NOT NULL OR (our_at AT TIME ZONE 'Asia/Shanghai')::date <> $1::date)
   ON CONFLICT (subject_id) DO UPDATE SET waiting_fee_fen = excluded.waiting_fee_fen
   WHERE b.waiting_fee_fen IS DISTINCT FROM excluded.waiting_fee_fen`,
);

/**
 * Ours of the day that no bill has. A refund counts once WeChat has accepted it; a closed one stands in no bill.
 * $1 merchant number, $2 ids of its accounts, $3 and $4 the day's begin and end.
 */
const OURS_UNBILLED = `
  SELECT o.* FROM (
    SELECT p.id, 'payment' AS kind, p.transaction_id AS number, p.amount_fen, p.status, p.paid_at AS at, p.out_trade_no
    FROM payments p
    WHERE p.mch_id = $1 AND p.status = 'SUCCESS' AND p.paid_at >= $3 AND p.paid_at < $4
      AND NOT EXISTS (SELECT FROM suspense_items s WHERE s.mch_id = p.mch_id AND s.transaction_id = p.transaction_id)
    UNION ALL
    SELECT s.id, 'suspense', s.transaction_id, s.amount_fen, 'SUCCESS', s.at, s.out_trade_no
    FROM (SELECT s.*, coalesce((s.evidence->>'success_time')::timestamptz,
                 to_timestamp(s.evidence->>'time_end', 'YYYYMMDDHH24MISS')::timestamp AT TIME ZONE 'Asia/Shanghai',
                 s.created_at) AS at
          FROM suspense_items s WHERE s.mch_id = $1) s
    WHERE s.at >= $3 AND s.at < $4
    UNION ALL
    SELECT r.id, 'refund', coalesce(r.refund_id, r.refund_no), r.amount_fen, r.status, r.called_at, r.refund_no
    FROM refunds r
    WHERE r.account_id = ANY ($2::text[]) AND r.called_at >= $3 AND r.called_at < $4
      AND r.refund_id IS NOT NULL AND r.status IN ('PROCESSING', 'SUCCESS', 'ABNORMAL')
  ) o
  WHERE NOT EXISTS (SELECT FROM bill_matches m WHERE m.subject_id = o.id)
    AND NOT EXISTS (SELECT FROM billed x WHERE x.subject_id = o.id)`;

/** What was booked before counts as a fact only where it is another fee: the first run books what the bill says. */
const OURS = `jsonb_strip_nulls(jsonb_build_object('kind', subject_kind, 'id', subject_id, 'state', our_state,
  'amountFen', our_amount_fen, 'settlementFen', abs(our_settlement_fen),
  'bookedFeeFen', CASE WHEN booked_fee_fen <> round(fee_milli_fen / 1000.0) THEN booked_fee_fen END))`;
const THEIRS = `jsonb_strip_nulls(jsonb_build_object('transactionId', transaction_id, 'outTradeNo', out_trade_no,
  'refundId', refund_id, 'outRefundNo', out_refund_no, 'state', coalesce(refund_state, state), 'at', ${ISO('at')},
  'amountFen', CASE WHEN refund_id IS NULL THEN total_fen ELSE refund_total_fen END,
  'settlementFen', CASE WHEN refund_id IS NULL THEN settlement_fen ELSE refund_settlement_fen END,
  'feeMilliFen', fee_milli_fen))`;

/** Whether the row's amounts are ours: the order's, where the layout tells it, and what the journal has as settled. */
const AMOUNT_DIFFERS = `CASE WHEN refund_id IS NULL
    THEN coalesce(total_fen <> our_amount_fen, false) OR coalesce(settlement_fen <> our_settlement_fen, false)
    ELSE coalesce(refund_total_fen <> our_amount_fen, false) OR coalesce(refund_settlement_fen <> -our_settlement_fen, false) END`;

/** A bill is a moment of the next morning: ours may be further, never back. */
const STATE_DIFFERS = `CASE WHEN refund_id IS NULL THEN state <> 'SUCCESS' OR our_state <> 'SUCCESS'
    ELSE our_state <> ALL (CASE refund_state
      WHEN 'SUCCESS' THEN ARRAY['SUCCESS']
      WHEN 'PROCESSING' THEN ARRAY['PROCESSING', 'SUCCESS', 'ABNORMAL', 'CLOSED']
      WHEN 'CHANGE' THEN ARRAY['ABNORMAL', 'PROCESSING', 'SUCCESS', 'CLOSED']
      WHEN 'ABNORMAL' THEN ARRAY['ABNORMAL', 'PROCESSING', 'SUCCESS', 'CLOSED']
      WHEN 'FAIL' THEN ARRAY['CLOSED', 'FAILED']
      WHEN 'CLOSED' THEN ARRAY['CLOSED', 'FAILED']
      ELSE ARRAY[]::text[] END) END`;

/**
 * The fee is what was booked, and what the rate says: to half a fen, because WeChat rounds; to a fen for refunds, whose
 * share of it WeChat rounds again.
 */
const FEE_DIFFERS = `coalesce(booked_fee_fen <> round(fee_milli_fen / 1000.0), false)
  OR (rate IS NOT NULL AND NOT (${AMOUNT_DIFFERS})
      AND abs(fee_milli_fen * 1000 - (CASE WHEN refund_id IS NULL THEN settlement_fen ELSE -refund_settlement_fen END) * rate)
          > CASE WHEN refund_id IS NULL THEN 500000 ELSE 1000000 END)`;

export const CREATE_FOUND = statement(
  'create-found-differences',
  `CREATE TEMP TABLE found (kind text, number text, status text, subject_id uuid, ours jsonb, theirs jsonb) ON COMMIT DROP`,
);

const COMPARED = (kind: string, differs: string): string => `
  SELECT '${kind}', coalesce(refund_id, transaction_id), 'OPEN', subject_id, ${OURS}, ${THEIRS} FROM bill_matches
  WHERE copy = 1 AND subject_id IS NOT NULL AND (${differs})`;

/** $1–$4 as above, $5 ours before and $6 ours from this time on wait for a neighbour's bill, $7 whether they still wait. */
export const FIND = statement(
  'find-differences',
  `INSERT INTO found (kind, number, status, subject_id, ours, theirs)
   SELECT CASE WHEN refund_id IS NULL THEN 'PAYMENT_MISSING_HERE' ELSE 'REFUND_MISSING_HERE' END,
          coalesce(refund_id, transaction_id), 'OPEN', NULL, NULL, ${THEIRS}
   FROM bill_matches WHERE copy = 1 AND subject_id IS NULL
   UNION ALL
   SELECT 'DUPLICATE', coalesce(refund_id, transaction_id), 'OPEN', subject_id, ${OURS}, ${THEIRS} || jsonb_build_object('copies', copies)
   FROM (SELECT *, count(*) OVER (PARTITION BY coalesce(refund_id, transaction_id), refund_id IS NULL) AS copies
         FROM bill_matches m WHERE EXISTS (SELECT FROM bill_matches d WHERE d.copy = 2
           AND coalesce(d.refund_id, d.transaction_id) = coalesce(m.refund_id, m.transaction_id))) twice
   WHERE copy = 1 AND copies > 1
   UNION ALL ${COMPARED('AMOUNT', AMOUNT_DIFFERS)}
   UNION ALL ${COMPARED('STATE', STATE_DIFFERS)}
   UNION ALL ${COMPARED('FEE', FEE_DIFFERS)}
   UNION ALL
   SELECT CASE WHEN $7 AND (at < $5 OR at >= $6) THEN 'CROSS_DAY' WHEN kind = 'refund' THEN 'REFUND_MISSING_AT_WECHAT'
               ELSE 'PAYMENT_MISSING_AT_WECHAT' END,
          number, CASE WHEN $7 AND (at < $5 OR at >= $6) THEN 'WAITING' ELSE 'OPEN' END, id,
          jsonb_build_object('kind', kind, 'id', id, 'state', status, 'amountFen', amount_fen,
            CASE WHEN kind = 'refund' THEN 'outRefundNo' ELSE 'outTradeNo' END, out_trade_no, 'at', ${ISO('at')}), NULL
   FROM (${OURS_UNBILLED}) unbilled`,
);

export const ADD_FOUND = statement(
  'add-found-difference',
  `INSERT INTO found (kind, number, status, subject_id, ours, theirs)
   SELECT 'TOTALS', number, 'OPEN', NULL, ours, theirs
   FROM jsonb_to_recordset($1::jsonb) AS t(number text, ours jsonb, theirs jsonb)`,
);

/**
 * A second run of a day meets its own rows; a person's word holds as long as the facts are those he spoke about, and
 * while what he spoke about only waits for the next day's bill: that counts for nothing yet.
 */
export const KEEP_FOUND = statement(
  'keep-found-differences',
  `INSERT INTO reconciliation_differences AS d (id, reconciliation_id, kind, number, status, subject_id, ours, theirs, found_at)
   SELECT gen_random_uuid(), $1, kind, number, status, subject_id, ours, theirs, $2 FROM found ORDER BY kind, number
   ON CONFLICT (reconciliation_id, kind, number) DO UPDATE SET
     status = CASE WHEN d.status = 'RESOLVED' AND (excluded.status = 'WAITING'
                          OR (d.ours, d.theirs) IS NOT DISTINCT FROM (excluded.ours, excluded.theirs))
                   THEN 'RESOLVED' ELSE excluded.status END,
     subject_id = excluded.subject_id, ours = excluded.ours, theirs = excluded.theirs`,
);

/** What is no longer found needs nobody any more. */
export const CLEAR_GONE = statement(
  'clear-gone-differences',
  `UPDATE reconciliation_differences d SET status = 'CLEARED'
   WHERE reconciliation_id = $1 AND status IN ('OPEN', 'WAITING')
     AND NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.number = d.number)`,
);

/** The day after has come: what it does not have either counts now. $1 account, $2 the day before. */
export const EXPLAIN_WAITING = statement(
  'explain-waiting-differences',
  `UPDATE reconciliation_differences d SET status = 'CLEARED'
   FROM reconciliations r
   WHERE r.id = d.reconciliation_id AND r.account_id = $1 AND r.date = $2::date AND d.status = 'WAITING'
     AND EXISTS (SELECT FROM billed b WHERE b.subject_id = d.subject_id)`,
);
export const COUNT_WAITING = statement(
  'count-waiting-differences',
  `UPDATE reconciliation_differences d SET status = 'OPEN',
     kind = CASE WHEN d.ours->>'kind' = 'refund' THEN 'REFUND_MISSING_AT_WECHAT' ELSE 'PAYMENT_MISSING_AT_WECHAT' END
   FROM reconciliations r
   WHERE r.id = d.reconciliation_id AND r.account_id = $1 AND r.date = $2::date AND d.status = 'WAITING'
   RETURNING r.id`,
);

/** What the journal has for the day and for what the bill names; beside it, what the bill's rows come to. */
export const SUM_BILL = statement(
  'sum-bill',
  `SELECT count(*) FILTER (WHERE refund_id IS NULL) AS payments,
          coalesce(sum(settlement_fen) FILTER (WHERE refund_id IS NULL), 0)::bigint AS "paymentsFen",
          count(*) FILTER (WHERE refund_id IS NOT NULL) AS refunds,
          coalesce(sum(refund_settlement_fen) FILTER (WHERE refund_id IS NOT NULL), 0)::bigint AS "refundsFen",
          coalesce(sum(fee_milli_fen), 0)::bigint AS "feeMilliFen"
   FROM bill_rows`,
);
export const SUM_LEDGER = statement(
  'sum-ledger-of-bill',
  `SELECT count(*) FILTER (WHERE l.kind IN ('PAYMENT_RECEIVED', 'SUSPENSE_RECEIVED')) AS payments,
          coalesce(sum(l.amount_fen) FILTER (WHERE l.kind IN ('PAYMENT_RECEIVED', 'SUSPENSE_RECEIVED')), 0)::bigint AS "paymentsFen",
          count(*) FILTER (WHERE l.kind IN ('REFUND_PAID', 'SUSPENSE_RETURNED')) AS refunds,
          coalesce(-sum(l.amount_fen) FILTER (WHERE l.kind IN ('REFUND_PAID', 'SUSPENSE_RETURNED')), 0)::bigint AS "refundsFen",
          coalesce(-1000 * sum(l.amount_fen) FILTER (WHERE l.kind = 'FEE_CHARGED'), 0)::bigint AS "feeMilliFen"
   FROM (SELECT subject_id AS id FROM bill_matches WHERE copy = 1 AND subject_id IS NOT NULL
         UNION SELECT id FROM (${OURS_UNBILLED}) unbilled) subjects
     JOIN ledger_entries l ON l.subject_id = subjects.id AND l.account = 'WECHAT_RECEIVABLE'`,
);
