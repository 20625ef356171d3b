import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Orders whose closing was asked for, a handful at most: found without walking through all that wait for their payment. */
export class IndexClosingOrders1763900000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX orders_closing ON orders (close_requested_at)
      WHERE status = 'PENDING_PAYMENT' AND close_requested_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX orders_closing');
  }
}
