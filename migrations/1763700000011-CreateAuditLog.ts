import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every operator action, chained: what is written stays written, and `npm run audit:verify` proves it. */
export class CreateAuditLog1763700000011 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit_log (
        seq bigint PRIMARY KEY, -- without gaps, and in the order of the commits
        at timestamptz NOT NULL,
        operator_id uuid,       -- null: the system
        operator_name text NOT NULL,
        action text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        before jsonb,
        after jsonb,
        ip text,
        request_id text,
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT audit_log_hash_key UNIQUE (hash),
        CONSTRAINT audit_log_seq_counts CHECK (seq >= 1)
      )`);
    await queryRunner.query('CREATE INDEX audit_log_subject ON audit_log (subject_kind, subject_id, seq)');
    await queryRunner.query('CREATE INDEX audit_log_operator ON audit_log (operator_id, seq)');
    await queryRunner.query(`
      CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_log');
  }
}
