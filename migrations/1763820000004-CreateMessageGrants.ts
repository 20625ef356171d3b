import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMessageGrants1763820000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE message_grants (
        buyer_id uuid NOT NULL REFERENCES buyers (id),
        template_id text NOT NULL,
        remaining integer NOT NULL CHECK (remaining >= 0), -- one for each tap on "allow"
        refused boolean NOT NULL, -- the newest word was no
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (buyer_id, template_id)
      )`);
    await queryRunner.query(
      'ALTER TABLE operators ADD COLUMN buyer_id uuid REFERENCES buyers (id)', // where messages to this person go
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE operators DROP COLUMN buyer_id');
    await queryRunner.query('DROP TABLE message_grants');
  }
}
