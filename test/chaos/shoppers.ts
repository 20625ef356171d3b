import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RefundPage, RefundView } from '../../src/refund/refund.schema.js';
import { TestBuyer, type CheckedOut } from '../support/buyer.js';
import { TestOperator } from '../support/staff.js';
import type { System } from '../support/system.js';
import type { Machine } from './machine.js';
import type { Random } from './random.js';

/** What people did, and what they were promised. */
export interface Diary {
  checkouts: number;
  paid: number;
  cancelled: number;
  paidLate: number;
  refundsAsked: number;
  decided: number;
  /** Requests that broke off or were refused with 5xx. */
  troubled: number;
  /** Orders that were answered with 201: they must exist. */
  promised: string[];
}

const TRIES = 400;
const PAUSE_MS = 250;

/** What the helpers of the tests need of a system: the address, the simulator, and accounts made beside the application. */
type Shop = Pick<System, 'url' | 'control'>;

export class People {
  readonly diary: Diary = {
    checkouts: 0,
    paid: 0,
    cancelled: 0,
    paidLate: 0,
    refundsAsked: 0,
    decided: 0,
    troubled: 0,
    promised: [],
  };
  private readonly shop: System;

  constructor(
    private readonly machine: Machine,
    private readonly random: Random,
    private readonly products: readonly string[],
  ) {
    const shop: Shop = { url: machine.url, control: machine.control };
    this.shop = { ...shop, database: { url: machine.databaseUrl } } as System;
  }

  /** Buys again and again, in one of the ways people do. */
  async buyer(isOver: () => boolean): Promise<void> {
    const buyer = await this.persist(() => TestBuyer.login(this.shop));
    while (!isOver()) {
      try {
        await this.buyOnce(buyer);
      } catch {
        this.diary.troubled += 1; // gave up: the order expires, or WeChat has the money and tells
      }
      await sleep(this.random.between(20, 400));
    }
  }

  /** Decides about every refund that waits, until all are decided after the time is over. */
  async operator(isOver: () => boolean): Promise<void> {
    const operator = await this.persist(() => TestOperator.login(this.shop, 'FINANCE'));
    for (let waiting = 1; !isOver() || waiting > 0; await sleep(PAUSE_MS)) {
      try {
        const { body } = await operator.send<RefundPage>('GET', '/refunds?status=REQUESTED&limit=50');
        waiting = body.items.length;
        for (const { id } of body.items) {
          const decision = this.random.chance(0.85) ? ['approve', {}] : ['reject', { reason: '不符合条件' }];
          await operator.send('POST', `/refunds/${id}/${decision[0] as string}`, decision[1]);
          this.diary.decided += 1;
        }
      } catch {
        this.diary.troubled += 1;
      }
    }
  }

  private async buyOnce(buyer: TestBuyer): Promise<void> {
    const { order, payment } = await this.checkout(buyer);
    const { control } = this.machine;
    const way = this.random.next();
    await sleep(this.random.between(0, 300));
    if (way < 0.7) {
      await control.pay({ outTradeNo: payment.outTradeNo });
      this.diary.paid += 1;
      if (this.random.chance(0.5)) await buyer.send('POST', `/api/v1/orders/${order.id}/sync`);
      if (this.random.chance(0.5)) await this.askRefund(buyer, order);
    } else if (way < 0.9) {
      await this.persist(() => buyer.send('POST', `/api/v1/orders/${order.id}/cancel`));
      this.diary.cancelled += 1;
      if (this.random.chance(0.5)) {
        await control.pay({ outTradeNo: payment.outTradeNo, force: true });
        this.diary.paidLate += 1;
      }
    } // else: walks away
  }

  private async checkout(buyer: TestBuyer): Promise<CheckedOut> {
    const body = {
      items: [{ productId: this.random.pick(this.products), quantity: this.random.between(1, 3) }],
      tradeType: this.random.pick(['JSAPI', 'JSAPI', 'NATIVE']),
    };
    const key = { 'idempotency-key': randomUUID() };
    const answer = await this.persist(() => buyer.send<CheckedOut>('POST', '/api/v1/checkout', body, key));
    if (answer.status !== 201) throw new Error(`checkout: ${answer.status}`);
    this.diary.checkouts += 1;
    this.diary.promised.push(answer.body.order.id);
    return answer.body;
  }

  private async askRefund(buyer: TestBuyer, order: CheckedOut['order']): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const amountFen = this.random.chance(0.5) ? this.random.between(1, order.payableFen) : undefined;
      const key = { 'idempotency-key': randomUUID() };
      const asked = await this.persist(() =>
        buyer.send<RefundView>(
          'POST',
          `/api/v1/orders/${order.id}/refunds`,
          { reason: '不想要了', amountFen },
          key,
        ),
      );
      if (asked.status === 201) this.diary.refundsAsked += 1;
      if (asked.status !== 409) return; // not paid yet, as far as the shop knows
      await sleep(PAUSE_MS);
    }
  }

  /** As clients do: when nobody answers, or with 5xx, the same again. */
  private async persist<Result>(request: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        const result = await request();
        const status = (result as { status?: number }).status ?? 0;
        if (status < 500) return result;
        if (tries === TRIES) throw new Error(`still refused with ${status}`);
      } catch (error) {
        if (tries === TRIES) throw error;
      }
      this.diary.troubled += 1;
      await sleep(PAUSE_MS);
    }
  }
}
