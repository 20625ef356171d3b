import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Money in suspense goes back or is accepted. `return_at` makes a late or double payment due to be returned by itself;
 * everything else waits for a person, and the database holds that line (DESIGN §6.10). `app_id` is what a refund needs
 * to be sent with.
 */
export class DecideSuspense1763850000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE suspense_items
        ADD COLUMN app_id text,
        ADD COLUMN return_at timestamptz,
        ADD COLUMN accepted_by jsonb,
        ADD COLUMN accept_note text,
        ADD COLUMN accepted_at timestamptz,
        DROP CONSTRAINT suspense_items_status_known,
        ADD CONSTRAINT suspense_items_status_known CHECK (status IN ('OPEN', 'RETURNING', 'RETURNED', 'ACCEPTED')),
        ADD CONSTRAINT suspense_items_returned_by_rule
          CHECK (return_at IS NULL OR (status = 'OPEN' AND kind IN ('LATE', 'DOUBLE'))),
        ADD CONSTRAINT suspense_items_accepted_by_somebody
          CHECK ((status <> 'ACCEPTED' OR accepted_at IS NOT NULL) AND num_nulls(accepted_by, accept_note, accepted_at) IN (0, 3))`);
    await queryRunner.query(`
      UPDATE suspense_items s SET app_id =
        coalesce((SELECT p.app_id FROM payments p WHERE p.id = s.payment_id), s.evidence->>'appid', '')`);
    await queryRunner.query('ALTER TABLE suspense_items ALTER COLUMN app_id SET NOT NULL');
    await queryRunner.query(`
      CREATE TRIGGER suspense_items_status_moves BEFORE UPDATE OF status ON suspense_items FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move(
        'OPEN>RETURNING', 'OPEN>RETURNED', 'OPEN>ACCEPTED', 'RETURNING>RETURNED', 'RETURNING>OPEN', 'ACCEPTED>RETURNED')`);
    await queryRunner.query(
      'CREATE INDEX suspense_items_due ON suspense_items (return_at) WHERE return_at IS NOT NULL',
    );
    await queryRunner.query(
      'CREATE INDEX suspense_items_newest_by_status ON suspense_items (status, created_at, id)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX suspense_items_newest_by_status');
    await queryRunner.query('DROP TRIGGER suspense_items_status_moves ON suspense_items');
    await queryRunner.query(`
      ALTER TABLE suspense_items
        DROP COLUMN app_id,
        DROP COLUMN return_at,
        DROP COLUMN accepted_by,
        DROP COLUMN accept_note,
        DROP COLUMN accepted_at,
        DROP CONSTRAINT suspense_items_status_known,
        ADD CONSTRAINT suspense_items_status_known CHECK (status IN ('OPEN'))`);
  }
}
