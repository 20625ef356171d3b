import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Those that grow at one end, as orders come: their pages are left full. By buyer or by amount rows come in anywhere, and pages that
 * are split in the middle have room by themselves.
 */
const INDEXES = [
  'orders_pkey',
  'orders_order_no_key',
  'orders_newest',
  'orders_newest_by_status',
  'payments_pkey',
  'payments_attempt_key',
  'payments_number_key',
  'payments_newest',
];

/**
 * Paying gives an order and its payment a second entry in each of these indexes, beside the first. A page that its orders
 * have filled to 90 in a hundred has room for every tenth of them: for the others PostgreSQL looks through the table for
 * entries whose rows are dead, again and again: a fourteenth of what it spends on a payment (docs/performance-history.md).
 * Half a page of room is one entry for each order on it. Pages written from now on leave the room; nothing is rewritten.
 */
export class LeaveRoomInIndexes1763980000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await queryRunner.query(`ALTER INDEX ${index} SET (fillfactor = 50)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await queryRunner.query(`ALTER INDEX ${index} RESET (fillfactor)`);
  }
}
