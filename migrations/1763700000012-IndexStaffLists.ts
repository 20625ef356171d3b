import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the lists of the staff are read by, newest first: `(time, id)`, ascending because rows arrive in this order and
 * PostgreSQL reads backwards as well. Frequent values stay out of partial indexes, so that a payment costs little more.
 */
const INDEXES = {
  orders_newest: 'orders (created_at, id)',
  orders_newest_by_status: 'orders (status, created_at, id)',
  orders_refunded: 'orders (created_at, id) WHERE refunded_fen > 0',
  // The digits of the phone number, last one first: its tail is then a beginning.
  orders_phone: String.raw`orders (reverse(regexp_replace(address->>'phone', '\D', '', 'g')) text_pattern_ops) WHERE address IS NOT NULL`,
  payments_newest: 'payments (created_at, id)',
  payments_ended_newest: "payments (status, created_at, id) WHERE status IN ('CLOSED', 'FAILED')",
  notifications_remarkable: "notifications (verdict, received_at, id) WHERE verdict <> 'SETTLED'",
  notifications_about_refunds: "notifications (received_at, id) WHERE kind = 'REFUND'",
  ledger_entries_booked: 'ledger_entries (booked_at, id)',
  // Every payment is booked on the other two.
  ledger_entries_by_account:
    "ledger_entries (account, booked_at, id) WHERE account NOT IN ('WECHAT_RECEIVABLE', 'CUSTOMER_DEPOSITS')",
  suspense_items_newest: 'suspense_items (created_at, id)',
  suspense_items_of_order: 'suspense_items (order_id) WHERE order_id IS NOT NULL',
  buyers_newest: 'buyers (created_at, id)',
};

export class IndexStaffLists1763700000012 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES))
      await queryRunner.query(`CREATE INDEX ${name} ON ${on}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX ${name}`);
  }
}
