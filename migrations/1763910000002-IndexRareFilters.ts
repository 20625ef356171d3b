import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Filters of the staff's lists that may match little or nothing: a list that goes by time would look for them through
 * everything there ever was. The frequent value stays outside, so a shop of the usual kind pays for none but the amount.
 */
const INDEXES = {
  orders_by_amount: 'orders (payable_fen)',
  payments_of_other_types: "payments (trade_type, created_at, id) WHERE trade_type <> 'JSAPI'",
  payments_of_other_accounts: "payments (account_id, created_at, id) WHERE account_id <> 'default'",
  notifications_about_others: "notifications (kind, received_at, id) WHERE kind <> 'PAYMENT'",
  ledger_entries_of_other_accounts:
    "ledger_entries (merchant_account, booked_at, id) WHERE merchant_account <> 'default'",
};
/** Served by `notifications_about_others` as well. */
const REPLACED = {
  notifications_about_refunds: "notifications (received_at, id) WHERE kind = 'REFUND'",
};

export class IndexRareFilters1763910000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES))
      await queryRunner.query(`CREATE INDEX ${name} ON ${on}`);
    for (const name of Object.keys(REPLACED)) await queryRunner.query(`DROP INDEX ${name}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(REPLACED))
      await queryRunner.query(`CREATE INDEX ${name} ON ${on}`);
    for (const name of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX ${name}`);
  }
}
