import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhookEndpoints1763810000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE webhook_endpoints (
        id uuid PRIMARY KEY,
        url text NOT NULL,
        description text,
        event_types text[] NOT NULL,
        enabled boolean NOT NULL,
        secret_sealed bytea NOT NULL,
        previous_secret_sealed bytea,
        previous_secret_until timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT webhook_endpoints_some_events CHECK (cardinality(event_types) > 0),
        CONSTRAINT webhook_endpoints_previous_ends CHECK ((previous_secret_sealed IS NULL) = (previous_secret_until IS NULL))
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE webhook_endpoints');
  }
}
