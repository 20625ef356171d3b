import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The journal: every movement sums to zero, and what is written stays written, whoever asks (DESIGN §2.11). */
export class CreateLedger1763700000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE ledger_entries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        movement_id uuid NOT NULL,
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        merchant_account text NOT NULL,
        account text NOT NULL,
        amount_fen bigint NOT NULL,
        currency text NOT NULL,
        booked_at timestamptz NOT NULL,
        CONSTRAINT ledger_entries_once_per_subject UNIQUE (subject_id, kind, account),
        CONSTRAINT ledger_entries_not_zero CHECK (amount_fen <> 0),
        CONSTRAINT ledger_entries_account_known CHECK (account IN ('WECHAT_RECEIVABLE', 'SETTLED_CASH', 'FEES',
          'WECHAT_COUPON_DISCOUNT', 'CUSTOMER_DEPOSITS', 'REVENUE', 'REFUNDS_PAYABLE', 'SUSPENSE'))
      )`);
    await queryRunner.query('CREATE INDEX ledger_entries_movement ON ledger_entries (movement_id)');
    await queryRunner.query(`
      CREATE FUNCTION refuse_unbalanced_movement() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        unbalanced uuid;
      BEGIN
        SELECT movement_id INTO unbalanced FROM added GROUP BY movement_id, currency
        HAVING sum(amount_fen) <> 0 OR count(*) < 2 LIMIT 1;
        IF FOUND THEN
          RAISE EXCEPTION 'the entries of movement % do not sum to zero', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_balanced';
        END IF;
        RETURN NULL;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_movement()`);
    await queryRunner.query(`
      CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
          USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE ledger_entries');
    await queryRunner.query('DROP FUNCTION refuse_rewriting()');
    await queryRunner.query('DROP FUNCTION refuse_unbalanced_movement()');
  }
}
