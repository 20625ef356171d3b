import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Customer } from '../buyer/customers.js';
import { Problem } from '../common/http/problem.js';
import { GroupCommit } from '../database/group-commit.js';
import { transaction, waitAtMost } from '../database/transaction.js';
import { OrderCreationService, type OrderWithItems } from '../order/order-creation.service.js';
import type { NewOrder } from '../order/order.schema.js';
import type { TradeType } from '../wxpay/protocol.js';
import { AttemptService, type PayWish } from './attempt.service.js';
import type { Payment } from './payment.entity.js';
import { BUYERS, lockPatienceMs, throwBusy } from './shop-busy.js';

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

/**
 * Writes orders with their first attempt to pay. Those that come while a transaction is under way share the next one: in
 * a flash sale everybody waits for the same product's row, and each commit would keep it for a write to the disk (ADR 11).
 */
@Injectable()
export class PlacementService {
  private readonly logger = new Logger('placement');
  private readonly placing = new GroupCommit<Placement, Placed | Problem>({
    keyOf: ({ id }) => id,
    decide: (placements, alone) => this.decide(placements, alone),
    onGroupFailed: (placements, cause) =>
      this.logger.warn('orders could not be written together; each of them is written alone', {
        orderIds: placements.map(({ id }) => id),
        cause,
      }),
    ...BUYERS,
  });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly orders: OrderCreationService,
    private readonly attempts: AttemptService,
  ) {}

  /**
   * Returns once order and attempt are committed; only then may WeChat hear of them (DESIGN §2.3).
   * @throws Problem as `OrderCreationService.create`, `TRADE_TYPE_NOT_OFFERED`, and `SHOP_BUSY` when the order was not
   *   written in time; the same Idempotency-Key finds it if it was after all
   */
  async place(placement: Placement): Promise<Placed> {
    const isAlone = placement.wanted.couponCode !== undefined;
    const placed = await (isAlone ? this.alone(placement) : this.placing.submit(placement)).catch(throwBusy);
    if (placed instanceof Problem) throw placed;
    return placed;
  }

  private async alone(placement: Placement): Promise<Placed | Problem> {
    const [placed] = await this.decide([placement], true);
    if (placed === undefined) throw new Error('an order was neither made nor refused');
    return placed;
  }

  private decide(placements: readonly Placement[], alone: boolean): Promise<(Placed | Problem)[]> {
    return transaction(this.dataSource, async (manager) => {
      await waitAtMost(manager, lockPatienceMs(alone));
      const orders = placements.map(({ tradeType, clientIp, ...order }) => ({
        ...order,
        agree: (buyer: Customer) => this.attempts.wish(buyer, tradeType, clientIp),
      }));
      const outcomes = await this.orders.create(manager, orders);
      const attempts = outcomes.flatMap((made) =>
        made instanceof Problem ? [] : [{ ...made, attempt: 1, wish: made.terms }],
      );
      const payments = await this.attempts.create(manager, attempts);
      const paymentOf = new Map(payments.map((payment) => [payment.orderId, payment]));
      return outcomes.map((made) =>
        made instanceof Problem
          ? made
          : { ...made, wish: made.terms, payment: paymentOf.get(made.order.id) as Payment },
      );
    });
  }
}
