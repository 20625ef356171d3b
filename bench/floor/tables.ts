/**
 * The floor's tables: the columns a payment needs and the keys that correctness needs, nothing else — no foreign
 * keys, checks, triggers or search indexes, all of which our own schema pays for. Names are ours, so that the same
 * books are checked on both sides.
 */
export const FLOOR_TABLES = `
  CREATE TABLE buyers (id uuid PRIMARY KEY, openid text NOT NULL);
  CREATE TABLE products (
    id uuid PRIMARY KEY, name text NOT NULL, price_fen bigint NOT NULL, stock integer NOT NULL);
  CREATE TABLE orders (
    id uuid PRIMARY KEY, order_no text NOT NULL UNIQUE, buyer_id uuid NOT NULL, status text NOT NULL,
    total_fen bigint NOT NULL, payable_fen bigint NOT NULL, paid_fen bigint NOT NULL,
    created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, paid_at timestamptz);
  CREATE TABLE order_items (
    order_id uuid NOT NULL, line integer NOT NULL, product_id uuid NOT NULL, name text NOT NULL,
    unit_price_fen bigint NOT NULL, quantity integer NOT NULL, payable_fen bigint NOT NULL,
    PRIMARY KEY (order_id, line));
  CREATE TABLE payments (
    id uuid PRIMARY KEY, order_id uuid NOT NULL, out_trade_no text NOT NULL UNIQUE, status text NOT NULL,
    amount_fen bigint NOT NULL, prepaid jsonb, prepaid_at timestamptz, transaction_id text, paid_at timestamptz,
    created_at timestamptz NOT NULL);
  CREATE TABLE notifications (
    transaction_id text PRIMARY KEY, received_at timestamptz NOT NULL, body bytea NOT NULL, out_trade_no text NOT NULL);
  CREATE TABLE ledger_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject_id uuid NOT NULL, account text NOT NULL,
    amount_fen bigint NOT NULL, booked_at timestamptz NOT NULL);
  CREATE TABLE refunds (
    id uuid PRIMARY KEY, refund_no text NOT NULL UNIQUE, payment_id uuid NOT NULL, status text NOT NULL,
    amount_fen bigint NOT NULL, reason text NOT NULL, reviewed_by text, reviewed_at timestamptz, called_at timestamptz,
    refund_id text, accepted_at timestamptz);
  CREATE INDEX ON refunds (payment_id);
  CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, operator_name text NOT NULL,
    action text NOT NULL, subject_id uuid NOT NULL);
  CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, queue text NOT NULL, payload jsonb NOT NULL,
    created_at timestamptz NOT NULL)`;
