import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Takes stock at the end of a checkout's transaction, so that the next buyer of the same product waits for a commit and
 * not for the network in between. What was read without a lock before must still be true then; if it is not, the
 * transaction is told to go again.
 */
export class TakeStock1763920000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION take_stock(ids uuid[], quantities integer[], prices bigint[]) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        served integer;
      BEGIN
        WITH locked AS (
          SELECT p.id, wanted.quantity FROM products p
          JOIN unnest(ids, quantities, prices) AS wanted(id, quantity, price_fen) ON wanted.id = p.id
          WHERE p.active AND p.price_fen = wanted.price_fen AND p.stock >= wanted.quantity
          ORDER BY p.id FOR NO KEY UPDATE OF p),
        taken AS (UPDATE products p SET stock = p.stock - locked.quantity FROM locked WHERE p.id = locked.id RETURNING p.id)
        SELECT count(*) INTO served FROM taken;
        IF served < cardinality(ids) THEN
          RAISE EXCEPTION 'a product is not as it was when it was read' USING ERRCODE = 'serialization_failure';
        END IF;
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION take_stock(uuid[], integer[], bigint[])');
  }
}
