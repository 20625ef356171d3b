import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Customer } from '../buyer/customers.js';
import type { Problem } from '../common/http/problem.js';
import { OrderCreationService, type OrderWithItems } from '../order/order-creation.service.js';
import type { NewOrder } from '../order/order.schema.js';
import type { TradeType } from '../wxpay/protocol.js';
import { AttemptService, type PayWish } from './attempt.service.js';
import type { Payment } from './payment.entity.js';

export interface Placement {
  /** Of the order to be: known before, so that a repeated request finds it again. */
  id: string;
  buyerId: string;
  wanted: NewOrder;
  tradeType: TradeType;
  clientIp: string;
}

export interface Placed extends OrderWithItems {
  payment: Payment;
  wish: PayWish;
}

/** Writes orders with their first attempt to pay. */
@Injectable()
export class PlacementService {
  constructor(
    private readonly orders: OrderCreationService,
    private readonly attempts: AttemptService,
  ) {}

  /**
   * @param placements an order with a coupon comes alone
   * @returns for each, in their order, what was written or why nothing was: Problem as `OrderCreationService.create`,
   *   `TRADE_TYPE_NOT_OFFERED`
   */
  async place(manager: EntityManager, placements: readonly Placement[]): Promise<(Placed | Problem)[]> {
    const orders = placements.map(({ tradeType, clientIp, ...order }) => ({
      ...order,
      agree: (buyer: Customer) => this.attempts.wish(buyer, tradeType, clientIp),
    }));
    const outcomes = await this.orders.create(manager, orders);
    const attempts = outcomes.flatMap((made) =>
      'terms' in made ? [{ ...made, attempt: 1, wish: made.terms }] : [],
    );
    const payments = await this.attempts.create(manager, attempts);
    const paymentOf = new Map(payments.map((payment) => [payment.orderId, payment]));
    return outcomes.map((made) =>
      'terms' in made
        ? { ...made, wish: made.terms, payment: paymentOf.get(made.order.id) as Payment }
        : made,
    );
  }
}
