import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The goods of a refund say which product they are and what they are worth (CONTRACT §3 `items`), no longer only their place in
 * the order. A refund of before is worth what it was then: after the units that live refunds had taken (`itemsReturned`).
 */
export class NameReturnedGoods1763960000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE refunds r SET items = (
        SELECT jsonb_agg(jsonb_build_object(
                 'line', i.line, 'productId', i.product_id, 'name', i.name, 'unitPriceFen', i.unit_price_fen, 'quantity', w.quantity,
                 'payableFen', i.payable_fen * (g.units + w.quantity) / i.quantity - i.payable_fen * g.units / i.quantity)
                 ORDER BY w.place)
        FROM (SELECT (item->>'line')::int AS line, (item->>'quantity')::int AS quantity, place
              FROM jsonb_array_elements(r.items) WITH ORDINALITY AS e(item, place)) w
        JOIN order_items i ON i.order_id = r.order_id AND i.line = w.line
        CROSS JOIN LATERAL (
          SELECT least(coalesce(sum((item->>'quantity')::int), 0), i.quantity - w.quantity) AS units
          FROM refunds b CROSS JOIN jsonb_array_elements(b.items) AS item
          WHERE b.payment_id = r.payment_id AND (b.created_at, b.id) < (r.created_at, r.id)
            AND b.status NOT IN ('REJECTED', 'WITHDRAWN', 'CLOSED', 'FAILED')
            AND (item->>'line')::int = w.line) g)
      WHERE r.items IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE refunds SET items = (
        SELECT jsonb_agg(jsonb_build_object('line', item->'line', 'quantity', item->'quantity') ORDER BY place)
        FROM jsonb_array_elements(items) WITH ORDINALITY AS e(item, place))
      WHERE items IS NOT NULL`);
  }
}
