import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which card one person has entered for an abnormal refund, until a second one enters the same; never the card itself. */
export class CreateRefundCards1763970000007 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE refund_cards (
        refund_id uuid NOT NULL REFERENCES refunds (id),
        operator_id uuid NOT NULL,
        digest bytea NOT NULL, -- HMAC-SHA256 under a key of DATA_ENCRYPTION_KEY
        entered_at timestamptz NOT NULL,
        PRIMARY KEY (refund_id, operator_id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE refund_cards');
  }
}
