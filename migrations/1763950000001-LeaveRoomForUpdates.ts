import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A paid order's new version goes beside its old one only if its page has room. Pages that are full send it to wherever
 * in the table some room is left: with a million orders that was a page of last year for nearly every payment, to be read,
 * changed and written to the log as a whole. Rows written from now on leave the room; nothing is rewritten.
 */
export class LeaveRoomForUpdates1763950000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE orders SET (fillfactor = 70)');
    await queryRunner.query('ALTER TABLE payments SET (fillfactor = 70)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE orders RESET (fillfactor)');
    await queryRunner.query('ALTER TABLE payments RESET (fillfactor)');
  }
}
