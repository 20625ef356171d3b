import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { BuyerService } from '../buyer/buyer.service.js';
import { Clock } from '../common/time/clock.js';
import { Problem } from '../common/http/problem.js';
import { transaction } from '../database/transaction.js';
import { Feed } from '../jobs/feed.js';
import type { NewOrder, OrderView } from '../order/order.schema.js';
import type { Order } from '../order/order.entity.js';
import { OrderService } from '../order/order.service.js';
import { orderView } from '../order/order.view.js';
import type { PayParams, TradeType } from '../wxpay/protocol.js';
import { WxPayService } from '../wxpay/wxpay.service.js';
import { AttemptService, type PayWish } from './attempt.service.js';
import { CheckoutCommitService } from './checkout-commit.service.js';
import { ClosingService } from './closing.service.js';
import type { Payment } from './payment.entity.js';
import type { PaymentView } from './payment.schema.js';
import { paymentView } from './payment.view.js';
import { outcomeUnknown, PrepayService } from './prepay.service.js';

/** WeChat wants at least a minute between start and expiry; with less than this left a payment would only fail (DESIGN §6.5). */
const MIN_TIME_TO_PAY_MS = 90_000;
/** Replacing an attempt or a used-up number happens once or twice; more means that somebody races us. */
const MAX_ROUNDS = 4;

/** Repeated: the same Idempotency-Key has brought this id before. */
export interface OrderToBe {
  id: string;
  isRepeated: boolean;
}

export interface Payable {
  payment: PaymentView;
  payParams: PayParams;
}

/** From the wish to buy or to pay again, to what opens WeChat's cashier (DESIGN §4 "Checkout"). */
@Injectable()
export class CheckoutService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly buyers: BuyerService,
    private readonly orders: OrderService,
    private readonly commits: CheckoutCommitService,
    private readonly attempts: AttemptService,
    private readonly prepays: PrepayService,
    private readonly closing: ClosingService,
    private readonly wxpay: WxPayService,
    private readonly clock: Clock,
    private readonly feed: Feed,
  ) {}

  /**
   * Writes the order alone; it is paid later.
   * @throws Problem as `OrderCreationService.create`; NotDecided (`SHOP_BUSY`) when it was not written in time
   */
  async order({ id, isRepeated }: OrderToBe, buyerId: string, wanted: NewOrder): Promise<OrderView> {
    if (isRepeated && (await this.orders.find(id)) !== null) return this.orders.view(id);
    const { order, items } = await this.commits.order({ id, buyerId, wanted });
    this.tellPlaced(order);
    return orderView(order, items);
  }

  /**
   * Order and prepay in one call: order and attempt are committed together, then WeChat is asked. A repeated request goes
   * on where the first one stopped, with the same numbers (DESIGN §6.4).
   * @throws Problem as `CheckoutCommitService.place`, and once there is an order as `pay`
   */
  async checkout(
    { id, isRepeated }: OrderToBe,
    buyerId: string,
    wanted: NewOrder,
    tradeType: TradeType,
    clientIp: string,
  ): Promise<Payable & { order: OrderView }> {
    if (isRepeated && (await this.orders.find(id)) !== null) {
      const payable = await this.pay(id, buyerId, tradeType, clientIp);
      return { order: await this.orders.view(id), ...payable };
    }
    const placement = { id, buyerId, wanted, tradeType, clientIp };
    const { order, items, payment, wish } = await this.commits.place(placement);
    this.tellPlaced(order);
    return { order: orderView(order, items), ...(await this.prepay(payment, wish)) };
  }

  /** For consoles alone; told after the commit, because on this path even a job would be paid for by every buyer. */
  private tellPlaced({ id, createdAt }: Order): void {
    this.feed.tell({ id, type: 'order.created', at: createdAt.toISOString(), orderId: id });
  }

  /**
   * Pays an existing order, for the first time or again.
   * @throws Problem as `BuyerService.customer`, `ORDER_NOT_FOUND`, `TRADE_TYPE_NOT_OFFERED`; `ORDER_ALREADY_PAID`,
   *   `ORDER_CLOSED`, `ORDER_CLOSING`, `ORDER_EXPIRED`; `WXPAY_REJECTED` when WeChat wants no such payment,
   *   `WXPAY_OUTCOME_UNKNOWN` when it gave no certain answer to the prepay, or to the closing of the attempt before;
   *   `PAYMENT_CHANGED` when somebody else paid, closed or prepared it meanwhile; NotDecided (`SHOP_BUSY`) when the prepay was not
   *   written in time
   */
  async pay(orderId: string, buyerId: string, tradeType: TradeType, clientIp: string): Promise<Payable> {
    await this.orders.ofBuyer(buyerId, orderId);
    const wish = this.attempts.wish(await this.buyers.customer(buyerId), tradeType, clientIp);
    return this.prepay(await this.openAttempt(orderId, wish), wish);
  }

  /** The attempt this wish is paid with: the open one when it serves, else a new one after the old is closed at WeChat. */
  private async openAttempt(orderId: string, wish: PayWish): Promise<Payment> {
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const { open, serves } = await transaction(this.dataSource, (manager) =>
        this.openOrCreate(manager, orderId, wish),
      );
      if (serves) return open;
      await this.closeOld(open);
    }
    throw new Problem('PAYMENT_CHANGED', 'Another request is paying this order; try again.', {
      retryAfterSeconds: 1,
      extra: { orderId },
    });
  }

  /** @throws Problem `WXPAY_OUTCOME_UNKNOWN`: until WeChat has closed the old number, no new one is used */
  private async closeOld(payment: Payment): Promise<void> {
    const closing = await this.closing.closeAttempt(payment);
    if (closing.kind === 'unknown') throw outcomeUnknown(payment.orderId, closing);
  }

  private async openOrCreate(
    manager: EntityManager,
    orderId: string,
    wish: PayWish,
  ): Promise<{ open: Payment; serves: boolean }> {
    const order = await this.orders.lock(manager, orderId);
    if (order === null) throw new Problem('ORDER_NOT_FOUND', 'You have no such order.');
    this.refuseUnlessPayable(order);
    const open = await this.attempts.lockOpen(manager, orderId);
    if (open !== null) {
      const serves = this.attempts.serves(open, wish);
      // Its age says when WeChat is asked about it, and it may be paid only now.
      if (serves) await this.attempts.askSoon(manager, open);
      return { open, serves };
    }
    const last = await this.attempts.lastAttempt(manager, orderId);
    const items = await this.orders.itemsOf(manager, orderId);
    const attempt = (last?.attempt ?? 0) + 1;
    const [created] = await this.attempts.create(manager, [{ order, items, attempt, wish }]);
    if (created === undefined) throw new Error('no attempt was made');
    return { open: created, serves: true };
  }

  private refuseUnlessPayable(order: Order): void {
    const extra = { orderId: order.id };
    if (order.status === 'CLOSED')
      throw new Problem('ORDER_CLOSED', 'The order is closed; order again.', { extra });
    if (order.status !== 'PENDING_PAYMENT')
      throw new Problem('ORDER_ALREADY_PAID', 'The order is already paid.', { extra });
    if (order.closeRequestedAt !== null)
      throw new Problem('ORDER_CLOSING', 'The order is being closed.', { extra });
    if (order.expiresAt.getTime() - this.clock.now().getTime() < MIN_TIME_TO_PAY_MS) {
      throw new Problem('ORDER_EXPIRED', 'The time to pay this order is over; order again.', { extra });
    }
  }

  private async prepay(first: Payment, wish: PayWish): Promise<Payable> {
    let payment = first;
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const result = await this.prepays.prepay(payment);
      if (result.kind === 'ready') {
        const { prepaid, accountId, request } = result.payment;
        return {
          payment: paymentView(result.payment),
          payParams: this.wxpay.payParams(accountId, request, prepaid),
        };
      }
      if (result.kind === 'replace') await this.closeOld(payment);
      payment = await this.openAttempt(payment.orderId, wish);
    }
    throw new Problem('PAYMENT_CHANGED', 'WeChat Pay keeps refusing the numbers of this order.', {
      extra: { orderId: first.orderId },
    });
  }
}
