import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddDeputies1763940000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE operators ADD COLUMN deputy_until timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE operators DROP COLUMN deputy_until');
  }
}
