import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1763700000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE payments (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES orders (id),
        attempt integer NOT NULL,
        account_id text NOT NULL,
        mch_id text NOT NULL,
        app_id text NOT NULL,
        out_trade_no text NOT NULL,
        trade_type text NOT NULL,
        status text NOT NULL,
        amount_fen bigint NOT NULL,
        request jsonb NOT NULL,
        prepaid jsonb,
        prepaid_at timestamptz,
        transaction_id text,
        paid_at timestamptz,
        receipt jsonb,
        failure jsonb,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        next_check_at timestamptz,
        checks integer NOT NULL,
        CONSTRAINT payments_out_trade_no_key UNIQUE (mch_id, out_trade_no),
        CONSTRAINT payments_attempt_key UNIQUE (order_id, attempt),
        CONSTRAINT payments_status_known CHECK (status IN ('CREATED', 'PREPAID', 'SUCCESS', 'CLOSED', 'FAILED')),
        CONSTRAINT payments_amount_positive CHECK (amount_fen >= 1),
        CONSTRAINT payments_success_has_transaction CHECK ((status = 'SUCCESS') = (transaction_id IS NOT NULL)),
        CONSTRAINT payments_open_is_due CHECK ((status IN ('CREATED', 'PREPAID')) = (next_check_at IS NOT NULL))
      )`);
    await queryRunner.query(
      "CREATE UNIQUE INDEX payments_one_open_per_order ON payments (order_id) WHERE status IN ('CREATED', 'PREPAID')",
    );
    await queryRunner.query(
      'CREATE UNIQUE INDEX payments_transaction_key ON payments (mch_id, transaction_id) WHERE transaction_id IS NOT NULL',
    );
    await queryRunner.query(
      'CREATE INDEX payments_due ON payments (next_check_at) WHERE next_check_at IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TRIGGER payments_status_moves BEFORE UPDATE OF status ON payments FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'CREATED>PREPAID', 'CREATED>SUCCESS', 'CREATED>CLOSED', 'CREATED>FAILED',
        'PREPAID>SUCCESS', 'PREPAID>CLOSED', 'CLOSED>SUCCESS', 'FAILED>SUCCESS')`);
    await queryRunner.query(`
      CREATE TABLE suspense_items (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        status text NOT NULL,
        account_id text NOT NULL,
        mch_id text NOT NULL,
        out_trade_no text NOT NULL,
        transaction_id text NOT NULL,
        order_id uuid,
        payment_id uuid,
        amount_fen bigint NOT NULL,
        currency text NOT NULL,
        expected_fen bigint,
        evidence jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT suspense_items_transaction_key UNIQUE (mch_id, transaction_id),
        CONSTRAINT suspense_items_kind_known CHECK (kind IN ('LATE', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN_ORDER')),
        CONSTRAINT suspense_items_status_known CHECK (status IN ('OPEN'))
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE suspense_items');
    await queryRunner.query('DROP TABLE payments');
  }
}
