import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWechatMessages1763820000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // WeChat repeats a message that was not answered in time; its key is a hash, so no openid lies here.
    await queryRunner.query(`
      CREATE TABLE wechat_messages (
        key bytea PRIMARY KEY,
        received_at timestamptz NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX wechat_messages_age ON wechat_messages (received_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE wechat_messages');
  }
}
