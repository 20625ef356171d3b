import type { Api } from './api.js';
import type { Order } from './model.js';
import { call, pause, WxError, type PayParams, type Wx, type WxFailure } from './wx.js';

/** What a buyer is told (A26). `pending`: nobody knows yet, and he must not pay again. */
export type Outcome = 'paid' | 'cancelled' | 'failed' | 'pending' | 'closed';

/** How often the shop is asked after WeChat's cashier said "ok". */
const LOOKS = 15;

/** Paying: WeChat's cashier, and then the truth. */
export class Payment {
  constructor(
    private readonly wx: Wx,
    private readonly api: Api,
    private readonly lookEveryMs: number,
  ) {}

  /**
   * Opens WeChat's cashier and asks the server what became of it: what the cashier says on the phone proves nothing,
   * neither "ok" nor "cancel".
   */
  async pay(order: Order, payParams: PayParams): Promise<{ outcome: Outcome; order: Order }> {
    const said = await this.cashier(payParams);
    try {
      return await this.truth(order.id, said);
    } catch {
      return { outcome: 'pending', order }; // nobody answers: whatever the phone says, it is not known
    }
  }

  /** Pays an open order, again or for the first time. */
  async payAgain(order: Order): Promise<{ outcome: Outcome; order: Order }> {
    const { payParams } = await this.api.post<{ payParams: PayParams }>(`/orders/${order.id}/payments`, {
      tradeType: 'JSAPI',
    });
    return this.pay(order, payParams);
  }

  /** @param said what the phone believes; decides only how an order that is not paid is called */
  async truth(
    orderId: string,
    said: 'pending' | 'cancelled' | 'failed',
  ): Promise<{ outcome: Outcome; order: Order }> {
    const asked = await this.api.post<Order>(`/orders/${orderId}/sync`);
    const order = said === 'pending' ? await this.follow(asked) : asked;
    if (order.status === 'CLOSED') return { outcome: 'closed', order };
    return { outcome: order.status === 'PENDING_PAYMENT' ? said : 'paid', order };
  }

  private async follow(asked: Order): Promise<Order> {
    let order = asked;
    for (let look = 0; order.status === 'PENDING_PAYMENT' && look < LOOKS; look += 1) {
      await pause(this.lookEveryMs);
      order = await this.api.get<Order>(`/orders/${order.id}`);
    }
    return order;
  }

  private async cashier(payParams: PayParams): Promise<'pending' | 'cancelled' | 'failed'> {
    try {
      await call<WxFailure>((callbacks) => this.wx.requestPayment({ ...payParams, ...callbacks }));
      return 'pending';
    } catch (error) {
      if (!(error instanceof WxError)) throw error;
      return error.errMsg.includes('cancel') ? 'cancelled' : 'failed';
    }
  }
}
