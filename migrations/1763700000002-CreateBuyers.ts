import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBuyers1763700000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE buyers (
        id uuid PRIMARY KEY,
        app_id text NOT NULL,
        openid text NOT NULL,
        unionid text,
        session_key_sealed bytea, -- encrypted with DATA_ENCRYPTION_KEY
        created_at timestamptz NOT NULL,
        last_login_at timestamptz NOT NULL,
        CONSTRAINT buyers_app_openid_key UNIQUE (app_id, openid)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE buyers');
  }
}
