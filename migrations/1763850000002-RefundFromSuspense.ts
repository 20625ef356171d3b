import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A refund gives back either an order's payment or an item in suspense. One of suspense names no order, so no sum over
 * an order's refunds can count it by accident. At most one return of an item may still happen; a failed one counts,
 * because it is tried again under its own number.
 */
export class RefundFromSuspense1763850000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE refunds
        ALTER COLUMN order_id DROP NOT NULL,
        ALTER COLUMN payment_id DROP NOT NULL,
        ADD COLUMN suspense_id uuid REFERENCES suspense_items (id),
        ADD CONSTRAINT refunds_of_order_or_suspense
          CHECK (num_nonnulls(order_id, suspense_id) = 1 AND num_nonnulls(payment_id, suspense_id) = 1)`);
    await queryRunner.query(
      'CREATE INDEX refunds_of_suspense ON refunds (suspense_id) WHERE suspense_id IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE UNIQUE INDEX refunds_one_live_of_suspense ON refunds (suspense_id)
      WHERE suspense_id IS NOT NULL AND status NOT IN ('REJECTED', 'WITHDRAWN', 'CLOSED')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE refunds
        DROP COLUMN suspense_id,
        ALTER COLUMN order_id SET NOT NULL,
        ALTER COLUMN payment_id SET NOT NULL`);
  }
}
