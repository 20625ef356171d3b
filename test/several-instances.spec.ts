import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../scripts/embedded-postgres.js';
import { createApp } from '../src/app.js';
import { readSettings } from '../src/config/settings.js';
import type { ReconciliationDetail } from '../src/staff/reconciliations/reconciliation.schema.js';
import { Receiver } from './fulfilment/receiver.js';
import { ask, paidOrder, refundBecomes } from './refund/paid-order.js';
import { AppProcess } from './support/app-process.js';
import { booksOf } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { EVENTS } from './support/events.js';
import { RoundRobin } from './support/round-robin.js';
import { TestOperator } from './support/staff.js';
import { startSystem, type System } from './support/system.js';

/** Instance A is the system's; B is another on the same database, with an address of its own. */
describe('two instances on one database', () => {
  let a: System;
  let b: System;
  let second: NestFastifyApplication;

  beforeAll(async () => {
    a = await startSystem({
      WXPAY_CONFIRM_NOTIFY: 'signature',
      WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      REFUND_STEP_UP_MIN_FEN: '1',
      REFUND_FOUR_EYES: 'false',
    });
    const url = `http://127.0.0.1:${await freePort()}`;
    const { http, ...settings } = readSettings({ ...a.env, PORT: new URL(url).port, PUBLIC_URL: url });
    second = await createApp({ http, ...settings });
    await second.listen(http.port, http.host);
    b = { ...a, url };
  });
  afterAll(async () => {
    await second.close();
    await a.stop();
  });

  it('a buyer who logged in at one acts at the other; a repeated request is answered from either', async () => {
    const productId = await a.product();
    const atA = await TestBuyer.login(a);
    const atB = atA.at(b);
    const body = { items: [{ productId, quantity: 1 }] };
    const key = { 'idempotency-key': randomUUID() };
    const first = await atA.send<CheckedOut>('POST', '/api/v1/checkout', body, key);
    const again = await atB.send<CheckedOut>('POST', '/api/v1/checkout', body, key);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
    // Both at once: one does it, the other says so or replays; there is one order.
    const both = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      [atA, atB].map((buyer) => buyer.send<CheckedOut>('POST', '/api/v1/checkout', body, both)),
    );
    const made = new Set(answers.filter(({ status }) => status === 201).map((each) => each.body.order.id));
    expect(made.size).toBe(1);
    for (const { status } of answers) expect([201, 409]).toContain(status);
  });

  it('staff: session and second factor shown at one count at the other, and end at both', async () => {
    const atA = await TestOperator.login(a, 'FINANCE');
    const atB = atA.at(b);
    const { id } = await ask(await paidOrder(a));
    expect((await atB.send('POST', `/refunds/${id}/approve`)).status).toBe(403);
    await atA.enrol();
    expect((await atB.send('POST', `/refunds/${id}/approve`)).status).toBe(200);
    await refundBecomes(atA, id, 'SUCCESS');
    expect((await atB.send('DELETE', '/sessions/current')).status).toBe(204);
    expect((await atA.send('GET', '/me')).status).toBe(401);
  });

  it('a notification may come to any of them, and to both', async () => {
    const buyer = await TestBuyer.login(a);
    const { order, payment } = await buyer.checkout(await a.product());
    await a.control.fault({ path: 'notify', fault: 'dropNotify' });
    await a.control.pay({ outTradeNo: payment.outTradeNo });
    const body = await a.control.notificationBody(payment.outTradeNo);
    const headers = { 'content-type': 'text/xml' };
    const answers = await Promise.all(
      [b, a, b, a].map(({ url }) =>
        fetch(`${url}/notify/wxpay/default/payment`, { method: 'POST', headers, body }),
      ),
    );
    await a.control.noFaults();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { verdicts, ...books } = await booksOf(a.database, order.id);
    expect(books).toMatchObject({ status: 'PAID', movements: 1, jobs: 1 });
    expect(verdicts.toSorted()).toEqual(['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'SETTLED']);
  });

  it('an event is handled once, whoever takes the job and the delivery', async () => {
    const receiver = await Receiver.start();
    const owner = await TestOperator.login(a, 'OWNER');
    const { status } = await owner.send('POST', '/webhooks', {
      url: receiver.url,
      eventTypes: ['payment.succeeded'],
    });
    expect(status).toBe(201);
    const orders = await Promise.all(Array.from({ length: 12 }, () => paidOrder(a)));
    await eventually(async () => {
      if (receiver.received.length < orders.length) throw new Error(`${receiver.received.length} came`);
      await Promise.resolve();
    });
    await sleep(1500); // a second delivery would come with the next look of the other instance
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([orders.length, orders.length]);
    await receiver.stop();
  });

  it('an event that a dead instance held is free again after a minute', async () => {
    await paidOrder(a);
    const jobs = await a.database.query(
      "SELECT DISTINCT expire_seconds AS seconds FROM pgboss.job WHERE name = 'events'",
    );
    expect(jobs).toEqual([{ seconds: 60 }]);
  });

  it('a day is compared once: by the daily run, and when both are asked at the same moment', async () => {
    const { outTradeNo } = await paidOrder(a);
    const { body } = await a.control.call<{ now: string }>('GET', '/_sim/clock');
    const beijing = Date.parse(body.now) + 8 * 3600_000;
    const date = new Date(beijing).toISOString().slice(0, 10);
    await a.control.countRequests('/pay/downloadbill');
    await a.control.advance(Math.ceil((34 * 3600_000 + 60_000 - (beijing % 86_400_000)) / 1000));
    await eventually(async () => {
      const runs = await a.database.query('SELECT status, attempts FROM reconciliations WHERE date = $1', [
        date,
      ]);
      expect(runs).toEqual([{ status: 'DONE', attempts: 1 }]);
    });
    expect(await a.control.applied()).toEqual([1]);
    const finance = await TestOperator.login(a, 'FINANCE');
    const asked = await Promise.all(
      [finance, finance.at(b), finance, finance.at(b)].map((each) =>
        each.send<ReconciliationDetail>('POST', '/reconciliations', { date }),
      ),
    );
    expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1);
    for (const { status, body } of asked)
      expect([status, body.status, body.differences]).toEqual([201, 'DONE', []]);
    const [fees] = await a.database.query<{ count: string }>(
      `SELECT count(*) FROM ledger_entries WHERE account = 'FEES'
       AND subject_id = (SELECT id FROM payments WHERE out_trade_no = $1)`,
      [outTradeNo],
    );
    expect(Number(fees?.count)).toBe(1);
    await a.control.noFaults();
  });
});

describe('a rolling restart under load', () => {
  const BUYERS = 4;
  /** Four starts of a process; on a machine that is busy with other tests each takes its time. */
  const ROLLING_MS = 180_000;

  it(
    'loses nothing that was accepted',
    async () => {
      const ports = [await freePort(), await freePort()];
      const balancer = await RoundRobin.start(ports);
      const system = await startSystem({ PUBLIC_URL: balancer.url });
      await system.stopApp();
      const start = (port = 0) => AppProcess.start({ ...system.env, PORT: String(port) });
      const apps = await Promise.all(ports.map(start));
      const through = { ...system, url: balancer.url };
      const productId = await system.product({ stock: 100_000 });
      const buyers = await Promise.all(Array.from({ length: BUYERS }, () => TestBuyer.login(through)));
      const accepted: CheckedOut[] = [];
      const rolling = { isOver: false };
      const buy = async (buyer: TestBuyer): Promise<void> => {
        while (!rolling.isOver) {
          const checkedOut = await persistently(buyer, productId);
          accepted.push(checkedOut);
          await system.control.pay({ outTradeNo: checkedOut.payment.outTradeNo });
        }
      };
      const roll = async (): Promise<(number | null)[]> => {
        const codes: (number | null)[] = [];
        for (const [index, app] of apps.entries()) {
          app.signal('SIGTERM');
          codes.push(await app.ended());
          apps[index] = await start(ports[index]);
        }
        rolling.isOver = true;
        return codes;
      };
      const [codes] = await Promise.all([roll(), ...buyers.map(buy)]);
      expect(codes).toEqual([0, 0]);
      expect(accepted.length).toBeGreaterThan(BUYERS);
      await system.control.advance(16); // WeChat notifies again what it was refused
      await eventually(async () => {
        const [row] = await system.database.query<{ count: string }>(
          "SELECT count(*) FROM orders WHERE status = 'PAID' AND paid_fen = payable_fen AND id = ANY ($1::uuid[])",
          [accepted.map(({ order }) => order.id)],
        );
        expect(Number(row?.count)).toBe(accepted.length);
      });
      const [all] = await system.database.query<{ orders: string; events: string }>(
        `SELECT (SELECT count(*) FROM orders) AS orders,
              (SELECT count(*) FROM ${EVENTS} WHERE data->>'type' = 'payment.succeeded') AS events`,
      );
      // Repeated requests made no second order, and each payment is one event.
      expect(all).toEqual({ orders: String(accepted.length), events: String(accepted.length) });
      for (const app of apps) app.signal('SIGTERM');
      await Promise.all(apps.map((app) => app.ended()));
      await balancer.stop();
      await system.stop();
    },
    ROLLING_MS,
  );
});

/** As clients do: when nobody answers, or with 5xx or "still running", the same again under the same key. */
async function persistently(buyer: TestBuyer, productId: string): Promise<CheckedOut> {
  const body = { items: [{ productId, quantity: 1 }] };
  const key = { 'idempotency-key': randomUUID() };
  for (let tries = 1; ; tries++) {
    const { status, body: answer } = await buyer
      .send<CheckedOut>('POST', '/api/v1/checkout', body, key)
      .catch(() => ({ status: 0, body: undefined }));
    if (status === 201 && answer !== undefined) return answer;
    if (tries === 50 || (status !== 0 && status < 500 && status !== 409))
      throw new Error(`checkout: ${status}`);
    await sleep(100);
  }
}
