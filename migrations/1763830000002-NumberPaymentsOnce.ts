import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One number is one payment, whichever merchant account it is of: a notification of one account about another's number
 * is then found and refused, instead of looking like an unknown order.
 */
export class NumberPaymentsOnce1763830000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE payments
        ADD CONSTRAINT payments_number_key UNIQUE (out_trade_no),
        DROP CONSTRAINT payments_out_trade_no_key`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE payments
        ADD CONSTRAINT payments_out_trade_no_key UNIQUE (mch_id, out_trade_no),
        DROP CONSTRAINT payments_number_key`);
  }
}
