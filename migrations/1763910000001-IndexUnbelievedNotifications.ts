import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was not believed is kept for a month, what was for thirteen. Without an index of the few, forgetting them read the
 * whole inbox, every hour and on every instance.
 */
export class IndexUnbelievedNotifications1763910000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX notifications_unbelieved ON notifications (received_at) WHERE NOT verified',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX notifications_unbelieved');
  }
}
