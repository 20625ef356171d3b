import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Nothing asks for the entries of one movement by its number: `npm run ledger:verify` reads all of them, everything else goes
 * by what was moved (`subject_id`). Two entries of the index were written for every payment.
 */
export class DropUnaskedLedgerIndex1763930000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ledger_entries_movement');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX ledger_entries_movement ON ledger_entries (movement_id)');
  }
}
