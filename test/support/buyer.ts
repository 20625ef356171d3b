import { randomUUID } from 'node:crypto';
import type { OrderView } from '../../src/order/order.schema.js';
import type { PaymentView } from '../../src/payment/payment.schema.js';
import { eventually } from './eventually.js';
import type { System } from './system.js';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface CheckedOut {
  order: OrderView;
  payment: PaymentView;
  payParams: Record<string, string>;
}

export interface ProblemBody {
  code: string;
  status: number;
  detail: string;
  requestId: string;
  orderId?: string;
  reason?: string;
  errors?: { field: string; message: string }[];
}

/** A logged-in buyer with a phone: speaks to the public API only. */
export class TestBuyer {
  private constructor(
    private readonly system: System,
    readonly token: string,
    readonly id: string,
    readonly openid: string,
  ) {}

  /** @param appId another mini-program than the default account's */
  static async login(system: System, openid?: string, appId?: string): Promise<TestBuyer> {
    const given = await system.control.loginCode(openid, appId);
    const response = await fetch(`${system.url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: given.code, app: appId }),
    });
    if (!response.ok) throw new Error(`login failed: ${await response.text()}`);
    const { token, buyer } = (await response.json()) as { token: string; buyer: { id: string } };
    return new TestBuyer(system, token, buyer.id, given.openid);
  }

  /** The same phone, talking to another instance. */
  at(system: System): TestBuyer {
    return new TestBuyer(system, this.token, this.id, this.openid);
  }

  async send<Body = ProblemBody>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.system.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  }

  /** Checks out and expects it to work; after a 504 it repeats the same request, as every client must. */
  async checkout(productId: string, quantity = 1, more: Record<string, unknown> = {}): Promise<CheckedOut> {
    const body = { items: [{ productId, quantity }], ...more };
    const key = { 'idempotency-key': randomUUID() };
    let answer = await this.send<CheckedOut>('POST', '/api/v1/checkout', body, key);
    for (let repeated = 0; answer.status === 504 && repeated < 3; repeated++)
      answer = await this.send<CheckedOut>('POST', '/api/v1/checkout', body, key);
    if (answer.status !== 201) throw new Error(`checkout failed: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async order(id: string): Promise<OrderView> {
    return (await this.send<OrderView>('GET', `/api/v1/orders/${id}`)).body;
  }

  /** Waits until the order has this status. */
  orderBecomes(id: string, status: OrderView['status'], withinMs = 15_000): Promise<OrderView> {
    return eventually(async () => {
      const order = await this.order(id);
      if (order.status !== status) throw new Error(`the order is ${order.status}, not ${status}`);
      return order;
    }, withinMs);
  }
}
