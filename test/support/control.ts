/** A client of the simulator's control API (CONTRACT §4). */
export class Control {
  constructor(readonly url: string) {}

  async call<Answer = unknown>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  async loginCode(openid?: string, appId?: string): Promise<{ code: string; openid: string }> {
    return (await this.call<{ code: string; openid: string }>('POST', '/_sim/login-code', { openid, appId }))
      .body;
  }

  /** The buyer pays in WeChat's cashier. */
  async pay(request: Record<string, unknown>): Promise<SimTransaction> {
    const { status, body } = await this.call<SimTransaction>('POST', '/_sim/pay', request);
    if (status >= 400) throw new Error(`the cashier refuses: ${JSON.stringify(body)}`);
    return body;
  }

  async transactions(outTradeNo: string): Promise<SimTransaction[]> {
    return (
      await this.call<{ items: SimTransaction[] }>('GET', `/_sim/transactions?outTradeNo=${outTradeNo}`)
    ).body.items;
  }

  /** What WeChat knows about this number; it must know it. */
  async transaction(outTradeNo: string): Promise<SimTransaction> {
    const [found] = await this.transactions(outTradeNo);
    if (found === undefined) throw new Error(`WeChat does not know ${outTradeNo}`);
    return found;
  }

  /** Everything WeChat knows about an order, whatever the number of the attempt. */
  async transactionsOfOrder(orderNo: string): Promise<SimTransaction[]> {
    const { body } = await this.call<{ items: SimTransaction[] }>('GET', '/_sim/transactions');
    return body.items.filter(({ outTradeNo }) => outTradeNo.startsWith(orderNo));
  }

  /** What the merchant asked WeChat about this number, oldest first, e.g. `/pay/orderquery SUCCESS`. */
  async asked(outTradeNo: string): Promise<string[]> {
    const { timeline } = await this.transaction(outTradeNo);
    return timeline.filter(({ event }) => event !== 'pay').map(({ event, result }) => `${event} ${result}`);
  }

  /** The notifications about this number; each may have been delivered several times. */
  async notifications(outTradeNo: string): Promise<SimNotification[]> {
    return (
      await this.call<{ items: SimNotification[] }>('GET', `/_sim/notifications?outTradeNo=${outTradeNo}`)
    ).body.items;
  }

  /** The bytes WeChat sends, or has tried to send, about the payment of this number. */
  async notificationBody(outTradeNo: string): Promise<string> {
    const [notification] = await this.notifications(outTradeNo);
    if (notification === undefined) throw new Error(`WeChat has no notification about ${outTradeNo}`);
    return notification.body;
  }

  async fault(
    ...faults: {
      path: string;
      fault: string;
      rate?: number;
      count?: number;
      ms?: number;
      about?: string[];
      message?: string;
    }[]
  ): Promise<void> {
    const { status, body } = await this.call('POST', '/_sim/faults', faults);
    if (status >= 400) throw new Error(`the fault is refused: ${JSON.stringify(body)}`);
  }

  /** How often each ordered fault has applied, in the order they were ordered. */
  async applied(): Promise<number[]> {
    const { body } = await this.call<{ items: { applied: number }[] }>('GET', '/_sim/faults');
    return body.items.map(({ applied }) => applied);
  }

  /**
   * From now on every request to WeChat is counted (`applied`), and nothing else happens to it.
   * @param about only requests that name this number; others may be due at any time
   */
  async countRequests(path = '/', about?: string): Promise<void> {
    await this.fault({ path, fault: 'slow', ms: 0, ...(about !== undefined && { about: [about] }) });
  }

  /** Changes what the merchant platform would change: keys, key mode, share of probes. */
  async merchant(mchId: string, changes: Record<string, unknown>): Promise<void> {
    const { status, body } = await this.call('POST', `/_sim/merchants/${mchId}`, changes);
    if (status >= 400) throw new Error(`the merchant cannot be changed: ${JSON.stringify(body)}`);
  }

  async noFaults(): Promise<void> {
    await this.call('DELETE', '/_sim/faults');
  }

  async advance(seconds: number): Promise<void> {
    await this.call('POST', '/_sim/clock', { advanceSeconds: seconds });
  }
}

export interface SimTransaction {
  outTradeNo: string;
  transactionId?: string;
  tradeState: string;
  totalFen: number;
  signType: string;
  prepayIds: string[];
  expiresAt: string;
  timeline: { at: string; event: string; result: string }[];
}

export interface SimNotification {
  id: string;
  url: string;
  body: string;
  outTradeNo?: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: { outcome: string; status?: number; answerBody?: string }[];
}
