import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = `'WECHAT_RECEIVABLE', 'SETTLED_CASH', 'FEES', 'WECHAT_COUPON_DISCOUNT', 'CUSTOMER_DEPOSITS', 'REVENUE',
  'REFUNDS_PAYABLE', 'SUSPENSE'`;

/** Money in suspense that the shop keeps is income, though not from its goods (DESIGN §6.10). */
export class AddOtherIncome1763850000003 implements MigrationInterface {
  up(queryRunner: QueryRunner): Promise<void> {
    return allow(queryRunner, `${BEFORE}, 'OTHER_INCOME'`);
  }

  down(queryRunner: QueryRunner): Promise<void> {
    return allow(queryRunner, BEFORE);
  }
}

async function allow(queryRunner: QueryRunner, accounts: string): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE ledger_entries
      DROP CONSTRAINT ledger_entries_account_known,
      ADD CONSTRAINT ledger_entries_account_known CHECK (account IN (${accounts}))`);
}
