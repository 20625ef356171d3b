import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sums of the journal up to an entry, so that a trial balance counts only what is newer. Nothing is decided by them: they
 * may be emptied at any time, and `npm run ledger:verify` holds them to the entries.
 */
export class AddLedgerCheckpoints1763850000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ledger_checkpoints (
        through_id bigint NOT NULL,
        merchant_account text NOT NULL,
        account text NOT NULL,
        currency text NOT NULL,
        debit_fen bigint NOT NULL,
        credit_fen bigint NOT NULL,
        PRIMARY KEY (through_id, merchant_account, account, currency)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ledger_checkpoints');
  }
}
