/**
 * The rows that a year of trade leaves behind, a portion of numbers at a time. Ids are uuidv7 of the moment that made
 * them, so tables and indexes lie in the order of time, as in life. Beside every paid order stand, by its number: one that
 * nobody paid (every 20th), a refund (every 50th), a repeated notification (every 100th).
 */

const BEIJING = "AT TIME ZONE 'Asia/Shanghai'";
/** Ordered longer ago than this, it has been sent; than that, it has arrived. */
const SENT_AFTER = "interval '2 days'";
const ARRIVED_AFTER = "interval '12 days'";
/** Bills are compared the next morning, so yesterday's payments have no fee yet. */
const FEE_MORNING = `(date_trunc('day', paid_at ${BEIJING}) + interval '1 day 10 hours 30 minutes') ${BEIJING}`;

/** $1 how many, $2 end of the year, $3 app. One joins after the other; `buyer_places` finds one by his place. */
export const BUYERS = `
  CREATE UNLOGGED TABLE buyer_places AS
  SELECT place, uuidv7(joined_at - clock_timestamp()) AS id, joined_at, 'oBench' || lpad(place::text, 22, '0') AS openid
  FROM (SELECT place, $2::timestamptz - interval '365 days' + place * (interval '365 days' / $1::bigint) AS joined_at
        FROM generate_series(0, $1::bigint - 1) AS place ORDER BY place) AS joined`;
export const BUYERS_KEPT = `
  INSERT INTO buyers (id, app_id, openid, created_at, last_login_at)
  SELECT id, $1, openid, joined_at, joined_at FROM buyer_places ORDER BY place`;

/** $1 first number, $2 last one, $3 how many in all, $4 buyers, $5 end of the year, $6 app, $7 merchant number, $8 a product. */
export const PORTION = `
  CREATE TEMP TABLE portion ON COMMIT DROP AS
  SELECT i, fen, at, at + interval '20 seconds' AS paid_at, order_no, order_no || '-1' AS out_trade_no,
         '420000' || substr(order_no, 1, 8) || lpad(i::text, 14, '0') AS transaction_id,
         uuidv7(at - clock_timestamp()) AS order_id, uuidv7(at - clock_timestamp()) AS payment_id,
         b.id AS buyer_id, b.openid, '1' || lpad(((3000000000 + 7 * place) % 10000000000)::text, 10, '0') AS phone,
         CASE WHEN at < $5 - ${SENT_AFTER} THEN at + interval '1 day' END AS shipped_at,
         CASE WHEN at < $5 - ${ARRIVED_AFTER} THEN at + interval '5 days' END AS completed_at,
         CASE WHEN i % 50 = 0 AND at < $5 - ${ARRIVED_AFTER} THEN fen / (1 + i / 50 % 2) ELSE 0 END AS refunded_fen,
         i % 500 = 0 AND at >= $5 - ${SENT_AFTER} AS refund_asked,
         at < (date_trunc('day', $5 ${BEIJING}) - interval '1 day') ${BEIJING} AS billed,
         $6::text AS app_id, $7::text AS mch_id, $8::uuid AS product_id
  FROM (SELECT *, to_char(at ${BEIJING}, 'YYYYMMDDHH24MISS') || lpad(i::text, 10, '0') AS order_no
        FROM (SELECT i, 1000 + i % 9000 AS fen,
                     date_trunc('milliseconds', $5::timestamptz - interval '365 days' * (1 - i / ($3::float8 + 1))) AS at,
                     floor(i * 2654435761 % 4294967296 / 4294967296.0 * $4::bigint * i / ($3::bigint + 1))::bigint AS place
              FROM generate_series($1::bigint, $2::bigint) AS i) AS numbers) AS numbered
    JOIN buyer_places b USING (place)
  ORDER BY i`;

const ORDERS = `
  INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen,
                      paid_by_payment_id, address, created_at, expires_at, paid_at, shipment, completed_at, receipt_check_at)
  SELECT order_id, order_no, buyer_id,
         CASE WHEN completed_at IS NOT NULL THEN 'COMPLETED' WHEN shipped_at IS NOT NULL THEN 'SHIPPED' ELSE 'PAID' END,
         fen, 0, fen, fen, refunded_fen, payment_id,
         jsonb_build_object('name', '张三', 'phone', phone, 'province', '广东省', 'city', '深圳市', 'district', '南山区',
                            'detail', '科技园科苑路 ' || i % 1000 || ' 号'),
         at, at + interval '20 minutes', paid_at,
         CASE WHEN shipped_at IS NOT NULL THEN jsonb_build_object('logisticsType', 'EXPRESS', 'carrier', 'SF',
           'trackingNo', 'SF' || i, 'itemDesc', '手冲咖啡豆', 'shippedAt', shipped_at, 'revision', 1,
           'parcels', jsonb_build_array(jsonb_build_object('carrier', 'SF', 'trackingNo', 'SF' || i, 'itemDesc', '手冲咖啡豆'))) END,
         completed_at, CASE WHEN completed_at IS NULL AND shipped_at IS NOT NULL THEN now() + interval '1 day' END
  FROM portion ORDER BY i`;
const ITEMS = `
  INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
  SELECT order_id, 0, product_id, '手冲咖啡豆 250g', fen, 1, fen FROM portion ORDER BY i`;
const PAYMENTS = `
  INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen,
                        request, prepaid, prepaid_at, transaction_id, paid_at, receipt, created_at, expires_at, checks)
  SELECT payment_id, order_id, 1, 'default', mch_id, app_id, out_trade_no, 'JSAPI', 'SUCCESS', fen,
         jsonb_build_object('outTradeNo', out_trade_no, 'tradeType', 'JSAPI', 'appId', app_id, 'description', '手冲咖啡豆 250g',
                            'totalFen', fen, 'currency', 'CNY', 'clientIp', '203.0.113.7', 'openid', openid,
                            'notifyUrl', 'https://pay.example.com/notify/wxpay/default/payment',
                            'startsAt', at, 'expiresAt', at + interval '20 minutes'),
         jsonb_build_object('prepayId', 'wx' || order_no || 'a1b2c3d4e5f6'), at, transaction_id, paid_at,
         jsonb_build_object('appid', app_id, 'bank_type', 'OTHERS', 'cash_fee', fen::text, 'fee_type', 'CNY',
                            'is_subscribe', 'N', 'mch_id', mch_id, 'openid', openid, 'out_trade_no', out_trade_no,
                            'result_code', 'SUCCESS', 'return_code', 'SUCCESS', 'time_end', substr(order_no, 1, 14),
                            'total_fee', fen::text, 'trade_type', 'JSAPI', 'transaction_id', transaction_id),
         at, at + interval '20 minutes', 0
  FROM portion ORDER BY i`;
/** As long as WeChat's own, and with a place for the signature. */
const NOTICE = `'<xml><appid><![CDATA[' || app_id || ']]></appid><bank_type><![CDATA[OTHERS]]></bank_type><cash_fee><![CDATA['
  || fen || ']]></cash_fee><fee_type><![CDATA[CNY]]></fee_type><is_subscribe><![CDATA[N]]></is_subscribe><mch_id><![CDATA['
  || mch_id || ']]></mch_id><nonce_str><![CDATA[' || md5(order_no) || ']]></nonce_str><openid><![CDATA[' || openid
  || ']]></openid><out_trade_no><![CDATA[' || out_trade_no || ']]></out_trade_no><result_code><![CDATA[SUCCESS]]></result_code>'
  || '<return_code><![CDATA[SUCCESS]]></return_code><sign><![CDATA[' || upper(md5(out_trade_no)) || ']]></sign><time_end><![CDATA['
  || substr(order_no, 1, 14) || ']]></time_end><total_fee>' || fen || '</total_fee><trade_type><![CDATA[JSAPI]]></trade_type>'
  || '<transaction_id><![CDATA[' || transaction_id || ']]></transaction_id></xml>'`;
const NOTIFICATIONS = `
  INSERT INTO notifications (id, account_id, kind, received_at, verdict, verified, body, body_sha256, source_ip, out_trade_no,
                             transaction_id, order_id, payment_id)
  SELECT uuidv7(received_at - clock_timestamp()), 'default', 'PAYMENT', received_at, verdict, true, convert_to(${NOTICE}, 'UTF8'),
         sha256(convert_to(order_no, 'UTF8')), '203.0.113.20', out_trade_no, transaction_id, order_id, payment_id
  FROM portion CROSS JOIN LATERAL (VALUES (paid_at, 'SETTLED'), (paid_at + interval '15 seconds', 'DUPLICATE')) AS n(received_at, verdict)
  WHERE verdict = 'SETTLED' OR i % 100 = 0 ORDER BY i, received_at`;

/** One movement of two lines for each row of `from`: `subject_id`, `fen` and `booked_at`. */
const movement = (kind: string, debit: string, credit: string, from: string): string => `
  INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
  SELECT movement_id, '${kind}', subject_id, 'default', account, sign * fen, 'CNY', booked_at
  FROM (SELECT uuidv7(booked_at - clock_timestamp()) AS movement_id, * FROM (${from}) AS money WHERE fen <> 0 ORDER BY booked_at) AS moved,
       (VALUES ('${debit}', 1), ('${credit}', -1)) AS line(account, sign)`;
/** 0.6 %, as WeChat's bill has it. */
const FEE = (fen: string): string => `round(${fen} * 0.006)::bigint`;
const PAYMENT_MOVEMENTS = movement(
  'PAYMENT_RECEIVED',
  'WECHAT_RECEIVABLE',
  'CUSTOMER_DEPOSITS',
  'SELECT payment_id AS subject_id, fen, paid_at AS booked_at FROM portion',
);
const FEE_MOVEMENTS = movement(
  'FEE_CHARGED',
  'FEES',
  'WECHAT_RECEIVABLE',
  `SELECT payment_id AS subject_id, ${FEE('fen')} AS fen, ${FEE_MORNING} AS booked_at FROM portion WHERE billed`,
);

/** Nobody paid these within their twenty minutes. */
const CLOSED = `
  WITH closed AS (
    SELECT *, uuidv7(at - clock_timestamp()) AS closed_id, substr(order_no, 1, 14) || '9' || substr(order_no, 16) AS closed_no
    FROM portion WHERE i % 20 = 0 ORDER BY i),
  kept AS (
    INSERT INTO orders (id, order_no, buyer_id, status, total_fen, discount_fen, payable_fen, paid_fen, refunded_fen, created_at,
                        expires_at, closed_at)
    SELECT closed_id, closed_no, buyer_id, 'CLOSED', fen, 0, fen, 0, 0, at, at + interval '20 minutes', at + interval '21 minutes'
    FROM closed),
  item AS (
    INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
    SELECT closed_id, 0, product_id, '手冲咖啡豆 250g', fen, 1, fen FROM closed)
  INSERT INTO payments (id, order_id, attempt, account_id, mch_id, app_id, out_trade_no, trade_type, status, amount_fen, request,
                        prepaid, prepaid_at, created_at, expires_at, checks)
  SELECT uuidv7(at - clock_timestamp()), closed_id, 1, 'default', mch_id, app_id, closed_no || '-1', 'JSAPI', 'CLOSED', fen,
         jsonb_build_object('outTradeNo', closed_no || '-1', 'tradeType', 'JSAPI', 'totalFen', fen, 'currency', 'CNY'),
         jsonb_build_object('prepayId', 'wx' || closed_no || 'a1b2c3d4e5f6'), at, at, at + interval '20 minutes', 8
  FROM closed`;

/** Asked for on the third day and given back on the fourth; the newest wait for somebody's decision. */
const PORTION_REFUNDS = `
  CREATE TEMP TABLE portion_refunds ON COMMIT DROP AS
  SELECT *, uuidv7(asked_at - clock_timestamp()) AS id, out_trade_no || '-R' || lpad((i % 100000000)::text, 8, '0') AS refund_no,
         '5030000' || lpad(i::text, 21, '0') AS wechat_id,
         CASE WHEN refunded_fen > 0 THEN asked_at + interval '3 hours' END AS approved_at,
         CASE WHEN refunded_fen > 0 THEN asked_at + interval '1 day' END AS succeeded_at
  FROM (SELECT *, CASE WHEN refunded_fen > 0 THEN at + interval '3 days' ELSE at + interval '1 hour' END AS asked_at
        FROM portion WHERE refunded_fen > 0 OR refund_asked) AS refunded ORDER BY asked_at`;
const REFUNDS = `
  INSERT INTO refunds (id, refund_no, order_id, payment_id, account_id, app_id, status, amount_fen, reason, requested_by,
                       reviewed_by, refund_id, calls, called_at, receipt, created_at, reviewed_at, succeeded_at)
  SELECT id, refund_no, order_id, payment_id, 'default', app_id,
         CASE WHEN approved_at IS NULL THEN 'REQUESTED' ELSE 'SUCCESS' END,
         CASE WHEN approved_at IS NULL THEN fen ELSE refunded_fen END, '尺寸不合适',
         jsonb_build_object('kind', 'buyer', 'id', buyer_id, 'name', '买家'),
         CASE WHEN approved_at IS NOT NULL THEN jsonb_build_object('kind', 'operator', 'id', buyer_id, 'name', '财务') END,
         CASE WHEN approved_at IS NOT NULL THEN wechat_id END,
         CASE WHEN approved_at IS NULL THEN 0 ELSE 1 END, approved_at,
         CASE WHEN approved_at IS NOT NULL THEN jsonb_build_object('refund_id', wechat_id, 'refund_status', 'SUCCESS') END,
         asked_at, approved_at, succeeded_at
  FROM portion_refunds ORDER BY asked_at`;
const APPROVALS = `
  INSERT INTO refund_approvals (refund_id, operator_id, operator_name, approved_at)
  SELECT id, buyer_id, '财务', approved_at FROM portion_refunds WHERE approved_at IS NOT NULL`;
const REFUND_NOTIFICATIONS = `
  INSERT INTO notifications (id, account_id, kind, received_at, verdict, verified, body, body_sha256, source_ip, order_id, payment_id,
                             refund_id)
  SELECT uuidv7(succeeded_at - clock_timestamp()), 'default', 'REFUND', succeeded_at, 'CONCLUDED', true,
         convert_to(repeat(md5(refund_no), 30), 'UTF8'), sha256(convert_to(refund_no, 'UTF8')), '203.0.113.20', order_id, payment_id, id
  FROM portion_refunds WHERE succeeded_at IS NOT NULL ORDER BY asked_at`;
const BILLED = `
  INSERT INTO billed (subject_id, billed_on)
  SELECT id, (approved_at ${BEIJING})::date FROM portion_refunds WHERE approved_at IS NOT NULL`;
const REFUND_MOVEMENTS = movement(
  'REFUND_PAID',
  'CUSTOMER_DEPOSITS',
  'WECHAT_RECEIVABLE',
  'SELECT id AS subject_id, refunded_fen AS fen, succeeded_at AS booked_at FROM portion_refunds',
);
const FEE_GIVEN_BACK = movement(
  'FEE_CHARGED',
  'WECHAT_RECEIVABLE',
  'FEES',
  `SELECT id AS subject_id, ${FEE('refunded_fen')} AS fen, succeeded_at + interval '12 hours' AS booked_at FROM portion_refunds`,
);

/** What is written of one portion, in this order, after `PORTION` in the same transaction. */
export const PAST_ROWS = [
  ORDERS,
  ITEMS,
  PAYMENTS,
  NOTIFICATIONS,
  PAYMENT_MOVEMENTS,
  FEE_MOVEMENTS,
  CLOSED,
  PORTION_REFUNDS,
  REFUNDS,
  APPROVALS,
  REFUND_NOTIFICATIONS,
  BILLED,
  REFUND_MOVEMENTS,
  FEE_GIVEN_BACK,
] as const;

/** Every day but yesterday has been compared; the service would catch up on days that were not. $1 end of the year. */
export const RECONCILED = `
  INSERT INTO reconciliations (id, account_id, date, status, attempts, created_at, finished_at)
  SELECT uuidv7(day - clock_timestamp()), 'default', (day ${BEIJING})::date, 'DONE', 1, day + interval '1 day', day + interval '2 days'
  FROM generate_series($1::timestamptz - interval '365 days', $1::timestamptz - interval '2 days', interval '1 day') AS day`;
