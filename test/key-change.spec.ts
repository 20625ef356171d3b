import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WxPayService } from '../src/wxpay/wxpay.service.js';
import { TestBuyer } from './support/buyer.js';
import { post } from './support/notice.js';
import { startSystem, type System } from './support/system.js';
import { V3Notices } from './support/v3-notice.js';

/** Buyers who order, pay and wait for PAID, one order after the other, until told to stop. */
class Traffic {
  readonly paid: string[] = [];
  readonly failures: string[] = [];
  private stopped = false;
  private readonly running: Promise<void>[];

  constructor(
    private readonly system: System,
    buyers: readonly TestBuyer[],
    private readonly productId: string,
  ) {
    this.running = buyers.map((buyer) => this.shop(buyer));
  }

  /** Waits until so many more orders are paid. */
  async more(orders: number): Promise<void> {
    const goal = this.paid.length + orders;
    const deadline = performance.now() + 60_000;
    while (this.paid.length < goal && this.failures.length === 0) {
      if (performance.now() > deadline)
        throw new Error(`only ${this.paid.length} of ${goal} orders are paid`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  /** Opens the cashier. Whose parameters were signed in the instant before the change taps "pay" again, once. */
  private async open(buyer: TestBuyer, orderId: string, payParams: Record<string, string>): Promise<void> {
    await this.system.control
      .pay({ payParams })
      .catch(async () => this.system.control.pay({ payParams: await tapAgain(buyer, orderId) }));
  }

  private async shop(buyer: TestBuyer): Promise<void> {
    while (!this.stopped) {
      const answer = await buyer.send<{ order: { id: string }; payParams: Record<string, string> }>(
        'POST',
        '/api/v1/checkout',
        { items: [{ productId: this.productId, quantity: 1 }] },
      );
      try {
        if (answer.status !== 201) throw new Error(`checkout: ${JSON.stringify(answer.body)}`);
        const { order, payParams } = answer.body;
        await this.open(buyer, order.id, payParams);
        await buyer.orderBecomes(order.id, 'PAID', 30_000);
        this.paid.push(order.id);
      } catch (error) {
        this.failures.push(String(error));
        return;
      }
    }
  }
}

async function tapAgain(buyer: TestBuyer, orderId: string): Promise<Record<string, string>> {
  const path = `/api/v1/orders/${orderId}/payments`;
  const { body } = await buyer.send<{ payParams: Record<string, string> }>('POST', path, {
    tradeType: 'JSAPI',
  });
  return body.payParams;
}

let system: System;
let buyers: TestBuyer[];
let productId: string;
beforeAll(async () => {
  system = await startSystem({ WXPAY_TIMEOUT_MS: '10000' });
  buyers = await Promise.all(Array.from({ length: 4 }, () => TestBuyer.login(system)));
  productId = await system.product({ priceFen: 100, stock: 1_000_000 });
});
afterEach(async () => {
  await system.control.noFaults();
  await system.database.query('DELETE FROM notifications');
});
afterAll(() => system.stop());

const newKey = (): string => randomBytes(16).toString('hex');
const mchId = (): string => system.env['WXPAY_MCH_ID'] ?? '';
const verdicts = async (): Promise<Record<string, number>> => {
  const rows = await system.database.query<{ verdict: string; count: string }>(
    'SELECT verdict, count(*) FROM notifications GROUP BY verdict',
  );
  return Object.fromEntries(rows.map(({ verdict, count }) => [verdict, Number(count)]));
};

describe('Q-13: a key is changed while buyers pay', () => {
  it.each([
    ['the API key (v2)', { WXPAY_API: 'v2' }, 'WXPAY_API_KEY', 'apiKey'],
    ['the APIv3 key', { WXPAY_API: 'v3' }, 'WXPAY_API_V3_KEY', 'apiV3Key'],
  ])('%s: 0 failures, before, during and after', async (_, api, variable, field) => {
    const [old, next] = [system.env[variable] ?? '', newKey()];
    await system.restart({ ...api, [variable]: next, [`${variable}_PREVIOUS`]: old });
    const traffic = new Traffic(system, buyers, productId);
    await traffic.more(8); // WeChat still has the old key
    await system.control.merchant(mchId(), { [field]: next });
    await traffic.more(16); // and now the new one
    await traffic.stop();
    expect(traffic.failures).toEqual([]);
    expect(await verdicts()).toEqual({ SETTLED: traffic.paid.length });
    // The old key has done its service.
    system.env[variable] = next;
    await system.restart(api);
    const after = new Traffic(system, buyers, productId);
    await after.more(4);
    await after.stop();
    expect(after.failures).toEqual([]);
  });

  it('who got his parameters before it pays with a second tap, though nobody else shops meanwhile', async () => {
    const [buyer] = buyers;
    if (buyer === undefined) throw new Error('there is no buyer');
    const [old, next] = [system.env['WXPAY_API_KEY'] ?? '', newKey()];
    await system.restart({ WXPAY_API: 'v2', WXPAY_API_KEY: next, WXPAY_API_KEY_PREVIOUS: old });
    const { order, payParams } = await buyer.checkout(productId);
    await system.control.merchant(mchId(), { apiKey: next });
    await expect(system.control.pay({ payParams })).rejects.toThrow('paySign is wrong');
    await system.control.pay({ payParams: await tapAgain(buyer, order.id) });
    await buyer.orderBecomes(order.id, 'PAID');
    system.env['WXPAY_API_KEY'] = next;
  });
});

describe('Q-13: a bill is fetched while the API key (v2) is changed', () => {
  it.each(['TRADE', 'FUND_FLOW'] as const)('%s: signed again with the key WeChat still has', async (kind) => {
    const [old, next] = [system.env['WXPAY_API_KEY'] ?? '', newKey()];
    await system.restart({ WXPAY_API: 'v2', WXPAY_API_KEY: next, WXPAY_API_KEY_PREVIOUS: old });
    const wxpay = system.app.get(WxPayService, { strict: false });
    expect(await wxpay.downloadBill('default', { kind, date: '2026-01-05' })).toEqual({ kind: 'none' });
  });
});

describe('WeChat moves its notifications from the certificate to the public key', () => {
  it('in stages, with probes and forgeries in between: 0 genuine ones refused, 0 forgeries believed', async () => {
    await system.restart({ WXPAY_API: 'v3' });
    const notices = new V3Notices(system);
    await notices.certificatesAreKnown();
    const stranger = buyers[0];
    if (stranger === undefined) throw new Error('there is no buyer');
    const victim = await stranger.checkout(productId);
    const genuine = notices.body(notices.transaction(victim.payment.outTradeNo, 100));
    let forged = 0;
    const forge = async (): Promise<void> => {
      for (const by of ['publicKey', 'certificate'] as const) {
        const headers = await notices.headers(genuine, { by });
        const body = genuine.replace('支付成功', '支付戌功');
        const answers = [
          await post(system, body, { headers }),
          await post(system, genuine, { headers: { ...headers, 'wechatpay-nonce': 'x' } }),
        ];
        forged += answers.length;
        expect(answers.map(({ status }) => status)).toEqual([401, 401]);
      }
    };
    await system.control.merchant(mchId(), { keyMode: 'both', callbackPublicKeyShare: 0, signTestRate: 0.2 });
    const traffic = new Traffic(system, buyers, productId);
    for (const share of [0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1]) {
      await system.control.merchant(mchId(), { callbackPublicKeyShare: share });
      await traffic.more(6);
      await forge();
    }
    await traffic.stop();
    await system.control.merchant(mchId(), { signTestRate: 0 });
    expect(traffic.failures).toEqual([]);
    const { PROBE = 0, ...others } = await verdicts();
    expect(others).toEqual({ SETTLED: traffic.paid.length, FORGED: forged });
    expect(PROBE).toBeGreaterThan(0);
    expect(await stranger.order(victim.order.id)).toMatchObject({ status: 'PENDING_PAYMENT' });
  });
});
