import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCoupons1763800000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE coupons (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        name text NOT NULL,
        amount_fen bigint, -- a fixed amount off
        percent_off integer, -- or whole percents off
        max_discount_fen bigint,
        min_total_fen bigint NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz,
        total_limit integer,
        per_buyer_limit integer,
        taken integer NOT NULL DEFAULT 0, -- uses RESERVED or USED
        buyer_id uuid REFERENCES buyers (id),
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz(3) NOT NULL, -- no finer than a cursor of the list can say
        CONSTRAINT coupons_code_key UNIQUE (code),
        CONSTRAINT coupons_code_spelling CHECK (code ~ '^[A-Z0-9_-]{3,32}$'),
        CONSTRAINT coupons_amount_or_percent CHECK ((amount_fen IS NULL) <> (percent_off IS NULL)),
        CONSTRAINT coupons_amount_positive CHECK (amount_fen BETWEEN 1 AND 1000000000),
        CONSTRAINT coupons_percent_in_range CHECK (percent_off BETWEEN 1 AND 99),
        CONSTRAINT coupons_cap_of_percent CHECK (max_discount_fen IS NULL OR (percent_off IS NOT NULL AND max_discount_fen >= 1)),
        CONSTRAINT coupons_minimum_not_negative CHECK (min_total_fen >= 0),
        CONSTRAINT coupons_period_not_empty CHECK (ends_at > starts_at),
        CONSTRAINT coupons_limits_positive CHECK (total_limit >= 1 AND per_buyer_limit >= 1),
        CONSTRAINT coupons_not_overused CHECK (taken >= 0 AND (total_limit IS NULL OR taken <= total_limit))
      )`);
    await queryRunner.query('CREATE INDEX coupons_newest ON coupons (created_at, id)');
    await queryRunner.query('CREATE INDEX coupons_offered ON coupons (buyer_id) WHERE active');
    await queryRunner.query(`
      CREATE TABLE coupon_uses (
        id uuid PRIMARY KEY,
        coupon_id uuid NOT NULL REFERENCES coupons (id),
        order_id uuid NOT NULL REFERENCES orders (id),
        buyer_id uuid NOT NULL REFERENCES buyers (id),
        status text NOT NULL,
        discount_fen bigint NOT NULL,
        reserved_at timestamptz NOT NULL,
        used_at timestamptz,
        released_at timestamptz,
        CONSTRAINT coupon_uses_one_per_order UNIQUE (order_id),
        CONSTRAINT coupon_uses_status_known CHECK (status IN ('RESERVED', 'USED', 'RELEASED')),
        CONSTRAINT coupon_uses_discount_positive CHECK (discount_fen >= 1),
        CONSTRAINT coupon_uses_ends_once CHECK (
          (used_at IS NOT NULL) = (status = 'USED') AND (released_at IS NOT NULL) = (status = 'RELEASED'))
      )`);
    await queryRunner.query('CREATE INDEX coupon_uses_of_buyer ON coupon_uses (coupon_id, buyer_id)');
    await queryRunner.query(
      "CREATE INDEX coupon_uses_reserved ON coupon_uses (coupon_id) WHERE status = 'RESERVED'",
    );
    await queryRunner.query(`
      CREATE TRIGGER coupon_uses_status_moves BEFORE UPDATE OF status ON coupon_uses FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move('RESERVED>USED', 'RESERVED>RELEASED')`);
    // A copy on the order: whoever has locked the order knows from it alone whether there is a coupon to think of.
    await queryRunner.query(`
      ALTER TABLE orders ADD COLUMN coupon_code text,
        ADD CONSTRAINT orders_discount_by_coupon CHECK ((coupon_code IS NOT NULL) = (discount_fen > 0))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE orders DROP CONSTRAINT orders_discount_by_coupon, DROP COLUMN coupon_code',
    );
    await queryRunner.query('DROP TABLE coupon_uses');
    await queryRunner.query('DROP TABLE coupons');
  }
}
