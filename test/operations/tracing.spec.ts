import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestBuyer } from '../support/buyer.js';
import { startSystem, type System } from '../support/system.js';

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface Sent {
  resourceSpans: {
    resource: { attributes: Span['attributes'] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

let system: System;
let collector: Server;
let endpoint: string;
/** Bodies of what was sent to the collector. */
let sent: string[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') sent.push(Buffer.concat(chunks).toString());
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  system = await startSystem();
});
afterAll(async () => {
  await system.stop();
  collector.close();
});
beforeEach(() => {
  sent = [];
});

/** Starts the application anew with these settings, lets it work, and stops it, which sends what is left. */
async function traced(env: Record<string, string>, work: () => Promise<void>): Promise<Span[]> {
  await system.restart(env);
  await work();
  await system.stopApp();
  return sent.flatMap((body) =>
    (JSON.parse(body) as Sent).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  );
}

function attribute({ attributes }: Pick<Span, 'attributes'>, key: string): string | number | undefined {
  const value = attributes.find((each) => each.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
}

describe('B13: traces', () => {
  it("follow a checkout from the caller's own trace to WeChat and back", async () => {
    let requestId: string | null = null;
    const spans = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, async () => {
      const [buyer, productId] = [await TestBuyer.login(system), await system.product()];
      const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
      const wanted = { items: [{ productId, quantity: 1 }] };
      const answer = await buyer.send('POST', '/api/v1/checkout', wanted, { traceparent });
      expect(answer.status).toBe(201);
      requestId = answer.headers.get('x-request-id');
    });
    const [checkout] = spans.filter(({ traceId, kind }) => traceId === CALLER.traceId && kind === 2);
    expect(checkout).toMatchObject({ name: 'POST /api/v1/checkout', parentSpanId: CALLER.spanId });
    expect(attribute(checkout as Span, 'http.response.status_code')).toBe(201);
    expect(attribute(checkout as Span, 'request.id')).toBe(requestId);
    const children = spans.filter(({ parentSpanId }) => parentSpanId === checkout?.spanId);
    expect(children.map(({ name }) => name).sort()).toEqual([
      'transaction', // order and attempt, before WeChat hears of them
      'transaction', // WeChat's answer
      'wxpay prepay',
    ]);
    const [call] = children.filter(({ name }) => name === 'wxpay prepay');
    expect(attribute(call as Span, 'wxpay.outcome')).toBe('accepted');
    expect(attribute(call as Span, 'wxpay.account')).toBe('default');
  });

  it('tell a collector nothing of people and orders', async () => {
    let known: string[] = [];
    await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` }, async () => {
      const buyer = await TestBuyer.login(system);
      const { order } = await buyer.checkout(await system.product());
      await buyer.order(order.id);
      known = [buyer.token, buyer.id, buyer.openid, order.id, order.orderNo];
    });
    const text = sent.join();
    expect(text).toContain('GET /api/v1/orders/:id');
    for (const word of known) expect(text).not.toContain(word);
  });

  it('mark what failed', async () => {
    const spans = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, async () => {
      const [buyer, productId] = [await TestBuyer.login(system), await system.product()];
      await system.control.fault({ path: '/pay/unifiedorder', fault: 'SYSTEMERROR' });
      const wanted = { items: [{ productId, quantity: 1 }] };
      expect((await buyer.send('POST', '/api/v1/checkout', wanted)).status).toBe(504);
      await system.control.noFaults();
    });
    const outcomes = spans
      .filter(({ name }) => name === 'wxpay prepay')
      .map((span) => attribute(span, 'wxpay.outcome'));
    expect(outcomes).toEqual(['unknown', 'unknown']);
    const [failed] = spans.filter(({ name }) => name === 'POST /api/v1/checkout');
    expect(failed?.status.code).toBe(2);
  });

  it('begin here as often as the settings say', async () => {
    const none = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: '0' };
    expect(await traced(none, async () => void (await TestBuyer.login(system)))).toEqual([]);
  });

  it('name the service', async () => {
    const named = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: 'shop-7' };
    await traced(named, async () => void (await TestBuyer.login(system)));
    const [first] = (JSON.parse(sent[0] ?? '{}') as Sent).resourceSpans;
    expect(attribute(first?.resource ?? { attributes: [] }, 'service.name')).toBe('shop-7');
  });

  it('are nothing a buyer notices when nobody collects them', async () => {
    await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, async () => {
      const buyer = await TestBuyer.login(system);
      await buyer.checkout(await system.product());
    });
    await traced({}, async () => void (await TestBuyer.login(system)));
    expect(sent).toEqual([]);
  });
});
