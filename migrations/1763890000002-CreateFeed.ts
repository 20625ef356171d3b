import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What happened in the shop, for consoles to follow; a copy of the events, kept for two days. Numbers are given out
 * before the commit, so a late commit would slip in behind a reader who goes by numbers. Readers go by the transaction
 * first, and only as far as every older transaction has ended (DESIGN §6.14).
 */
export class CreateFeed1763890000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE feed (
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        event_id uuid NOT NULL, -- an event is handled until it is handled, and told once
        type text NOT NULL,
        at timestamptz NOT NULL,
        order_id uuid,
        refund_id uuid,
        suspense_id uuid,
        written_at timestamptz NOT NULL DEFAULT now(), -- wall time
        PRIMARY KEY (xid, seq),
        CONSTRAINT feed_event_key UNIQUE (event_id)
      )`);
    await queryRunner.query('CREATE INDEX feed_age ON feed USING brin (written_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE feed');
  }
}
