import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { done, EFFECT_KINDS, type EffectKind } from '../../src/fulfilment/effect/effect-kind.js';
import { newEvent, type OrderEvent } from '../../src/jobs/event.js';
import { countDueRows, DUE_NAMES } from '../../src/staff/jobs/due-rows.js';
import type { JobPage, JobView } from '../../src/staff/jobs/job.schema.js';
import { ask, paidOrder } from '../refund/paid-order.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';
import { Desk } from './desk.js';

const SECRET = 'o-in-no-answer';

let system: System;
let support: Desk;
let viewer: Desk;

/** The events that came through, and whether they can be planned. */
const seen: OrderEvent[] = [];
let broken = false;
let unplannable: string | undefined;
const probe: EffectKind = {
  kind: 'probe',
  schedule: [],
  concerning: (events) => events,
  plan: (event) => {
    if (broken || event.id === unplannable) return Promise.reject(new Error('the probe is broken'));
    seen.push(event);
    return Promise.resolve([]);
  },
  run: () => Promise.resolve(done('OK')),
};

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  system.app.get<EffectKind[]>(EFFECT_KINDS).push(probe);
  [support, viewer] = [await Desk.of(system, 'SUPPORT'), await Desk.of(system, 'VIEWER')];
});
beforeEach(async () => {
  broken = false;
  await system.database.query("DELETE FROM pgboss.job WHERE state IN ('created', 'retry', 'failed')");
});
afterAll(() => system.stop());

interface Given {
  state?: string;
  /** Attempts after the first; 0: it fails at once for good. */
  retries?: number;
  startAfter?: string;
}

/** A job as no version of this service would send it. */
async function insertJob(
  data: unknown,
  { state = 'created', retries = 0, startAfter = 'now' }: Given = {},
): Promise<string> {
  const id = uuidv7();
  await system.database.query(
    `INSERT INTO pgboss.job (id, name, data, state, policy, retry_limit, retry_delay, created_on, start_after, completed_on)
     VALUES ($1, 'events', $2, $3::pgboss.job_state, 'standard', $4, 900, now() - interval '1 minute', $5,
             CASE WHEN $3 IN ('failed', 'completed', 'cancelled') THEN now() END)`,
    [id, JSON.stringify(data), state, retries, startAfter],
  );
  return id;
}

async function jobs(query = ''): Promise<JobView[]> {
  return (await viewer.get<JobPage>(`/jobs?limit=100&${query}`)).items;
}

function jobBecomes(id: string, state: string, attempts: number): Promise<JobView> {
  return eventually(async () => {
    const job = (await jobs()).find((each) => each.id === id);
    if (job?.state !== state || job.attempts !== attempts) throw new Error(`it is ${JSON.stringify(job)}`);
    return job;
  });
}

function retry(id: string, headers?: Record<string, string>, who = support) {
  return who.send<JobView & { code?: string; detail?: string }>('POST', `/jobs/${id}/retry`, {}, headers);
}

async function retriesRecorded(id: string): Promise<unknown[]> {
  return system.database.query(
    "SELECT operator_name, before FROM audit_log WHERE action = 'job.retried' AND subject_id = $1 ORDER BY seq",
    [id],
  );
}

describe('a poisoned job', () => {
  it.each([
    ['nothing', null, 'the whole'],
    ['something else', { hello: SECRET }, 'type'],
    [
      'a type of another version',
      { ...newEvent('order.closed', new Date(), { orderId: uuidv7() }), type: SECRET },
      'type',
    ],
    ['an id that is none', newEvent('order.closed', new Date(), { orderId: SECRET }), 'orderId'],
  ])(
    'that carries %s fails, is listed without what it carries, and holds up nobody',
    async (_, data, field) => {
      const id = await insertJob(data);
      const waiting = await insertJob(data, { retries: 100 });
      const { orderId } = await paidOrder(system);
      await eventually(async () => {
        expect(seen.filter((event) => event.orderId === orderId)).toMatchObject([
          { type: 'payment.succeeded' },
        ]);
        const { queues, items } = await viewer.get<JobPage>('/jobs?queue=events');
        expect(queues).toEqual([
          { name: 'events', waiting: 0, active: 0, retrying: 1, failed: 1, oldestWaitingAt: null },
        ]);
        expect(items.map((job) => job.id).sort()).toEqual([id, waiting].sort());
      });
      const [failed, ...more] = await jobs('state=failed');
      expect(more).toEqual([]);
      expect(failed).toMatchObject({
        id,
        queue: 'events',
        state: 'failed',
        attempts: 1,
        failedAt: expect.any(String),
      });
      expect(failed?.error).toMatch(new RegExp(`^the payload has an unknown shape: .*${field}`));
      expect(failed?.nextAttemptAt).toBeUndefined();
      const [retrying] = await jobs('state=retrying');
      expect(retrying).toMatchObject({ id: waiting, state: 'retrying', nextAttemptAt: expect.any(String) });
      expect(retrying?.failedAt).toBeUndefined();
    },
  );

  it('is tried once more when put back, and comes through when mended', async () => {
    const event = newEvent('order.closed', new Date(), { orderId: uuidv7() });
    const id = await insertJob({ ...event, at: 'never' });
    expect(await jobBecomes(id, 'failed', 1)).toMatchObject({
      payload: { id: event.id, type: 'order.closed', orderId: event.orderId },
    });
    expect(await retry(id)).toMatchObject({ status: 200, body: { id, state: 'retrying', attempts: 1 } });
    await jobBecomes(id, 'failed', 2);
    await system.database.query('UPDATE pgboss.job SET data = $2 WHERE id = $1', [id, JSON.stringify(event)]);
    expect((await retry(id)).status).toBe(200);
    await eventually(async () => {
      expect(seen.filter((each) => each.id === event.id)).toEqual([event]);
      expect(await jobs()).toEqual([]);
    });
    expect(await retriesRecorded(id)).toEqual([
      { operator_name: support.username, before: { queue: 'events', state: 'failed', attempts: 1 } },
      { operator_name: support.username, before: { queue: 'events', state: 'failed', attempts: 2 } },
    ]);
    expect(await eventually(async () => completed(await retry(id)))).toContain('completed');
  });
});

function completed({ status, body }: { status: number; body: { code?: string; detail?: string } }): string {
  if (status !== 409 || body.code !== 'JOB_NOT_RETRYABLE') throw new Error(`${status} ${body.code}`);
  return body.detail ?? '';
}

it('events decided together are one job: one that cannot be planned brings it back, the others have come through', async () => {
  const events = [1, 2, 3].map(() => newEvent('order.closed', new Date(), { orderId: uuidv7() }));
  unplannable = events[1]?.id;
  const id = await insertJob({ together: events }, { retries: 100 });
  const job = await jobBecomes(id, 'retrying', 1);
  expect(job).toMatchObject({
    payload: { together: 3 },
    error: `order.closed could not be planned: order ${events[1]?.orderId}: the probe is broken`,
  });
  expect(seen.filter((event) => events.some((each) => each.id === event.id))).toEqual([events[0], events[2]]);
  unplannable = undefined;
  expect((await retry(id)).status).toBe(200);
  await system.database.query('UPDATE pgboss.job SET start_after = now() WHERE id = $1', [id]);
  await eventually(() => {
    expect(seen).toContainEqual(events[1]);
    return Promise.resolve();
  });
});

it('an event that cannot be planned retries, and says why', async () => {
  broken = true;
  const { orderId } = await paidOrder(system);
  const job = await eventually(async () => {
    const found = (await jobs('state=retrying')).find(({ payload }) => payload.orderId === orderId);
    if (found === undefined) throw new Error('it does not retry');
    return found;
  });
  expect(job.error).toBe(`payment.succeeded could not be planned: order ${orderId}: the probe is broken`);
  expect(await retry(job.id)).toMatchObject({ status: 200, body: { id: job.id } });
  expect(await retriesRecorded(job.id)).toEqual([]);
});

describe('putting back', () => {
  it('happens once, however many ask and repeat', async () => {
    const id = await insertJob({}, { state: 'failed', startAfter: '2100-01-01' });
    const key = { 'idempotency-key': uuidv7() };
    const answers = await Promise.all([retry(id, key), retry(id), retry(id)]);
    const again = await retry(id, key);
    for (const { status, body } of [...answers, again])
      expect([status, body.state]).toEqual([200, 'retrying']);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await retriesRecorded(id)).toHaveLength(1);
  });

  it.each([
    ['completed', 409, 'JOB_NOT_RETRYABLE'],
    ['cancelled', 409, 'JOB_NOT_RETRYABLE'],
  ])('is refused when it is %s', async (state, status, code) => {
    const id = await insertJob({}, { state });
    expect(await retry(id)).toMatchObject({ status, body: { code, detail: expect.stringContaining(state) } });
    expect(await retriesRecorded(id)).toEqual([]);
  });

  it.each(['01920000-0000-7000-8000-000000000000', 'no-id'])('finds no job %s', async (id) => {
    expect(await retry(id)).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
  });

  it('is nothing a VIEWER may do', async () => {
    const id = await insertJob({}, { state: 'failed' });
    expect(await retry(id, {}, viewer)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await jobs()).toMatchObject([{ id, state: 'failed' }]);
  });
});

describe('the list', () => {
  it('goes through all jobs page by page, those of one instant too', async () => {
    for (let i = 0; i < 4; i++)
      await insertJob({}, { state: i % 2 === 0 ? 'failed' : 'retry', startAfter: '2100-01-01' });
    // Within one millisecond, in an order that ids do not follow: what the cursor cannot tell apart.
    await system.database.query(
      `UPDATE pgboss.job SET created_on = '2026-11-21T12:00:00.123Z'::timestamptz + n * interval '200 microseconds'
       FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM pgboss.job WHERE state IN ('failed', 'retry')) AS place
       WHERE job.id = place.id`,
    );
    const all = await jobs();
    expect(all).toHaveLength(4);
    expect(await viewer.pages<JobView>('/jobs?')).toEqual(all);
    expect(await viewer.pages<JobView>('/jobs?state=failed&')).toEqual(
      all.filter(({ state }) => state === 'failed'),
    );
  });

  it('counts what waits, and since when', async () => {
    await insertJob({}, { startAfter: '2100-01-01' });
    await system.database.query(
      "UPDATE pgboss.job SET created_on = '2026-11-21T12:00:00Z' WHERE state = 'created'",
    );
    const { queues } = await viewer.get<JobPage>('/jobs');
    expect(queues).toMatchObject([{ waiting: 1, oldestWaitingAt: '2026-11-21T20:00:00.000+08:00' }]);
  });

  it.each(['state=completed', 'queue=money', 'cursor=x', 'limit=0'])('refuses %s', async (query) => {
    const { status, body } = await viewer.send('GET', `/jobs?${query}`);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

async function set(text: string, ...values: string[]): Promise<void> {
  await system.database.query(text, values);
}

function insertEffect(kind: string, at: string): Promise<void> {
  return set(
    `INSERT INTO effects (id, kind, target, subject_kind, subject_id, order_id, dedupe_key, payload, status, attempts, tries, next_attempt_at, created_at)
     VALUES (gen_random_uuid(), $1, '', 'order', gen_random_uuid(), gen_random_uuid(), $1, '{}', 'PENDING', 0, 0, $2, now())`,
    kind,
    at,
  );
}

describe('due rows', () => {
  const AT = '2100-01-02T00:00:00Z';

  it('are counted for each kind exactly when their time has come', async () => {
    const buyer = await TestBuyer.login(system);
    const productId = await system.product();
    const attempted = await buyer.checkout(productId);
    const unpaid = await buyer.send<{ id: string }>('POST', '/api/v1/orders', {
      items: [{ productId, quantity: 1 }],
    });
    const paid = await paidOrder(system);
    const refund = await ask(paid);
    await insertEffect('of a later version', AT);
    await set(`INSERT INTO suspense_items (id, kind, status, account_id, app_id, mch_id, out_trade_no, transaction_id, amount_fen, currency, evidence, created_at, return_at)
               VALUES (gen_random_uuid(), 'LATE', 'OPEN', 'default', 'wx', '1', 'x', 'x', 1, 'CNY', '{}', now(), '${AT}')`);
    await set(`INSERT INTO reconciliations (id, account_id, date, status, attempts, next_attempt_at, created_at)
               VALUES (gen_random_uuid(), 'default', '2100-01-01', 'WAITING', 0, '${AT}', now())`);
    await set(`UPDATE refunds SET status = 'APPROVED', next_check_at = '${AT}' WHERE id = $1`, refund.id);
    await set(`UPDATE orders SET status = 'SHIPPED', receipt_check_at = '${AT}' WHERE id = $1`, paid.orderId);
    await set(
      `UPDATE orders SET expires_at = '${AT}' WHERE id IN ($1, $2)`,
      unpaid.body.id,
      attempted.order.id,
    );
    const { manager } = system.app.get(DataSource);
    // The worker may hold the attempt at first and give it a time of its own.
    await eventually(async () => {
      await set(`UPDATE payments SET next_check_at = '${AT}' WHERE id = $1`, attempted.payment.id);
      const before = await countDueRows(manager, new Date(new Date(AT).getTime() - 1));
      const then = await countDueRows(manager, new Date(AT));
      expect(
        then.map(({ name, due }) => [name, due - (before.find((row) => row.name === name)?.due ?? 0)]),
      ).toEqual(DUE_NAMES.map((name) => [name, 1]));
      const suspense = then.find(({ name }) => name === 'suspense returns');
      expect(suspense).toEqual({ name: 'suspense returns', due: 1, oldestDueAt: new Date(AT) });
    });
  });

  it('are in the answer, with the time of the oldest', async () => {
    await insertEffect('nobody carries out', '2026-01-01T00:00:00Z');
    await insertEffect('nobody either', '2026-01-02T00:00:00Z');
    await eventually(async () => {
      const { due } = await viewer.get<JobPage>('/jobs');
      expect(due.map(({ name }) => name)).toEqual(DUE_NAMES);
      expect(due.find(({ name }) => name === 'effects')).toEqual({
        name: 'effects',
        due: 2,
        oldestDueAt: '2026-01-01T08:00:00.000+08:00',
      });
      expect(due.find(({ name }) => name === 'reconciliations')).toMatchObject({ due: 0, oldestDueAt: null });
    });
  });
});

it('no answer holds what a job carries beyond its ids', () => expect(Desk.answersWith(SECRET)).toEqual([]));
