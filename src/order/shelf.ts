import { validate as isUuid } from 'uuid';
import { toFen, type Fen } from '../common/fen.js';
import { Problem, type FieldError } from '../common/http/problem.js';
import type { ProblemCode } from '../common/http/problem-codes.js';

/** A product as the catalogue has it at this moment. */
export interface CatalogueRow {
  id: string;
  name: string;
  price_fen: number;
  stock: number;
  active: boolean;
}

/** Pieces of a product at the price they were found with. */
export interface Pieces {
  product: { id: string; name: string; priceFen: Fen };
  quantity: number;
}

/** The products that orders of one moment look at, one order after the other: what one takes is gone for the next. */
export class Shelf {
  private readonly rows: ReadonlyMap<string, CatalogueRow>;
  private readonly promised = new Map<string, Pieces>();

  constructor(rows: readonly CatalogueRow[]) {
    this.rows = new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * @returns the products in the wanted order, with the catalogue's price
   * @throws Problem naming every line that cannot be served
   */
  look(wanted: readonly { productId: string; quantity: number }[]): Pieces[] {
    refuse('PRODUCT_NOT_FOUND', wanted, ({ productId }) =>
      this.rows.has(productId) ? undefined : 'there is no such product',
    );
    const lines = wanted.map(({ productId, quantity }) => ({
      row: this.rows.get(productId) as CatalogueRow,
      quantity,
    }));
    refuse('PRODUCT_NOT_ON_SALE', lines, ({ row }) =>
      row.active ? undefined : `${row.name} is not on sale`,
    );
    refuse('OUT_OF_STOCK', lines, ({ row, quantity }) => {
      const left = row.stock - (this.promised.get(row.id)?.quantity ?? 0);
      return left >= quantity ? undefined : `${row.name}: only ${left} left`;
    });
    return lines.map(({ row, quantity }) => ({
      product: { id: row.id, name: row.name, priceFen: toFen(row.price_fen) },
      quantity,
    }));
  }

  /** Promises what was looked at to an order. */
  promise(pieces: readonly Pieces[]): void {
    for (const { product, quantity } of pieces)
      this.promised.set(product.id, {
        product,
        quantity: quantity + (this.promised.get(product.id)?.quantity ?? 0),
      });
  }

  /** What was promised to all orders together. */
  get taken(): Pieces[] {
    return [...this.promised.values()];
  }
}

/** The ids among these that can be ids at all; PostgreSQL would refuse the whole question for another. */
export function productIds(wanted: readonly { productId: string }[]): string[] {
  return [...new Set(wanted.map(({ productId }) => productId).filter(isUuid))];
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
