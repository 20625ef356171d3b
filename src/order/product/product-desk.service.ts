import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { decodeCursor, page } from '../../common/http/cursor.js';
import { toFen } from '../../common/fen.js';
import { Problem } from '../../common/http/problem.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { Clock } from '../../common/time/clock.js';
import { transaction } from '../../database/transaction.js';
import { AuditService } from '../../operator/audit.service.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { auditOrigin, type RequestOrigin } from '../../operator/request-origin.js';
import { OrderItem } from '../order-item.entity.js';
import { Product } from '../product.entity.js';
import {
  MAX_STOCK,
  type NewProduct,
  type ProductChange,
  type StaffProductListQuery,
  type StaffProductPage,
  type StaffProductView,
} from './product.schema.js';

interface By {
  operator: OperatorPrincipal;
  origin: RequestOrigin;
}

/** The catalogue as staff see and change it, each change audited. Orders already made keep their own copy of it. */
@Injectable()
export class ProductDeskService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Newest first, inactive ones included. */
  async list({ active, q, limit, cursor }: StaffProductListQuery): Promise<StaffProductPage> {
    const query = this.dataSource
      .createQueryBuilder(Product, 'p')
      .orderBy({ 'p.createdAt': 'DESC', 'p.id': 'DESC' })
      .limit(limit + 1);
    if (active !== undefined) query.andWhere('p.active = :active', { active: active === 'true' });
    if (q !== undefined) query.andWhere('strpos(lower(p.name), lower(:q)) > 0', { q });
    if (cursor !== undefined) query.andWhere('(p.createdAt, p.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    return { items: rows.map(productView), nextCursor };
  }

  /** @throws Problem `PRODUCT_NOT_FOUND` */
  async find(id: string): Promise<StaffProductView> {
    const product = isUuid(id) ? await this.dataSource.manager.findOneBy(Product, { id }) : null;
    if (product === null) throw noSuchProduct();
    return productView(product);
  }

  /** @param id of the product to be, owned by the Idempotency-Key */
  async create(id: string, wanted: NewProduct, by: By): Promise<void> {
    const after = { ...wanted, priceFen: toFen(wanted.priceFen) };
    await transaction(this.dataSource, async (manager) => {
      if (await manager.existsBy(Product, { id })) return;
      await manager.insert(Product, { id, ...after, createdAt: this.clock.now() });
      await this.record(manager, 'created', id, { after }, by);
    });
  }

  /**
   * Changes what is sold from now on.
   * @throws Problem `PRODUCT_NOT_FOUND`, `OUT_OF_STOCK` when more leaves than is there, `VALIDATION_FAILED` when more comes
   *   than can be counted
   */
  async change(id: string, { stockChange = 0, ...change }: ProductChange, by: By): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const before = await lock(manager, id);
      const stock = (change.stock ?? before.stock) + stockChange;
      if (stock < 0) throw impossibleChange('OUT_OF_STOCK', `only ${before.stock} are there`);
      if (stockChange > 0 && stock > MAX_STOCK)
        throw impossibleChange('VALIDATION_FAILED', `at most ${MAX_STOCK} can be there`);
      const { name, description, imageUrl, priceFen, active } = { ...before, ...defined(change) };
      const after = { name, description, imageUrl, priceFen: toFen(priceFen), stock, active };
      await manager.update(Product, { id }, after);
      await this.record(manager, 'changed', id, changesOf(before, after), by);
    });
  }

  /** Gone when no order ever named it, inactive otherwise. @throws Problem `PRODUCT_NOT_FOUND` */
  async remove(id: string, by: By): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const { name, priceFen, stock, active } = await lock(manager, id);
      const before = { name, priceFen, stock, active };
      if (await manager.existsBy(OrderItem, { productId: id })) {
        await manager.update(Product, { id }, { active: false });
        await this.record(manager, 'changed', id, { before: { active }, after: { active: false } }, by);
      } else {
        await manager.delete(Product, { id });
        await this.record(manager, 'deleted', id, { before }, by);
      }
    });
  }

  private record(
    manager: EntityManager,
    what: 'created' | 'changed' | 'deleted',
    subjectId: string,
    change: { before?: object; after?: object },
    { operator, origin }: By,
  ): Promise<void> {
    return this.audit.record(manager, {
      operator,
      action: `product.${what}`,
      subjectKind: 'product',
      subjectId,
      ...change,
      ...auditOrigin(origin),
    });
  }
}

function productView(product: Product): StaffProductView {
  const { id, name, description, imageUrl, priceFen, stock, active, createdAt } = product;
  return {
    id,
    name,
    description,
    imageUrl,
    priceFen,
    stock,
    active,
    createdAt: toBeijingIso(createdAt),
  };
}

/** @throws Problem `PRODUCT_NOT_FOUND` */
async function lock(manager: EntityManager, id: string): Promise<Product> {
  const product = isUuid(id)
    ? await manager.findOne(Product, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (product === null) throw noSuchProduct();
  return product;
}

function defined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** What the log keeps: the fields that are another now. */
function changesOf<Fields extends object>(
  before: Fields,
  after: Partial<Fields>,
): { before: object; after: object } {
  const changed = (Object.keys(after) as (keyof Fields)[]).filter((name) => before[name] !== after[name]);
  const pick = (of: Partial<Fields>): object => Object.fromEntries(changed.map((name) => [name, of[name]]));
  return { before: pick(before), after: pick(after) };
}

function impossibleChange(code: 'OUT_OF_STOCK' | 'VALIDATION_FAILED', message: string): Problem {
  return new Problem(code, `stockChange: ${message}`, { errors: [{ field: 'stockChange', message }] });
}

function noSuchProduct(): Problem {
  return new Problem('PRODUCT_NOT_FOUND', 'There is no such product.');
}
