import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { WECHAT_CALENDAR } from '../../src/fulfilment/effect/effect-kind.js';
import type { WebhookView, WebhookWithSecret } from '../../src/fulfilment/webhook/webhook-endpoint.schema.js';
import type { DeliveryPage, DeliveryView, WebhookPage } from '../../src/staff/webhooks/webhook.schema.js';
import { approve, ask, paidOrder, refundBecomes } from '../refund/paid-order.js';
import { Desk } from '../staff/desk.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { Receiver, type Received } from './receiver.js';

let system: System;
let owner: Desk;
let finance: TestOperator;
let receiver: Receiver;
const children: ChildProcess[] = [];

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' });
  [owner, finance] = [await Desk.of(system, 'OWNER'), await TestOperator.login(system, 'FINANCE')];
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  await system.database.query('DELETE FROM webhook_endpoints');
  await receiver.stop();
  for (const child of children.splice(0)) child.kill();
});
afterAll(() => system.stop());

async function endpoint(eventTypes: string[], url = receiver.url): Promise<WebhookWithSecret> {
  const { status, body } = await owner.send<WebhookWithSecret>('POST', '/webhooks', { url, eventTypes });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** The deliveries to an endpoint, oldest first, once there are so many in this status. */
function deliveriesBecome(id: string, status: string, count = 1): Promise<DeliveryView[]> {
  return eventually(async () => {
    const { items } = await owner.get<DeliveryPage>(`/webhooks/${id}/deliveries?status=${status}&limit=100`);
    if (items.length !== count) throw new Error(`${items.length} deliveries are ${status}, not ${count}`);
    return items.toReversed();
  }, 30_000);
}

/** As a receiver does it, with the public library. */
const verify = (secret: string, { headers, body }: Received): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

const sent = ({ headers, body }: Received) => ({ messageId: headers['webhook-id'], body });

const about = ({ type, subject, orderId }: DeliveryView): string =>
  `${type} ${subject.kind} ${subject.id} ${orderId}`;

/** From the planning to the last try. */
const hours = (delivery: DeliveryView): number =>
  (Date.parse(delivery.log.at(-1)?.at ?? '') - Date.parse(delivery.createdAt)) / 3_600_000;

describe('a webhook', () => {
  it('M-34: tells of a payment, signed with id and time', async () => {
    const { id, secret } = await endpoint(['payment.succeeded']);
    const { orderId, outTradeNo, buyer } = await paidOrder(system, 4200);
    const [delivery] = await deliveriesBecome(id, 'DONE');
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing came');
    const order = await buyer.order(orderId);
    expect(verify(secret, got)).toEqual({
      type: 'payment.succeeded',
      timestamp: expect.stringMatching(/\+08:00$/),
      data: {
        order,
        payment: expect.objectContaining({ outTradeNo, amountFen: 4200, status: 'SUCCESS' }),
      },
    });
    expect((verify(secret, got) as { data: { payment: object } }).data.payment).toHaveProperty(
      'transactionId',
    );
    expect(got.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(delivery).toMatchObject({
      ...sent(got),
      type: 'payment.succeeded',
      orderId,
      subject: { kind: 'payment' },
      log: [{ attempt: 1, outcome: 'DONE', code: 'HTTP_204' }],
    });
    expect(got.body).not.toContain(buyer.openid);
    for (const spoilt of [
      { ...got, body: `${got.body} ` },
      { ...got, headers: { ...got.headers, 'webhook-id': 'another' } },
      {
        ...got,
        headers: {
          ...got.headers,
          'webhook-timestamp': String(Number(got.headers['webhook-timestamp']) - 1),
        },
      },
    ])
      expect(() => verify(secret, spoilt)).toThrow();
  });

  it('hears of what it asked for, each endpoint for itself', async () => {
    const [closed, refunds] = [
      await endpoint(['order.closed']),
      await endpoint(['refund.approved', 'refund.succeeded']),
    ];
    const paid = await paidOrder(system);
    const refund = await ask(paid, { amountFen: 100 });
    await approve(finance, refund.id);
    await refundBecomes(finance, refund.id, 'SUCCESS');
    const { order } = await paid.buyer.checkout(paid.productId);
    await paid.buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
    expect((await deliveriesBecome(closed.id, 'DONE')).map(about)).toEqual([
      `order.closed order ${order.id} ${order.id}`,
    ]);
    const delivered = await deliveriesBecome(refunds.id, 'DONE', 2);
    expect(delivered.map(about).sort()).toEqual(
      ['refund.approved', 'refund.succeeded'].map((type) => `${type} refund ${refund.id} ${paid.orderId}`),
    );
    const succeeded = delivered.find(({ type }) => type === 'refund.succeeded');
    expect(JSON.parse(succeeded?.body ?? '')).toMatchObject({
      data: { refund: { id: refund.id, status: 'SUCCESS', amountFen: 100 }, order: { refundedFen: 100 } },
    });
  });

  it('M-33: a receiver that is down for 24 hours gets every event exactly as logged, and none is lost', async () => {
    const { id, secret } = await endpoint(['payment.succeeded', 'order.closed']);
    receiver.answer = { status: 503, body: 'down' };
    const buyer = await TestBuyer.login(system);
    const productId = await system.product();
    for (let order = 0; order < 4; order++) {
      const { payment } = await buyer.checkout(productId);
      await system.control.pay({ outTradeNo: payment.outTradeNo });
    }
    const { order } = await buyer.checkout(productId);
    await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
    let waiting = await deliveriesBecome(id, 'PENDING', 5);
    for (const [index, wait] of WECHAT_CALENDAR.entries()) {
      await eventually(async () => {
        waiting = await deliveriesBecome(id, 'PENDING', 5);
        if (waiting.some(({ log }) => log.filter(({ outcome }) => outcome === 'LATER').length <= index))
          throw new Error(`try ${index + 1} is not over`);
      }, 30_000);
      if (index === WECHAT_CALENDAR.length - 1) break;
      await system.control.advance(wait);
    }
    for (const delivery of waiting) expect(hours(delivery)).toBeGreaterThan(18);
    const before = receiver.received.splice(0);
    receiver.answer = { status: 204 };
    await system.control.advance(6 * 3600);

    const delivered = await deliveriesBecome(id, 'DONE', 5);
    expect(delivered.map(({ attempts }) => attempts)).toEqual([16, 16, 16, 16, 16]);
    for (const delivery of delivered) expect(hours(delivery)).toBeGreaterThan(24);
    const logged = delivered.map(({ messageId, body }) => JSON.stringify({ messageId, body })).sort();
    expect(receiver.received.map((got) => JSON.stringify(sent(got))).sort()).toEqual(logged);
    expect([...new Set(before.map((got) => JSON.stringify(sent(got))))].sort()).toEqual(logged);
    for (const got of [...receiver.received, ...before]) verify(secret, got);
    expect(delivered.map(({ type }) => type).sort()).toEqual([
      'order.closed',
      ...Array.from({ length: 4 }, () => 'payment.succeeded'),
    ]);
  }, 120_000);

  it('M-33: is dead after the calendar, and sent again by hand with the same id and bytes', async () => {
    const { id, secret } = await endpoint(['payment.succeeded']);
    receiver.answer = { status: 500, body: `\u0000${'x'.repeat(5000)}` };
    await paidOrder(system);
    const [first] = await deliveriesBecome(id, 'PENDING');
    await system.database.query('UPDATE effects SET tries = 15 WHERE id = $1', [first?.id]);
    await eventually(async () => {
      const [waiting] = await deliveriesBecome(id, 'PENDING');
      if (waiting?.log[0]?.outcome === undefined) throw new Error('still running');
    });
    await system.control.advance(15);
    const [dead] = await deliveriesBecome(id, 'DEAD');
    expect(dead?.log.at(-1)).toMatchObject({
      outcome: 'LATER',
      code: 'HTTP_500',
      message: ` ${'x'.repeat(1023)}`,
    });

    receiver.answer = { status: 200, body: 'thanks' };
    const path = `/webhooks/${id}/deliveries/${dead?.id}/replay`;
    expect(await owner.send('POST', `/webhooks/${dead?.id}/deliveries/${dead?.id}/replay`)).toMatchObject({
      status: 404,
      body: { code: 'EFFECT_NOT_FOUND' },
    });
    expect((await owner.send('POST', path)).status).toBe(200);
    const [done] = await deliveriesBecome(id, 'DONE');
    expect(done).toMatchObject({ id: dead?.id, attempts: (dead?.attempts ?? 0) + 1 });
    const [got, ...others] = receiver.received.toReversed();
    if (got === undefined) throw new Error('nothing came');
    verify(secret, got);
    for (const other of others) expect(sent(other)).toEqual(sent(got));
  });

  it.each([
    ['redirects', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'HTTP_302'],
    ['hangs', 'hang', 'TIMEOUT'],
  ] as const)('that %s is tried again later', async (_, answer, code) => {
    const { id } = await endpoint(['payment.succeeded']);
    receiver.answer = answer;
    await paidOrder(system);
    await eventually(async () => {
      const [delivery] = await deliveriesBecome(id, 'PENDING');
      expect(delivery?.log).toMatchObject([{ outcome: 'LATER', code }]);
    });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('the secret', () => {
  it('is shown once, and lies nowhere in plain text', async () => {
    const created = await endpoint(['payment.succeeded']);
    expect(created.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const raw = created.secret.slice('whsec_'.length);
    for (const path of [`/webhooks/${created.id}`, '/webhooks'])
      expect(JSON.stringify(await owner.get(path))).not.toContain(raw);
    for (const table of ['webhook_endpoints', 'audit_log', 'idempotency_keys', 'effects'])
      expect(
        await system.database.query(`SELECT 1 FROM ${table} AS t WHERE strpos(t::text, $1) > 0`, [raw]),
      ).toEqual([]);
  });

  it('is changed with the old one valid beside it, for as long as was said', async () => {
    const { id, secret: old } = await endpoint(['payment.succeeded']);
    const rotated = await owner.send<WebhookWithSecret>('POST', `/webhooks/${id}/rotate-secret`, {});
    await paidOrder(system);
    await deliveriesBecome(id, 'DONE', 1);
    const [both] = receiver.received.splice(0);
    if (both === undefined) throw new Error('nothing came');
    for (const secret of [old, rotated.body.secret]) verify(secret, both);
    expect(Date.parse(rotated.body.previousSecretUntil ?? '')).toBeGreaterThan(new Date().getTime());

    await system.database.query(
      "UPDATE webhook_endpoints SET previous_secret_until = now() - interval '1 second'",
    );
    await paidOrder(system);
    await deliveriesBecome(id, 'DONE', 2);
    const [one] = receiver.received.splice(0);
    if (one === undefined) throw new Error('nothing came');
    verify(rotated.body.secret, one);
    expect(() => verify(old, one)).toThrow('No matching signature');

    const atOnce = await owner.send<WebhookWithSecret>('POST', `/webhooks/${id}/rotate-secret`, {
      overlapHours: 0,
    });
    expect(atOnce.body.previousSecretUntil).toBeUndefined();
  });
});

describe('the guard', () => {
  it('refuses when connecting, also what was saved while it was allowed, and no packet leaves', async () => {
    const { id } = await endpoint(['payment.succeeded']);
    await system.restart({ WEBHOOK_ALLOWED_HOSTS: '' });
    const hosts = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'];
    await paidOrder(system);
    for (const [index, host] of hosts.entries()) {
      await eventually(async () => {
        const [delivery] = await deliveriesBecome(id, 'PENDING');
        expect(delivery?.log.map(({ code }) => code)).toEqual(
          hosts.slice(0, index + 1).map(() => 'ADDRESS_REFUSED'),
        );
      });
      const url = `http://${hosts[index + 1] ?? host}:${receiver.port}/hook`;
      await system.database.query('UPDATE webhook_endpoints SET url = $1', [url]);
      if (index + 1 < hosts.length) await system.control.advance(15);
    }
    expect(receiver.connections).toBe(0);
    await system.restart();
  });

  it.each([
    'http://erp.example.com/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://0xa.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://user:pass@erp.example.com/',
    'ftp://erp.example.com/',
    'nonsense',
  ])('does not even save %s', async (url) => {
    const { status, body } = await owner.send('POST', '/webhooks', { url, eventTypes: ['order.closed'] });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'url' }] });
  });
});

describe('an endpoint', () => {
  it('is listed, changed, switched off and deleted, each recorded', async () => {
    const { id } = await endpoint(['order.closed'], 'https://erp.example.com/hook');
    expect((await owner.get<WebhookPage>('/webhooks')).items).toMatchObject([{ id, enabled: true }]);
    const changed = await owner.send<WebhookView>('PATCH', `/webhooks/${id}`, {
      url: receiver.url,
      eventTypes: ['payment.succeeded'],
      description: 'ERP',
    });
    expect(changed).toMatchObject({ status: 200, body: { description: 'ERP', url: receiver.url } });
    receiver.answer = { status: 500 };
    await paidOrder(system);
    const [delivery] = await deliveriesBecome(id, 'PENDING');
    await owner.send('PATCH', `/webhooks/${id}`, { enabled: false });
    await paidOrder(system);
    await eventually(async () => {
      await owner.send('POST', `/effects/${delivery?.id}/replay`);
      expect(await deliveriesBecome(id, 'REFUSED')).toMatchObject([{ id: delivery?.id }]);
    });
    expect((await owner.get<DeliveryPage>(`/webhooks/${id}/deliveries`)).items).toHaveLength(1);
    expect((await owner.send('DELETE', `/webhooks/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
      ['GET', '/deliveries'],
    ] as const)
      expect(
        (await owner.send(method, `/webhooks/${id}${path}`, method === 'GET' ? undefined : { enabled: true }))
          .status,
      ).toBe(path === '/rotate-secret' ? 400 : 404);
    const rows = await system.database.query<{ action: string }>(
      "SELECT action FROM audit_log WHERE subject_kind = 'webhook' AND subject_id = $1 ORDER BY seq",
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'webhook.created',
      'webhook.changed',
      'webhook.changed',
      'webhook.deleted',
    ]);
  });

  it.each([
    [{ eventTypes: [] }, 'eventTypes'],
    [{ eventTypes: ['order.lost'] }, 'eventTypes.0'],
    [{ eventTypes: ['order.closed', 'order.closed'] }, 'eventTypes'],
  ])('is refused with %j', async (wrong, field) => {
    const body = { url: 'https://erp.example.com/', ...wrong };
    expect(await owner.send('POST', '/webhooks', body)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  });
});

it('the receiver of the documentation takes each message once and refuses what it cannot believe or handle', async () => {
  const { id, secret } = await endpoint(['payment.succeeded', 'reconciliation.failed']);
  const child = spawn(process.execPath, ['docs/examples/webhook-receiver.mjs'], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const port = await eventually(() => {
    const found = /^listening on (\d+)$/.exec(lines[0] ?? '')?.[1];
    return found === undefined ? Promise.reject(new Error('not listening')) : Promise.resolve(found);
  });
  const url = `http://127.0.0.1:${port}/`;
  await owner.send('PATCH', `/webhooks/${id}`, { url });
  const { orderId, buyer } = await paidOrder(system, 1234);
  const [delivery] = await deliveriesBecome(id, 'DONE');
  await owner.send('POST', `/webhooks/${id}/deliveries/${delivery?.id}/replay`);
  await eventually(async () => {
    const [again] = await deliveriesBecome(id, 'DONE');
    expect(again?.log).toMatchObject([{ code: 'HTTP_204' }, { code: 'HTTP_204' }]);
  });
  const { orderNo } = await buyer.order(orderId);
  expect(lines.slice(1)).toEqual([`payment.succeeded ${orderNo} 1234`]);
  expect((await fetch(url, { method: 'POST', body: delivery?.body ?? '' })).status).toBe(401);

  const date = new Date(Date.parse(delivery?.createdAt ?? '') - 3 * 86_400_000).toISOString().slice(0, 10);
  await system.control.fault({ path: '/pay/downloadbill', fault: 'NOAUTH' });
  await owner.send('POST', '/reconciliations', { date });
  await deliveriesBecome(id, 'DONE', 2);
  await system.control.noFaults();
  expect(lines.slice(2)).toEqual([`reconciliation.failed ${date} FAILED`]);

  // One that fails is not marked as seen: it fails again, until the receiver can.
  const message = JSON.stringify({ type: 'order.closed', data: {} });
  const now = new Date();
  const headers = {
    'webhook-id': 'msg-1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg-1', now, message),
  };
  for (let tries = 0; tries < 2; tries++)
    expect((await fetch(url, { method: 'POST', headers, body: message })).status).toBe(500);
});
