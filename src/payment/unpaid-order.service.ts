import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { Problem } from '../common/http/problem.js';
import type { OrderView } from '../order/order.schema.js';
import { OrderService } from '../order/order.service.js';
import { ClosingService } from './closing.service.js';
import { InquiryService } from './inquiry.service.js';
import { Payment } from './payment.entity.js';
import { OPEN_STATUSES } from './payment.status.js';
import { outcomeUnknown } from './prepay.service.js';

/** What a buyer does with an order that may not be paid: ask for the truth, and cancel. */
@Injectable()
export class UnpaidOrderService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly inquiries: InquiryService,
    private readonly closing: ClosingService,
  ) {}

  /**
   * The true order: WeChat is asked when an attempt is open, because the phone's own word proves nothing (A7).
   * @throws Problem `WXPAY_OUTCOME_UNKNOWN` when WeChat does not answer
   */
  async sync(orderId: string, buyerId: string): Promise<OrderView> {
    await this.orders.ofBuyer(buyerId, orderId);
    const open = await this.dataSource.manager.findOneBy(Payment, { orderId, status: In(OPEN_STATUSES) });
    if (open !== null) {
      const inquiry = await this.inquiries.ask(open);
      if (inquiry.kind === 'unknown') throw outcomeUnknown(orderId, inquiry);
    }
    return this.orders.view(orderId);
  }

  /**
   * @returns the order, and whether it is decided; undecided means that WeChat has not answered and will be asked again
   * @throws Problem `ORDER_ALREADY_PAID`, also when WeChat reports the payment only now
   */
  async cancel(orderId: string, buyerId: string): Promise<{ order: OrderView; decided: boolean }> {
    const { status } = await this.orders.ofBuyer(buyerId, orderId);
    const closing = status === 'PENDING_PAYMENT' ? await this.closing.closeOrder(orderId) : undefined;
    const order = await this.orders.view(orderId);
    if (order.status !== 'CLOSED' && order.status !== 'PENDING_PAYMENT') {
      throw new Problem('ORDER_ALREADY_PAID', 'The order is paid; ask for a refund instead.', {
        extra: { orderId },
      });
    }
    return { order, decided: closing?.kind !== 'unknown' };
  }
}
