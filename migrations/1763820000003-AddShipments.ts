import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddShipments1763820000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE orders
        ADD COLUMN shipment jsonb,
        ADD COLUMN completed_at timestamptz,
        ADD COLUMN receipt_check_at timestamptz, -- when WeChat is asked whether the goods have arrived
        ADD CONSTRAINT orders_shipment_after_payment CHECK (shipment IS NULL OR status IN ('SHIPPED', 'COMPLETED')),
        ADD CONSTRAINT orders_receipt_asked_while_shipped CHECK (receipt_check_at IS NULL OR status = 'SHIPPED')`);
    await queryRunner.query(
      'CREATE INDEX orders_receipt_due ON orders (receipt_check_at) WHERE receipt_check_at IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX orders_receipt_due');
    await queryRunner.query(`
      ALTER TABLE orders
        DROP CONSTRAINT orders_receipt_asked_while_shipped,
        DROP CONSTRAINT orders_shipment_after_payment,
        DROP COLUMN receipt_check_at,
        DROP COLUMN completed_at,
        DROP COLUMN shipment`);
  }
}
