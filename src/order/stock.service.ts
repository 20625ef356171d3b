import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { toFen, type Fen } from '../common/fen.js';
import { Problem, type FieldError } from '../common/http/problem.js';
import type { ProblemCode } from '../common/http/problem-codes.js';
import { run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';

interface CatalogueRow {
  id: string;
  name: string;
  price_fen: number;
  stock: number;
  active: boolean;
}

export interface WantedProduct {
  product: { id: string; name: string; priceFen: Fen };
  quantity: number;
}

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
   * @returns the products in the wanted order, with the catalogue's price at this moment
   * @throws Problem naming every line that cannot be served
   */
  async find(
    manager: EntityManager,
    wanted: readonly { productId: string; quantity: number }[],
  ): Promise<WantedProduct[]> {
    const ids = wanted.map(({ productId }) => productId).filter(isUuid);
    const rows = await run<CatalogueRow>(manager, FIND_PRODUCTS, [ids]);
    const found = new Map(rows.map((row) => [row.id, row]));
    refuse('PRODUCT_NOT_FOUND', wanted, ({ productId }) =>
      found.has(productId) ? undefined : 'there is no such product',
    );
    const lines = wanted.map(({ productId, quantity }) => ({
      row: found.get(productId) as CatalogueRow,
      quantity,
    }));
    refuse('PRODUCT_NOT_ON_SALE', lines, ({ row }) =>
      row.active ? undefined : `${row.name} is not on sale`,
    );
    refuse('OUT_OF_STOCK', lines, ({ row, quantity }) =>
      row.stock >= quantity ? undefined : `${row.name}: only ${row.stock} left`,
    );
    return lines.map(({ row, quantity }) => ({
      product: { id: row.id, name: row.name, priceFen: toFen(row.price_fen) },
      quantity,
    }));
  }

  /**
   * Takes the quantities out of stock, all or none. When one of the products has changed since it was found, the
   * transaction fails and goes again (`transaction`), and finds it as it is now.
   */
  async take(manager: EntityManager, wanted: readonly WantedProduct[]): Promise<void> {
    await send(manager, TAKE_STOCK, [
      wanted.map(({ product }) => product.id),
      wanted.map(({ quantity }) => quantity),
      wanted.map(({ product }) => product.priceFen),
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

function refuse<Line>(
  code: ProblemCode,
  lines: readonly Line[],
  fault: (line: Line) => string | undefined,
): void {
  const errors: FieldError[] = lines.flatMap((line, index) => {
    const message = fault(line);
    return message === undefined ? [] : [{ field: `items.${index}`, message }];
  });
  if (errors.length > 0) throw new Problem(code, errors.map(({ message }) => message).join('; '), { errors });
}
