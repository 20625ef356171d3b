import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API v1 says and signs in the query string what was paid: without it a notification could not be looked at again. */
export class KeepNotificationQuery1763840000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notifications ADD COLUMN query text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notifications DROP COLUMN query');
  }
}
