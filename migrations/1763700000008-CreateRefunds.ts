import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRefunds1763700000008 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE refunds (
        id uuid PRIMARY KEY,
        refund_no text NOT NULL,
        order_id uuid NOT NULL REFERENCES orders (id),
        payment_id uuid NOT NULL REFERENCES payments (id),
        account_id text NOT NULL,
        app_id text NOT NULL,
        status text NOT NULL,
        amount_fen bigint NOT NULL,
        reason text NOT NULL,
        items jsonb,
        restock boolean NOT NULL DEFAULT false,
        requested_by jsonb NOT NULL,
        reviewed_by jsonb,
        review_note text,
        refund_id text,
        failure jsonb,
        waiting jsonb,
        uncertain boolean NOT NULL DEFAULT false,
        calls integer NOT NULL DEFAULT 0,
        called_at timestamptz,
        next_check_at timestamptz,
        receipt jsonb,
        created_at timestamptz NOT NULL,
        reviewed_at timestamptz,
        succeeded_at timestamptz,
        CONSTRAINT refunds_refund_no_key UNIQUE (refund_no),
        CONSTRAINT refunds_amount_positive CHECK (amount_fen >= 1),
        CONSTRAINT refunds_status_known CHECK (status IN ('REQUESTED', 'REJECTED', 'WITHDRAWN', 'APPROVED', 'PROCESSING',
          'SUCCESS', 'ABNORMAL', 'CLOSED', 'FAILED')),
        CONSTRAINT refunds_undone_is_due CHECK ((status IN ('APPROVED', 'PROCESSING')) = (next_check_at IS NOT NULL)),
        CONSTRAINT refunds_sent_is_approved CHECK (calls = 0 OR reviewed_at IS NOT NULL)
      )`);
    await queryRunner.query('CREATE INDEX refunds_of_payment ON refunds (payment_id)');
    await queryRunner.query('CREATE INDEX refunds_of_order ON refunds (order_id)');
    await queryRunner.query('CREATE INDEX refunds_newest ON refunds (created_at DESC, id DESC)');
    await queryRunner.query(
      'CREATE INDEX refunds_due ON refunds (next_check_at) WHERE next_check_at IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TRIGGER refunds_status_moves BEFORE UPDATE OF status ON refunds FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'REQUESTED>APPROVED', 'REQUESTED>REJECTED', 'REQUESTED>WITHDRAWN', 'APPROVED>PROCESSING',
        'PROCESSING>SUCCESS', 'PROCESSING>ABNORMAL', 'PROCESSING>CLOSED', 'PROCESSING>FAILED',
        'ABNORMAL>PROCESSING', 'ABNORMAL>SUCCESS', 'ABNORMAL>CLOSED', 'FAILED>PROCESSING', 'FAILED>SUCCESS')`);
    await queryRunner.query(`
      CREATE TABLE refund_approvals (
        refund_id uuid NOT NULL REFERENCES refunds (id),
        operator_id uuid NOT NULL,
        operator_name text NOT NULL,
        note text,
        approved_at timestamptz NOT NULL,
        PRIMARY KEY (refund_id, operator_id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE refund_approvals');
    await queryRunner.query('DROP TABLE refunds');
  }
}
