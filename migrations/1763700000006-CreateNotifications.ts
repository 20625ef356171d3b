import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateNotifications1763700000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE notifications (
        id uuid PRIMARY KEY,
        account_id text NOT NULL,
        kind text NOT NULL,
        received_at timestamptz NOT NULL,
        verdict text NOT NULL,
        reason text,
        verified boolean NOT NULL,
        body bytea NOT NULL,
        body_sha256 bytea NOT NULL,
        source_ip text,
        out_trade_no text,
        transaction_id text,
        order_id uuid,
        payment_id uuid,
        refund_id uuid
      )`);
    await queryRunner.query('CREATE INDEX notifications_received ON notifications (received_at)');
    await queryRunner.query(
      'CREATE INDEX notifications_order ON notifications (order_id) WHERE order_id IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE notifications');
  }
}
