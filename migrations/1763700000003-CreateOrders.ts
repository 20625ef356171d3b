import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1763700000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE products (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        image_url text,
        price_fen bigint NOT NULL,
        stock integer NOT NULL,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz(3) NOT NULL, -- no finer than a cursor of the list can say
        CONSTRAINT products_price_positive CHECK (price_fen BETWEEN 1 AND 1000000000),
        CONSTRAINT products_stock_not_oversold CHECK (stock >= 0)
      )`);
    await queryRunner.query(
      'CREATE INDEX products_on_sale ON products (created_at DESC, id DESC) WHERE active',
    );
    await queryRunner.query(`
      CREATE TABLE orders (
        id uuid PRIMARY KEY,
        order_no text NOT NULL,
        buyer_id uuid NOT NULL REFERENCES buyers (id),
        status text NOT NULL,
        total_fen bigint NOT NULL,
        discount_fen bigint NOT NULL,
        payable_fen bigint NOT NULL,
        paid_fen bigint NOT NULL,
        refunded_fen bigint NOT NULL,
        paid_by_payment_id uuid,
        attach text,
        address jsonb,
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz NOT NULL,
        close_requested_at timestamptz,
        paid_at timestamptz,
        closed_at timestamptz,
        CONSTRAINT orders_order_no_key UNIQUE (order_no),
        CONSTRAINT orders_status_known CHECK (status IN ('PENDING_PAYMENT', 'PAID', 'SHIPPED', 'COMPLETED', 'CLOSED')),
        CONSTRAINT orders_amounts_add_up CHECK (discount_fen >= 0 AND payable_fen >= 1 AND payable_fen = total_fen - discount_fen),
        CONSTRAINT orders_refunds_within_payment CHECK (refunded_fen BETWEEN 0 AND paid_fen),
        CONSTRAINT orders_paid_by_one_payment CHECK (
          (paid_by_payment_id IS NOT NULL) = (status IN ('PAID', 'SHIPPED', 'COMPLETED'))
          AND paid_fen = CASE WHEN paid_by_payment_id IS NULL THEN 0 ELSE payable_fen END)
      )`);
    await queryRunner.query('CREATE INDEX orders_of_buyer ON orders (buyer_id, created_at DESC, id DESC)');
    await queryRunner.query(
      "CREATE INDEX orders_waiting ON orders (expires_at) WHERE status = 'PENDING_PAYMENT'",
    );
    await queryRunner.query(`
      CREATE TRIGGER orders_status_moves BEFORE UPDATE OF status ON orders FOR EACH ROW
      EXECUTE FUNCTION refuse_illegal_move('PENDING_PAYMENT>PAID', 'PENDING_PAYMENT>CLOSED', 'PAID>SHIPPED', 'SHIPPED>COMPLETED')`);
    await queryRunner.query(`
      CREATE TABLE order_items (
        order_id uuid NOT NULL REFERENCES orders (id),
        line integer NOT NULL,
        product_id uuid NOT NULL REFERENCES products (id),
        name text NOT NULL,
        unit_price_fen bigint NOT NULL,
        quantity integer NOT NULL,
        payable_fen bigint NOT NULL,
        PRIMARY KEY (order_id, line),
        CONSTRAINT order_items_quantity_positive CHECK (quantity >= 1),
        CONSTRAINT order_items_payable_in_range CHECK (payable_fen BETWEEN 0 AND unit_price_fen * quantity)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE order_items');
    await queryRunner.query('DROP TABLE orders');
    await queryRunner.query('DROP TABLE products');
  }
}
