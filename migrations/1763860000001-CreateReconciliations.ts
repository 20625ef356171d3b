import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One run per merchant account and day, and what it found. `billed` remembers the bill an item stands in where that may
 * be another day's than ours: refunds always (a later call moves our day), payments only when the days differ.
 */
export class CreateReconciliations1763860000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE reconciliations (
        id uuid PRIMARY KEY,
        account_id text NOT NULL,
        date date NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        next_attempt_at timestamptz,
        waiting jsonb,
        failure jsonb,
        totals jsonb,
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT reconciliations_once_a_day UNIQUE (account_id, date),
        CONSTRAINT reconciliations_status_known CHECK (status IN ('WAITING', 'RUNNING', 'DONE', 'FAILED')),
        CONSTRAINT reconciliations_undone_is_due CHECK ((status IN ('WAITING', 'RUNNING')) = (next_attempt_at IS NOT NULL))
      )`);
    await queryRunner.query('CREATE INDEX reconciliations_by_day ON reconciliations (date DESC, id DESC)');
    await queryRunner.query(
      'CREATE INDEX reconciliations_due ON reconciliations (next_attempt_at) WHERE next_attempt_at IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TRIGGER reconciliations_status_moves BEFORE UPDATE OF status ON reconciliations FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'WAITING>RUNNING', 'RUNNING>DONE', 'RUNNING>WAITING', 'RUNNING>FAILED', 'DONE>WAITING', 'FAILED>WAITING')`);
    await queryRunner.query(`
      CREATE TABLE reconciliation_differences (
        id uuid PRIMARY KEY,
        reconciliation_id uuid NOT NULL REFERENCES reconciliations (id),
        kind text NOT NULL,
        number text NOT NULL,
        status text NOT NULL,
        subject_id uuid,
        ours jsonb,
        theirs jsonb,
        owner jsonb,
        note text,
        resolution text,
        resolved_by jsonb,
        resolved_at timestamptz,
        found_at timestamptz NOT NULL,
        CONSTRAINT reconciliation_differences_key UNIQUE (reconciliation_id, kind, number),
        CONSTRAINT reconciliation_differences_status_known CHECK (status IN ('WAITING', 'OPEN', 'RESOLVED', 'CLEARED')),
        CONSTRAINT reconciliation_differences_kind_known CHECK (kind IN ('PAYMENT_MISSING_HERE', 'PAYMENT_MISSING_AT_WECHAT',
          'REFUND_MISSING_HERE', 'REFUND_MISSING_AT_WECHAT', 'AMOUNT', 'STATE', 'FEE', 'DUPLICATE', 'CROSS_DAY', 'TOTALS')),
        CONSTRAINT reconciliation_differences_resolved_by_somebody
          CHECK (status <> 'RESOLVED' OR num_nulls(note, resolution, resolved_by, resolved_at) = 0),
        CONSTRAINT reconciliation_differences_only_cross_day_waits CHECK (status <> 'WAITING' OR kind = 'CROSS_DAY')
      )`);
    await queryRunner.query(`
      CREATE TRIGGER reconciliation_differences_status_moves BEFORE UPDATE OF status ON reconciliation_differences FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'WAITING>OPEN', 'WAITING>CLEARED', 'WAITING>RESOLVED', 'OPEN>RESOLVED', 'OPEN>CLEARED', 'RESOLVED>OPEN',
        'CLEARED>OPEN', 'CLEARED>WAITING')`);
    await queryRunner.query(`CREATE TABLE billed (subject_id uuid PRIMARY KEY, billed_on date NOT NULL)`);
    // Asked once a day for one day's rows; block ranges cost settling nothing, and keep its updates in place.
    await queryRunner.query('CREATE INDEX payments_paid ON payments USING brin (paid_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX payments_paid');
    await queryRunner.query('DROP TABLE billed');
    await queryRunner.query('DROP TABLE reconciliation_differences');
    await queryRunner.query('DROP TABLE reconciliations');
  }
}
