import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BuyerService } from '../buyer/buyer.service.js';
import type { Customer, Customers } from '../buyer/customers.js';
import { MAX_ORDER_FEN, sumFen, timesFen, toFen, ZERO_FEN } from '../common/fen.js';
import { Problem } from '../common/http/problem.js';
import { Clock } from '../common/time/clock.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { columns, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import type { Coupon } from './coupon/coupon.entity.js';
import { CouponService } from './coupon/coupon.service.js';
import { spread } from './coupon/discount.js';
import { newOrderNo } from './order-number.js';
import type { NewOrder } from './order.schema.js';
import type { OrderItem } from './order-item.entity.js';
import type { Order } from './order.entity.js';
import type { Shelf } from './shelf.js';
import { StockService } from './stock.service.js';

const INSERT = statement(
  'insert-orders',
  `WITH new_orders AS (
     INSERT INTO orders (id, order_no, buyer_id, total_fen, discount_fen, payable_fen, coupon_code, attach, address,
                         created_at, expires_at, status, paid_fen, refunded_fen)
     SELECT o.*, 'PENDING_PAYMENT', 0, 0
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
                 $9::jsonb[], $10::timestamptz[], $11::timestamptz[]) AS o)
   INSERT INTO order_items (order_id, line, product_id, name, unit_price_fen, quantity, payable_fen)
   SELECT * FROM unnest($12::uuid[], $13::int[], $14::uuid[], $15::text[], $16::bigint[], $17::int[], $18::bigint[])`,
);

/** An order to be. `Terms`: what else is agreed with the buyer, which is nothing to the order itself. */
export interface OrderToCreate<Terms> {
  /** Known before, so that a repeated request finds the order again. */
  id: string;
  buyerId: string;
  wanted: NewOrder;
  /** Looks at the buyer before anything is promised to him. @throws Problem when there shall be no order */
  agree: (buyer: Customer) => Terms;
}

export interface OrderWithItems {
  order: Order;
  items: OrderItem[];
}

type Created<Terms> = OrderWithItems & { terms: Terms };

/** Makes orders: prices, discount, stock. Takes a list, so that one and many go the same way (ADR 11). */
@Injectable()
export class OrderCreationService {
  constructor(
    private readonly buyers: BuyerService,
    private readonly stock: StockService,
    private readonly coupons: CouponService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Prices the items from the catalogue, takes the coupon off, reserves stock and coupon and writes the orders.
   * @param list those who come first are served first. An order with a coupon comes alone: its coupon is locked before
   *   any product, and nobody else shall wait for it (DESIGN §2.7)
   * @returns for each, in their order, the order or why there is none, which is nothing to the others: Problem
   *   `UNAUTHENTICATED` for a buyer who is not in this database, `BUYER_BLOCKED`, `PRODUCT_NOT_FOUND`,
   *   `PRODUCT_NOT_ON_SALE`, `OUT_OF_STOCK`, `AMOUNT_TOO_LARGE`, `COUPON_…`, or what `agree` throws
   */
  async create<Terms>(
    manager: EntityManager,
    list: readonly OrderToCreate<Terms>[],
  ): Promise<(Created<Terms> | Problem)[]> {
    const coupon = await this.lockCoupon(manager, list);
    if (coupon instanceof Problem) return [coupon];
    const [customers, shelf] = await Promise.all([
      this.buyers.customers(
        manager,
        list.map(({ buyerId }) => buyerId),
      ),
      this.stock.look(
        manager,
        list.flatMap(({ wanted }) => wanted.items),
      ),
    ]);
    const outcomes = list.map((each) => orProblem(() => this.draft(each, customers, shelf, coupon)));
    const created = outcomes.flatMap((outcome) => (outcome instanceof Problem ? [] : [outcome]));
    if (created.length === 0) return outcomes;
    await this.stock.take(manager, shelf);
    await this.insert(manager, created);
    if (coupon !== null) for (const { order } of created) await this.coupons.reserve(manager, coupon, order);
    return outcomes;
  }

  private async lockCoupon(
    manager: EntityManager,
    list: readonly OrderToCreate<unknown>[],
  ): Promise<Coupon | Problem | null> {
    const withCoupon = list.find(({ wanted }) => wanted.couponCode !== undefined);
    if (withCoupon === undefined) return null;
    if (list.length > 1) throw new Error('an order with a coupon is not made together with others');
    const { buyerId, wanted } = withCoupon;
    return this.coupons.lock(manager, wanted.couponCode ?? '', buyerId).catch(ifProblem);
  }

  /** The order with its items, and its pieces promised by the shelf. @throws Problem, and then nothing is promised */
  private draft<Terms>(
    { id, buyerId, wanted, agree }: OrderToCreate<Terms>,
    customers: Customers,
    shelf: Shelf,
    coupon: Coupon | null,
  ): Created<Terms> {
    const terms = agree(customers.get(buyerId));
    const pieces = shelf.look(wanted.items);
    const lineTotals = pieces.map(({ product, quantity }) => timesFen(product.priceFen, quantity));
    const totalFen = sumFen(lineTotals);
    if (totalFen > MAX_ORDER_FEN)
      throw new Problem('AMOUNT_TOO_LARGE', `At most ${MAX_ORDER_FEN} fen can be paid at once.`);
    const discountFen = coupon === null ? ZERO_FEN : this.coupons.discount(coupon, totalFen);
    const shares = spread(discountFen, lineTotals);
    shelf.promise(pieces);
    const items = pieces.map(({ product, quantity }, line) => ({
      orderId: id,
      line,
      productId: product.id,
      name: product.name,
      unitPriceFen: product.priceFen,
      quantity,
      payableFen: toFen((lineTotals[line] ?? 0) - (shares[line] ?? 0)),
    }));
    const createdAt = this.clock.now();
    const order: Order = {
      id,
      orderNo: newOrderNo(createdAt),
      buyerId,
      status: 'PENDING_PAYMENT',
      totalFen,
      discountFen,
      payableFen: toFen(totalFen - discountFen),
      paidFen: ZERO_FEN,
      refundedFen: ZERO_FEN,
      paidByPaymentId: null,
      couponCode: coupon?.code ?? null,
      attach: wanted.attach ?? null,
      address: wanted.address ?? null,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.settings.order.expireMinutes * 60_000),
      closeRequestedAt: null,
      paidAt: null,
      closedAt: null,
      shipment: null,
      completedAt: null,
    };
    return { order, items, terms };
  }

  private async insert(manager: EntityManager, created: readonly OrderWithItems[]): Promise<void> {
    const orders = created.map(({ order }) => [
      order.id,
      order.orderNo,
      order.buyerId,
      order.totalFen,
      order.discountFen,
      order.payableFen,
      order.couponCode,
      order.attach,
      order.address && JSON.stringify(order.address),
      order.createdAt,
      order.expiresAt,
    ]);
    const items = created
      .flatMap((each) => each.items)
      .map((item) => [
        item.orderId,
        item.line,
        item.productId,
        item.name,
        item.unitPriceFen,
        item.quantity,
        item.payableFen,
      ]);
    await send(manager, INSERT, [...columns(orders), ...columns(items)]);
  }
}

function orProblem<Result>(work: () => Result): Result | Problem {
  try {
    return work();
  } catch (error) {
    return ifProblem(error);
  }
}

function ifProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
