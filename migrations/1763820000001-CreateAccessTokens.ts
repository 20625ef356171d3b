import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAccessTokens1763820000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE access_tokens (
        app_id text PRIMARY KEY,
        version integer NOT NULL DEFAULT 0, -- counts the tokens, so that only the one that was used can be given up
        token_sealed bytea,
        renew_at timestamptz,
        expires_at timestamptz,
        refused boolean NOT NULL DEFAULT false, -- by WeChat, before its time
        fetching_until timestamptz, -- lease of the one instance that fetches; the database's own time, like retry_at
        failure text, -- why the last fetch brought none
        retry_at timestamptz
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE access_tokens');
  }
}
