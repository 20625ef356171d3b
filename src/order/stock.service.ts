import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import { productIds, Shelf, type CatalogueRow } from './shelf.js';

const FIND_PRODUCTS = statement(
  'find-products',
  `SELECT id, name, price_fen, stock, active FROM products WHERE id = ANY($1::uuid[])`,
);
/**
 * Locks products in the order of their ids, so two orders for the same things cannot block each other (DESIGN §2.7), and
 * fails with a serialization failure unless price, sale and stock still allow what was read.
 */
const TAKE_STOCK = statement('take-stock', 'SELECT take_stock($1::uuid[], $2::int[], $3::bigint[])');
const GIVE_BACK_STOCK = statement(
  'give-back-stock',
  `WITH locked AS (
     SELECT p.id, i.quantity FROM products p JOIN order_items i ON i.product_id = p.id
     WHERE i.order_id = $1 ORDER BY p.id FOR UPDATE OF p)
   UPDATE products p SET stock = p.stock + locked.quantity FROM locked WHERE p.id = locked.id`,
);

/** Which product a line was is read from the order, never from a request (M-27). */
const TAKE_BACK_STOCK = statement(
  'take-back-stock',
  `WITH locked AS (
     SELECT p.id, returned.quantity FROM jsonb_to_recordset($2::jsonb) AS returned(line int, quantity int)
     JOIN order_items i ON i.order_id = $1 AND i.line = returned.line JOIN products p ON p.id = i.product_id
     ORDER BY p.id FOR UPDATE OF p)
   UPDATE products p SET stock = p.stock + locked.quantity FROM locked WHERE p.id = locked.id`,
);

/** Stock: promised when an order is made, given back when it closes unpaid. */
@Injectable()
export class StockService {
  /**
   * Looks without a lock: in a flash sale everybody wants the same product, and whoever held it while he thinks would
   * keep all others waiting. Nothing is promised until `take`.
   */
  async look(manager: EntityManager, wanted: readonly { productId: string }[]): Promise<Shelf> {
    return new Shelf(await run<CatalogueRow>(manager, FIND_PRODUCTS, [productIds(wanted)]));
  }

  /**
   * Takes what the shelf has promised out of stock, all or nothing. When one of the products has changed since it was
   * looked at, the transaction fails and goes again (`transaction`), and finds it as it is now.
   */
  async take(manager: EntityManager, { taken }: Shelf): Promise<void> {
    await send(manager, TAKE_STOCK, [
      taken.map(({ product }) => product.id),
      taken.map(({ quantity }) => quantity),
      taken.map(({ product }) => product.priceFen),
    ]);
  }

  /** Goods of a refund return to the shelf. */
  async takeBack(
    manager: EntityManager,
    orderId: string,
    returned: readonly { line: number; quantity: number }[],
  ): Promise<void> {
    await run(manager, TAKE_BACK_STOCK, [orderId, JSON.stringify(returned)]);
  }

  async giveBack(manager: EntityManager, orderId: string): Promise<void> {
    await run(manager, GIVE_BACK_STOCK, [orderId]);
  }
}
