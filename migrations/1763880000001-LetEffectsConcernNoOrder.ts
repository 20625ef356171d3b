import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A day's comparison with WeChat's bills is told as well, and is about no order. */
export class LetEffectsConcernNoOrder1763880000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE effects ALTER COLUMN order_id DROP NOT NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DELETE FROM effects WHERE order_id IS NULL');
    await queryRunner.query('ALTER TABLE effects ALTER COLUMN order_id SET NOT NULL');
  }
}
