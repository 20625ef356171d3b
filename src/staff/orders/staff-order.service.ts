import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { validate as isUuid } from 'uuid';
import { newestPage } from '../../common/http/list-query.js';
import { Problem } from '../../common/http/problem.js';
import { OrderItem } from '../../order/order-item.entity.js';
import { Order } from '../../order/order.entity.js';
import { ClosingService } from '../../payment/closing.service.js';
import { StaffActionService, type By } from '../staff-action.service.js';
import { readOrderFile } from './order-file.js';
import { whereOrder } from './order-search.js';
import type { StaffOrderListQuery, StaffOrderPage, StaffOrderView } from './staff-order.schema.js';
import { staffOrderRow, staffOrderView } from './staff-order.view.js';

interface OrderPage {
  rows: Order[];
  /** By the id of their order. */
  items: Map<string, OrderItem[]>;
  nextCursor: string | null;
}

/** Orders as staff see them, and closing one. */
@Injectable()
export class StaffOrderService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly closing: ClosingService,
    private readonly actions: StaffActionService,
  ) {}

  async list(query: StaffOrderListQuery): Promise<StaffOrderPage> {
    const { rows, items, nextCursor } = await this.page(query);
    return { items: rows.map((order) => staffOrderRow(order, items.get(order.id) ?? [])), nextCursor };
  }

  /** One page of orders with their items, newest first. */
  async page({ limit, cursor, from, to, ...filter }: StaffOrderListQuery): Promise<OrderPage> {
    const query = this.dataSource.createQueryBuilder(Order, 'o');
    whereOrder(query, filter);
    const { rows, nextCursor } = await newestPage(query, 'createdAt', { limit, cursor, from, to });
    const items = await this.dataSource.manager.find(OrderItem, {
      where: { orderId: In(rows.map(({ id }) => id)) },
      order: { line: 'ASC' },
    });
    return { rows, items: Map.groupBy(items, ({ orderId }) => orderId), nextCursor };
  }

  /** @throws Problem `ORDER_NOT_FOUND` */
  async view(id: string): Promise<StaffOrderView> {
    const file = isUuid(id) ? await readOrderFile(this.dataSource, id) : null;
    if (file === null) throw new Problem('ORDER_NOT_FOUND', 'There is no such order.');
    return staffOrderView(file);
  }

  /**
   * Closes an unpaid order: at WeChat first, then here. A closed one stays closed.
   * @returns the order, and whether it is decided; undecided means that WeChat has not answered and will be asked again
   * @throws Problem `ORDER_NOT_FOUND`; `ORDER_ALREADY_PAID`, also when WeChat reports the payment only now
   */
  async close(id: string, by: By): Promise<{ order: StaffOrderView; decided: boolean }> {
    const before = isUuid(id) ? await this.dataSource.manager.findOneBy(Order, { id }) : null;
    if (before === null) throw new Problem('ORDER_NOT_FOUND', 'There is no such order.');
    let decided = true;
    if (before.status === 'PENDING_PAYMENT') {
      await this.actions.record(by, 'order.close_requested', id, { status: before.status });
      decided = (await this.closing.closeOrder(id)).kind !== 'unknown';
    }
    const order = await this.view(id);
    if (order.status !== 'CLOSED' && order.status !== 'PENDING_PAYMENT') {
      throw new Problem('ORDER_ALREADY_PAID', 'The order is paid; ask for a refund instead.', {
        extra: { orderId: id },
      });
    }
    return { order, decided };
  }
}
