import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Side effects and their attempts. No foreign key to orders: checking one would lock the order's row, and a side effect
 * never makes money wait.
 */
export class CreateEffects1763810000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE effects (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        target text NOT NULL,
        subject_kind text NOT NULL,
        subject_id uuid NOT NULL,
        order_id uuid NOT NULL,
        dedupe_key text NOT NULL,
        payload jsonb NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        tries integer NOT NULL,
        next_attempt_at timestamptz,
        created_at timestamptz NOT NULL,
        concluded_at timestamptz,
        CONSTRAINT effects_dedupe_key UNIQUE (dedupe_key),
        CONSTRAINT effects_status_known CHECK (status IN ('PENDING', 'DONE', 'REFUSED', 'DEAD')),
        CONSTRAINT effects_pending_is_due CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL)),
        CONSTRAINT effects_concluded CHECK ((status = 'PENDING') = (concluded_at IS NULL))
      )`);
    await queryRunner.query(
      'CREATE INDEX effects_due ON effects (next_attempt_at) WHERE next_attempt_at IS NOT NULL',
    );
    await queryRunner.query('CREATE INDEX effects_newest ON effects (created_at DESC, id DESC)');
    await queryRunner.query(
      'CREATE INDEX effects_of_target ON effects (kind, target, created_at DESC, id DESC)',
    );
    await queryRunner.query('CREATE INDEX effects_of_order ON effects (order_id)');
    await queryRunner.query(`CREATE INDEX effects_dead ON effects (created_at DESC) WHERE status = 'DEAD'`);
    await queryRunner.query(`
      CREATE TRIGGER effects_status_moves BEFORE UPDATE OF status ON effects FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'PENDING>DONE', 'PENDING>REFUSED', 'PENDING>DEAD', 'DONE>PENDING', 'REFUSED>PENDING', 'DEAD>PENDING')`);
    await queryRunner.query(`
      CREATE TABLE effect_attempts (
        effect_id uuid NOT NULL REFERENCES effects (id) ON DELETE CASCADE,
        attempt integer NOT NULL,
        at timestamptz NOT NULL,
        outcome text,
        code text,
        message text,
        duration_ms integer,
        PRIMARY KEY (effect_id, attempt),
        CONSTRAINT effect_attempts_outcome_known CHECK (outcome IN ('DONE', 'REFUSED', 'LATER'))
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE effect_attempts');
    await queryRunner.query('DROP TABLE effects');
  }
}
