import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRefundPictures1763940000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE refund_pictures (
        id uuid PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES refunds (id),
        media_type text NOT NULL,
        bytes bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT refund_pictures_media_type_known CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
        CONSTRAINT refund_pictures_size CHECK (octet_length(bytes) BETWEEN 1 AND 1048576)
      )`);
    // Compressed already: trying again would cost time and win nothing.
    await queryRunner.query('ALTER TABLE refund_pictures ALTER COLUMN bytes SET STORAGE EXTERNAL');
    await queryRunner.query('CREATE INDEX refund_pictures_of_refund ON refund_pictures (refund_id)');
    await queryRunner.query('CREATE INDEX refund_pictures_age ON refund_pictures (created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE refund_pictures');
  }
}
