import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePrinters1763810000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE printers (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        sn text NOT NULL,
        copies integer NOT NULL,
        enabled boolean NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT printers_sn_key UNIQUE (sn),
        CONSTRAINT printers_copies_few CHECK (copies BETWEEN 1 AND 5)
      )`);
    await queryRunner.query(`
      CREATE TABLE sent_prints (
        effect_id uuid PRIMARY KEY REFERENCES effects (id) ON DELETE CASCADE,
        sn text NOT NULL,
        taken_before integer NOT NULL,
        counted_at timestamptz NOT NULL,
        sent_at timestamptz NOT NULL,
        taken_at timestamptz,
        print_no text
      )`);
    await queryRunner.query('CREATE INDEX sent_prints_of_printer ON sent_prints (sn, sent_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE sent_prints');
    await queryRunner.query('DROP TABLE printers');
  }
}
