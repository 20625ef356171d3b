import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The fee that a bill gives back with a refund which had not succeeded when the bill was compared: until it has, the
 * journal must not hear of it, and the bill does not say it a second time.
 */
export class RememberWaitingFees1763970000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE billed ADD COLUMN waiting_fee_fen bigint');
    await queryRunner.query(
      'CREATE INDEX billed_fee_waits ON billed (subject_id) WHERE waiting_fee_fen IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE billed DROP COLUMN waiting_fee_fen');
  }
}
