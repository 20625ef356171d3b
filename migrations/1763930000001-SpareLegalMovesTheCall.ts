import type { MigrationInterface, QueryRunner } from 'typeorm';

interface Guard {
  trigger: string;
  table: string;
  definition: string;
}

/**
 * A legal move no longer calls a function: each state machine's trigger compares by itself, and what it calls only refuses.
 * For a payment the two calls (its order, its attempt) were a fifteenth of what PostgreSQL spends on it. The allowed moves
 * stay in the triggers' definitions, in one place for each table.
 */
export class SpareLegalMovesTheCall1763930000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await replaceGuards(queryRunner, (moves) => ({
      when: `WHEN (NEW.status <> OLD.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY[${moves}]))`,
      call: 'refuse_illegal_move()',
    }));
    await queryRunner.query(refuseWhen('true'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      refuseWhen(
        "NEW.status IS DISTINCT FROM OLD.status AND NOT (OLD.status || '>' || NEW.status) = ANY (TG_ARGV)",
      ),
    );
    await replaceGuards(queryRunner, (moves) => ({ when: '', call: `refuse_illegal_move(${moves})` }));
  }
}

async function replaceGuards(
  queryRunner: QueryRunner,
  form: (moves: string) => { when: string; call: string },
): Promise<void> {
  const guards = (await queryRunner.query(
    `SELECT tgname AS trigger, tgrelid::regclass::text AS table, pg_get_triggerdef(oid) AS definition
     FROM pg_trigger WHERE tgfoid = 'refuse_illegal_move'::regproc`,
  )) as Guard[];
  for (const { trigger, table, definition } of guards) {
    const { when, call } = form((definition.match(/'\w+>\w+'/g) ?? []).join(', '));
    await queryRunner.query(`DROP TRIGGER ${trigger} ON ${table}`);
    await queryRunner.query(
      `CREATE TRIGGER ${trigger} BEFORE UPDATE OF status ON ${table} FOR EACH ROW ${when} EXECUTE FUNCTION ${call}`,
    );
  }
}

function refuseWhen(condition: string): string {
  return `
    CREATE OR REPLACE FUNCTION refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF ${condition} THEN
        RAISE EXCEPTION '% % may not move from % to %', TG_TABLE_NAME, OLD.id, OLD.status, NEW.status
          USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
      END IF;
      RETURN NEW;
    END $$`;
}
