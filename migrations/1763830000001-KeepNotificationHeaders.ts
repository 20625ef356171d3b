import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API v3 signs in headers: without them a notification could not be looked at again. */
export class KeepNotificationHeaders1763830000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notifications ADD COLUMN headers jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notifications DROP COLUMN headers');
  }
}
