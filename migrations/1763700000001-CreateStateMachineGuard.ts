import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The transition tables of the code, enforced a second time where no code can pass them (M-28): a trigger with the
 * allowed moves as arguments, `FROM>TO`. A test compares them with the tables in `*.status.ts`.
 */
export class CreateStateMachineGuard1763700000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.status IS DISTINCT FROM OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (TG_ARGV) THEN
          RAISE EXCEPTION '% % may not move from % to %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
        END IF;
        RETURN NEW;
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION refuse_illegal_move()');
  }
}
