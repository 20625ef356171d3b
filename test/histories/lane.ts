import { randomUUID } from 'node:crypto';
import type { Reply } from './http.js';
import type { History } from './history.js';
import type { Account, Colleague, World } from './world.js';

export interface Customer {
  token: string;
  id: string;
  openid: string;
  account: Account;
}

export interface Goods {
  id: string;
  priceFen: number;
  stock: number;
}

export interface KnownOrder {
  id: string;
  orderNo: string;
  payableFen: number;
  /** Numbers of its attempts, oldest first. */
  numbers: string[];
  payParams: unknown;
  /** Numbers that were paid at the cashier, whatever became of it. */
  paid: string[];
}

/** One history under way: what its people know, which may be less than what is true. */
export class Lane {
  readonly orders: KnownOrder[] = [];
  /** Ids of refunds, oldest first. */
  readonly refunds: string[] = [];
  /** WeChat's numbers of payments, for faults on refunds. */
  readonly transactionIds: string[] = [];
  /** What was seen that must not be, beside what the books will show. */
  readonly complaints: string[] = [];
  /** No notification about it arrives any more, ever. */
  muted = false;
  /** How often each step has met something to do. */
  readonly done: Record<string, number> = {};
  private last: (() => Promise<Reply>) | undefined;

  constructor(
    readonly world: World,
    readonly history: History,
    readonly customer: Customer,
    readonly goods: readonly Goods[],
    readonly couponCode: string,
    /** In the names of its goods, so that WeChat can tell its requests before there is a number. */
    readonly tag: string,
  ) {}

  order(fromNewest: number): KnownOrder | undefined {
    return this.orders[this.orders.length - 1 - fromNewest] ?? this.orders.at(-1);
  }

  paidOrder(fromNewest: number): KnownOrder | undefined {
    const paid = this.orders.filter(({ paid }) => paid.length > 0);
    return paid[paid.length - 1 - fromNewest] ?? paid.at(-1);
  }

  refund(fromNewest: number): string | undefined {
    return this.refunds[this.refunds.length - 1 - fromNewest] ?? this.refunds.at(-1);
  }

  /** Everything by which a request or delivery shows that it is about this history. */
  get names(): string[] {
    return [this.tag, ...this.orders.map(({ orderNo }) => orderNo), ...this.transactionIds];
  }

  /** The buyer's request; with a key of its own unless it repeats another. */
  buyer(path: string, body?: unknown, key: string = randomUUID()): Promise<Reply> {
    const send = (): Promise<Reply> =>
      this.ask(path, body, {
        authorization: `Bearer ${this.customer.token}`,
        'idempotency-key': key,
      });
    this.last = send;
    return send();
  }

  staff(who: Colleague, path: string, body?: unknown): Promise<Reply> {
    const send = (): Promise<Reply> =>
      this.ask(`/api/v1/admin${path}`, body, {
        authorization: `Bearer ${this.world.staff[who]}`,
        'idempotency-key': randomUUID(),
      });
    this.last = send;
    return send();
  }

  /** The last request once more, word for word: a double click, or a client that heard nothing. */
  repeat(): Promise<Reply> {
    return this.last?.() ?? Promise.resolve({ status: 0, body: undefined });
  }

  control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
    return this.world.control.send(method, path, body);
  }

  learnOrder({ order, payment, payParams }: Pick<Reply, 'body'>['body']): void {
    const { id } = order;
    let known = this.orders.find((each) => each.id === id);
    if (known === undefined) {
      known = {
        id,
        orderNo: order.orderNo,
        payableFen: order.payableFen,
        numbers: [],
        payParams: undefined,
        paid: [],
      };
      this.orders.push(known);
    }
    if (payment !== undefined) this.learnAttempt(known, payment, payParams);
  }

  learnAttempt(order: KnownOrder, payment: { outTradeNo: string }, payParams: unknown): void {
    if (!order.numbers.includes(payment.outTradeNo)) order.numbers.push(payment.outTradeNo);
    order.payParams = payParams;
  }

  learnRefund(id: string): void {
    if (!this.refunds.includes(id)) this.refunds.push(id);
  }

  private async ask(path: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
    await this.world.alive;
    const reply = await this.world.shop.send('POST', path, body ?? {}, headers);
    // A dying process answers as it can; at any other time an error nobody expected is a defect.
    if (reply.status === 500 && !this.world.crashing)
      this.complaints.push(`POST ${path} was answered 500: ${JSON.stringify(reply.body)}`);
    return reply;
  }
}
