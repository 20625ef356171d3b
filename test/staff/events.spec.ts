import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { freePort } from '../../scripts/embedded-postgres.js';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/settings.js';
import type { RefundView } from '../../src/refund/refund.schema.js';
import type { FeedEventView } from '../../src/staff/events/event.schema.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

interface Message {
  id: string;
  event: string;
  data: Partial<FeedEventView>;
}

/** A console that follows the events of one instance. */
class Stream {
  readonly messages: Message[] = [];
  ended = false;
  private readonly abort = new AbortController();

  static async open(url: string, operator: TestOperator, lastEventId?: string): Promise<Stream> {
    const stream = new Stream();
    const answer = await fetch(`${url}/api/v1/admin/events`, {
      headers: {
        authorization: `Bearer ${operator.session.token}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: stream.abort.signal,
    });
    const type = answer.headers.get('content-type');
    if (type !== 'text/event-stream; charset=utf-8') throw new Error(`${answer.status} ${type}`);
    void stream.read(answer);
    await eventually(async () => {
      if (stream.messages.length === 0) throw new Error('the stream says nothing');
    }, 3000);
    return stream;
  }

  /** Types of the events about an order, in the order they came. */
  about(orderId: string): string[] {
    return this.messages.filter(({ data }) => data.orderId === orderId).map(({ event }) => event);
  }

  get lastId(): string | undefined {
    return this.messages.at(-1)?.id;
  }

  cut(): void {
    this.abort.abort();
  }

  private async read(answer: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // cut
    }
    this.ended = true;
  }

  private take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const [id, event, data] = [field('id'), field('event'), field('data')];
    if (id !== undefined && event !== undefined && data !== undefined)
      this.messages.push({ id, event, data: JSON.parse(data) as Partial<FeedEventView> });
  }
}

let system: System;
let other: NestFastifyApplication;
let otherUrl: string;
let viewer: TestOperator;
let productId: string;

beforeAll(async () => {
  system = await startSystem();
  const settings = readSettings({ ...system.env, PORT: String(await freePort()) });
  other = await createApp(settings);
  await other.listen(settings.http.port, '127.0.0.1');
  otherUrl = `http://127.0.0.1:${settings.http.port}`;
  viewer = await TestOperator.login(system, 'VIEWER');
  productId = await system.product({ priceFen: 1990 });
});
afterAll(async () => {
  await other.close();
  await system.stop();
});

it('a console at one instance sees what happens at another, while somebody still looks', async () => {
  const stream = await Stream.open(otherUrl, viewer);
  expect(stream.messages[0]).toMatchObject({ event: 'start' });
  const buyer = await TestBuyer.login(system);
  const { order, payment } = await buyer.checkout(productId);
  await system.control.pay({ outTradeNo: payment.outTradeNo });
  await buyer.orderBecomes(order.id, 'PAID');
  const paidAt = performance.now();
  // Whichever instance hears of the payment may tell it before the other one tells of the order.
  await eventually(async () =>
    expect(stream.about(order.id).toSorted()).toEqual(['order.created', 'payment.succeeded']),
  );
  expect(performance.now() - paidAt).toBeLessThan(5000); // a tenth of a second on a machine that has nothing else to do
  expect(stream.messages.find(({ event }) => event === 'payment.succeeded')?.data).toEqual({
    type: 'payment.succeeded',
    id: expect.any(String),
    at: expect.stringMatching(/\+08:00$/),
    orderId: order.id,
    orderNo: order.orderNo,
    amountFen: 1990,
  });

  const refund = await buyer.send<RefundView>('POST', `/api/v1/orders/${order.id}/refunds`, {
    amountFen: 90,
    reason: '少发一件',
  });
  await eventually(async () =>
    expect(stream.messages.at(-1)).toMatchObject({
      event: 'refund.requested',
      data: { refundId: refund.body.id, refundNo: refund.body.refundNo, amountFen: 90 },
    }),
  );
  stream.cut();
});

it('a console that was away misses nothing and hears nothing twice', async () => {
  const buyer = await TestBuyer.login(system);
  const first = await Stream.open(otherUrl, viewer);
  const orders = [await buyer.checkout(productId)];
  await eventually(async () => expect(first.about(orders[0]?.order.id ?? '')).toHaveLength(1));
  first.cut();
  for (let more = 0; more < 3; more++) orders.push(await buyer.checkout(productId));
  for (const { order } of orders) await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
  // The other instance takes over, as a load balancer would have it.
  const second = await Stream.open(system.url, viewer, first.lastId);
  expect(second.messages[0]).toMatchObject({ event: 'resume', id: first.lastId });
  await eventually(async () => {
    for (const { order } of orders)
      expect([...first.about(order.id), ...second.about(order.id)].toSorted()).toEqual([
        'order.closed',
        'order.created',
      ]);
  });
  const ids = second.messages.slice(1).map(({ data }) => data.id);
  expect(new Set(ids).size).toBe(ids.length);
  second.cut();
});

it('what is committed late is told late, not skipped', async () => {
  const { order } = await (await TestBuyer.login(system)).checkout(productId);
  const stream = await Stream.open(otherUrl, viewer);
  const slow = new pg.Client(system.database.url);
  await slow.connect();
  await slow.query('BEGIN');
  const insert = `INSERT INTO feed (event_id, type, at, order_id) VALUES ($1, $2, now(), $3)`;
  await slow.query(insert, [randomUUID(), 'order.shipped', order.id]); // has its number, and is not committed
  await system.database.query(insert, [randomUUID(), 'order.completed', order.id]);
  await new Promise((resolve) => setTimeout(resolve, 1500)); // whoever goes by numbers has passed the gap by now
  stream.cut();
  const resumed = await Stream.open(system.url, viewer, stream.lastId);
  await slow.query('COMMIT');
  await slow.end();
  await eventually(async () =>
    // The order's own news may come before, between or after them: it is told a moment after the checkout.
    expect(
      [...stream.about(order.id), ...resumed.about(order.id)]
        .filter((type) => type !== 'order.created')
        .sort(),
    ).toEqual(['order.completed', 'order.shipped']),
  );
  resumed.cut();
});

it('whoever was away for too long begins anew', async () => {
  const old = `1-1-${Math.floor(new Date().getTime() / 1000) - 3 * 24 * 3600}`;
  const ahead = `99999999999-1-${Math.floor(new Date().getTime() / 1000)}`;
  for (const lastEventId of [old, ahead, 'nonsense']) {
    const stream = await Stream.open(system.url, viewer, lastEventId);
    expect(stream.messages[0]).toMatchObject({ event: 'reset' });
    stream.cut();
  }
});

it('the stream ends with its session', async () => {
  const leaving = await TestOperator.login(system, 'SUPPORT');
  const stream = await Stream.open(otherUrl, leaving);
  await leaving.send('DELETE', '/sessions/current');
  await eventually(async () => expect(stream.ended).toBe(true), 5000);
});

it('neither a stream nor a connection that never asked for anything holds up a shutdown', async () => {
  const stream = await Stream.open(system.url, viewer);
  const silent = connect(Number(new URL(system.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const from = performance.now();
  await system.restart();
  expect(performance.now() - from).toBeLessThan(10_000);
  await eventually(async () => expect(stream.ended).toBe(true), 1000);
  silent.destroy();
});
