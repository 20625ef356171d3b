import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, type EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { Clock } from '../common/time/clock.js';
import { decodeCursor, page } from '../common/http/cursor.js';
import type { Fen } from '../common/fen.js';
import { Problem } from '../common/http/problem.js';
import { eventOf } from '../common/transitions.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import { CouponService } from './coupon/coupon.service.js';
import { readOrder } from './order-detail.js';
import type { OrderListQuery, OrderView } from './order.schema.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { ORDER_TRANSITIONS } from './order.status.js';
import { orderView } from './order.view.js';
import type { Shipment } from './shipment.js';
import { StockService } from './stock.service.js';

const ADD_REFUNDED = statement(
  'add-refunded',
  'UPDATE orders SET refunded_fen = refunded_fen + $2 WHERE id = $1',
);
const MARK_CLOSED = statement(
  'close-order',
  `UPDATE orders SET status = 'CLOSED', closed_at = $2 WHERE id = $1`,
);

/** A day later WeChat is asked whether the goods have arrived. */
const MARK_SHIPPED = statement(
  'ship-order',
  `UPDATE orders SET status = 'SHIPPED', shipment = $2, receipt_check_at = $3::timestamptz + interval '1 day' WHERE id = $1`,
);
const MARK_COMPLETED = statement(
  'complete-order',
  `UPDATE orders SET status = 'COMPLETED', shipment = $2, completed_at = $3, receipt_check_at = NULL WHERE id = $1`,
);

/** What becomes of orders. They are made by OrderCreationService; what needs WeChat (paying, closing) lives in `payment`. */
@Injectable()
export class OrderService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly stock: StockService,
    private readonly coupons: CouponService,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Locks the order for a decision. Lock order everywhere: order, then payment (DESIGN §2.7). */
  lock(manager: EntityManager, id: string): Promise<Order | null> {
    return manager.findOne(Order, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Closes a locked, unpaid order and gives its coupon and its stock back, once. */
  async close(manager: EntityManager, order: Order): Promise<void> {
    eventOf(ORDER_TRANSITIONS, 'order', order.status, 'CLOSED');
    const now = this.clock.now();
    await run(manager, MARK_CLOSED, [order.id, now]);
    if (order.couponCode !== null) await this.coupons.release(manager, order.id, now);
    await this.stock.giveBack(manager, order.id);
  }

  /** Keeps how the goods of a locked order travel; a shipped one is corrected. */
  async ship(manager: EntityManager, { id, status }: Order, shipment: Shipment): Promise<void> {
    if (status !== 'SHIPPED') eventOf(ORDER_TRANSITIONS, 'order', status, 'SHIPPED');
    await run(manager, MARK_SHIPPED, [id, JSON.stringify(shipment), this.clock.now()]);
  }

  /** Completes a locked order whose goods have arrived. */
  async complete(manager: EntityManager, { id, status }: Order, shipment: Shipment): Promise<void> {
    eventOf(ORDER_TRANSITIONS, 'order', status, 'COMPLETED');
    await run(manager, MARK_COMPLETED, [id, JSON.stringify(shipment), this.clock.now()]);
  }

  /** Counts a confirmed refund on a locked order, and takes the goods that came back into stock. */
  async addRefund(
    manager: EntityManager,
    orderId: string,
    amountFen: Fen,
    returned: readonly { line: number; quantity: number }[],
  ): Promise<void> {
    await run(manager, ADD_REFUNDED, [orderId, amountFen]);
    if (returned.length > 0) await this.stock.takeBack(manager, orderId, returned);
  }

  itemsOf(manager: EntityManager, orderId: string): Promise<OrderItem[]> {
    return manager.find(OrderItem, { where: { orderId }, order: { line: 'ASC' } });
  }

  /** @throws Problem `ORDER_NOT_FOUND`, also for somebody else's order: its existence is nobody's business */
  async ofBuyer(buyerId: string, id: string): Promise<Order> {
    const order = isUuid(id) ? await this.dataSource.manager.findOneBy(Order, { id, buyerId }) : null;
    if (order === null) throw notFound();
    return order;
  }

  async find(id: string): Promise<Order | null> {
    return isUuid(id) ? this.dataSource.manager.findOneBy(Order, { id }) : null;
  }

  async view(id: string): Promise<OrderView> {
    const found = await readOrder(this.dataSource.manager, id, null);
    if (found === undefined) throw new Error(`there is no order ${id}`);
    return orderView(found.order, found.items);
  }

  /** @throws Problem `ORDER_NOT_FOUND` */
  async viewOfBuyer(buyerId: string, id: string): Promise<OrderView> {
    const found = isUuid(id) ? await readOrder(this.dataSource.manager, id, buyerId) : undefined;
    if (found === undefined) throw notFound();
    return orderView(found.order, found.items);
  }

  /** The buyer's orders, newest first. */
  async list(
    buyerId: string,
    { status, limit, cursor }: OrderListQuery,
  ): Promise<{ items: OrderView[]; nextCursor: string | null }> {
    const query = this.dataSource
      .createQueryBuilder(Order, 'o')
      .where('o.buyerId = :buyerId', { buyerId })
      .orderBy({ 'o.createdAt': 'DESC', 'o.id': 'DESC' })
      .limit(limit + 1);
    if (status !== undefined) query.andWhere('o.status = :status', { status });
    if (cursor !== undefined) query.andWhere('(o.createdAt, o.id) < (:createdAt, :id)', decodeCursor(cursor));
    const { rows, nextCursor } = page(await query.getMany(), limit);
    const items = await this.dataSource.manager.find(OrderItem, {
      where: { orderId: In(rows.map(({ id }) => id)) },
      order: { line: 'ASC' },
    });
    return {
      items: rows.map((order) =>
        orderView(
          order,
          items.filter(({ orderId }) => orderId === order.id),
        ),
      ),
      nextCursor,
    };
  }
}

function notFound(): Problem {
  return new Problem('ORDER_NOT_FOUND', 'You have no such order.');
}
