import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the overview and the refund queue count by. Paid and closed orders need none: an order's whole life before it is
 * paid lies close to its creation, which is indexed, and an index over `paid_at` would be paid for by every settlement.
 */
const INDEXES = {
  refunds_newest_by_status: 'refunds (status, created_at, id)',
  refunds_paid_back:
    "refunds (succeeded_at) INCLUDE (amount_fen) WHERE status = 'SUCCESS' AND order_id IS NOT NULL",
  reconciliation_differences_open: "reconciliation_differences (reconciliation_id) WHERE status = 'OPEN'",
};

export class IndexOverview1763890000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES))
      await queryRunner.query(`CREATE INDEX ${name} ON ${on}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX ${name}`);
  }
}
