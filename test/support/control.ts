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

  async loginCode(openid?: string): Promise<{ code: string; openid: string }> {
    return (
      await this.call<{ code: string; openid: string }>(
        'POST',
        '/_sim/login-code',
        openid === undefined ? {} : { openid },
      )
    ).body;
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

  async notifications(): Promise<SimNotification[]> {
    return (await this.call<{ items: SimNotification[] }>('GET', '/_sim/notifications')).body.items;
  }

  async fault(
    ...faults: { path: string; fault: string; rate?: number; count?: number; ms?: number }[]
  ): Promise<void> {
    const { status, body } = await this.call('POST', '/_sim/faults', faults);
    if (status >= 400) throw new Error(`the fault is refused: ${JSON.stringify(body)}`);
  }

  async noFaults(): Promise<void> {
    await this.call('DELETE', '/_sim/faults');
  }

  async advance(seconds: number): Promise<void> {
    await this.call('POST', '/_sim/clock', { advanceSeconds: seconds });
  }

  /** Posts exactly these bytes to the merchant, as anybody on the internet could. */
  async notify(
    url: string,
    body: string,
    headers: Record<string, string> = { 'content-type': 'text/xml' },
  ): Promise<{ status: number; body: string }> {
    return (
      await this.call<{ status: number; body: string }>('POST', '/_sim/notify', {
        kind: 'payment',
        url,
        body,
        headers,
      })
    ).body;
  }
}

export interface SimTransaction {
  outTradeNo: string;
  transactionId?: string;
  tradeState: string;
  totalFen: number;
}

export interface SimNotification {
  id: string;
  url: string;
  body: string;
  outTradeNo?: string;
}
