import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddBuyerBlock1763800000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE buyers ADD COLUMN note text NOT NULL DEFAULT '', ADD COLUMN blocked_at timestamptz`);
    // Lists show an openid's last four characters; people search by what they see.
    await queryRunner.query('CREATE INDEX buyers_openid_end ON buyers (right(openid, 4))');
    await queryRunner.query(
      'CREATE INDEX buyers_blocked ON buyers (created_at, id) WHERE blocked_at IS NOT NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX buyers_blocked');
    await queryRunner.query('DROP INDEX buyers_openid_end');
    await queryRunner.query('ALTER TABLE buyers DROP COLUMN blocked_at, DROP COLUMN note');
  }
}
