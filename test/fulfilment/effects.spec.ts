import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { EffectDetail, EffectPage } from '../../src/staff/effects/effect.schema.js';
import {
  done,
  EFFECT_KINDS,
  later,
  refused,
  WECHAT_CALENDAR,
  type EffectKind,
  type EffectResult,
} from '../../src/fulfilment/effect/effect-kind.js';
import type { Effect } from '../../src/fulfilment/effect/effect.entity.js';
import { uuidv7 } from '../../src/common/uuid-v7.js';
import { newEvent, type OrderEvent } from '../../src/jobs/event.js';
import { JobService } from '../../src/jobs/job.service.js';
import { approve, ask, paidOrder, refundBecomes } from '../refund/paid-order.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { startSystem, type System } from '../support/system.js';
import type { StaffOrderView } from '../../src/staff/orders/staff-order.schema.js';
import { TestOperator } from '../support/staff.js';
import { Desk } from '../staff/desk.js';

const FOUR_HOURS = 4 * 3600;

let system: System;
let owner: Desk;
let viewer: Desk;
let orderId: string;

/** What the probe was told, and what it answers. */
const seen: OrderEvent[] = [];
const runs: Effect[] = [];
let answer: (effect: Effect) => Promise<EffectResult>;
let targets: string[];
let plansToFail = 0;
/** The order about which the clumsy kind can plan nothing. */
let cannotPlan: string | undefined;

/** A kind of its own, beside those of the application: plans one effect for each target of a payment. */
const probe: EffectKind = {
  kind: 'probe',
  schedule: WECHAT_CALENDAR,
  concerning: (events) => events,
  plan: (event) => {
    seen.push(event);
    const { paymentId, orderId } = event;
    if (event.type !== 'payment.succeeded' || paymentId === undefined) return Promise.resolve([]);
    return Promise.resolve(
      targets.map((target) => ({
        target,
        subject: { kind: 'payment', id: paymentId },
        orderId,
        payload: { openid: 'o-secret' },
      })),
    );
  },
  run: (effect) => {
    runs.push(effect);
    return answer(effect);
  },
};
const clumsy: EffectKind = {
  kind: 'clumsy',
  schedule: [],
  concerning: (events) => events,
  plan: ({ orderId: about }) =>
    plansToFail-- > 0 || about === cannotPlan
      ? Promise.reject(new Error('cannot plan yet'))
      : Promise.resolve([]),
  run: () => Promise.resolve(done('OK')),
};

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature', LOG_LEVEL: 'error' });
  system.app.get<EffectKind[]>(EFFECT_KINDS).push(probe, clumsy);
  [owner, viewer] = [await Desk.of(system, 'OWNER'), await Desk.of(system, 'VIEWER')];
});
beforeEach(() => {
  seen.length = runs.length = plansToFail = 0;
  cannotPlan = undefined;
  targets = ['a'];
  answer = () => Promise.resolve(done('OK', 'thanks'));
});
afterAll(() => system.stop());

async function pay(): Promise<void> {
  ({ orderId } = await paidOrder(system));
}

/** The order's effects of the probe, in the order of their targets, once they look like this. */
function effectsBecome(status: string, count = 1): Promise<EffectDetail[]> {
  return eventually(async () => {
    const { items } = await viewer.get<EffectPage>(`/effects?orderId=${orderId}&kind=probe&status=${status}`);
    if (items.length !== count) throw new Error(`${items.length} effects are ${status}`);
    const details = items.map(({ id }) => viewer.get<EffectDetail>(`/effects/${id}`));
    return (await Promise.all(details)).toSorted((a, b) => a.target.localeCompare(b.target));
  });
}

async function effectBecomes(status: string): Promise<EffectDetail> {
  const [effect] = await effectsBecome(status);
  if (effect === undefined) throw new Error('no effect');
  return effect;
}

/** Waits until the effect has been tried so often and the last attempt has its answer. */
function tried(attempts: number): Promise<EffectDetail> {
  return eventually(async () => {
    const { items } = await viewer.get<EffectPage>(`/effects?orderId=${orderId}&kind=probe`);
    const effect = await viewer.get<EffectDetail>(`/effects/${items[0]?.id}`);
    if (effect.log.length !== attempts || effect.log.at(-1)?.outcome === undefined)
      throw new Error(`${effect.log.length} attempts, not ${attempts}`);
    return effect;
  });
}

describe('events', () => {
  it('tell what happened to an order, once each, with ids and nothing else', async () => {
    const [staff, paid] = [await TestOperator.login(system, 'FINANCE'), await paidOrder(system)];
    const [first, second] = [await ask(paid, { amountFen: 100 }), await ask(paid, { amountFen: 200 })];
    await staff.send('POST', `/refunds/${first.id}/reject`, { reason: '不符合' });
    await approve(staff, second.id);
    await refundBecomes(staff, second.id, 'SUCCESS');
    const third = await ask(paid, { amountFen: 300 });
    await paid.buyer.send('POST', `/api/v1/refunds/${third.id}/withdraw`);
    const about = () => seen.filter((event) => event.orderId === paid.orderId);
    await eventually(() => {
      expect(
        about()
          .map(({ type, refundId }) => `${type} ${refundId ?? ''}`)
          .sort(),
      ).toEqual([
        'payment.succeeded ',
        ...[
          `refund.approved ${second.id}`,
          `refund.rejected ${first.id}`,
          `refund.requested ${first.id}`,
          `refund.requested ${second.id}`,
          `refund.requested ${third.id}`,
          `refund.succeeded ${second.id}`,
          `refund.withdrawn ${third.id}`,
        ].sort(),
      ]);
      return Promise.resolve();
    });
    for (const event of about())
      expect(Object.keys(event).filter((name) => !/^(id|type|at|\w+Id)$/.test(name))).toEqual([]);
  });

  it('tell of a closed order', async () => {
    const buyer = await TestBuyer.login(system);
    const { order } = await buyer.checkout(await system.product());
    await buyer.send('POST', `/api/v1/orders/${order.id}/cancel`);
    await eventually(() => {
      expect(seen.map(({ type, orderId }) => [type, orderId])).toEqual([['order.closed', order.id]]);
      return Promise.resolve();
    });
  });

  it('a kind that cannot plan holds up nobody, and what it missed comes back without doubling the rest', async () => {
    plansToFail = 1;
    await pay();
    await effectBecomes('DONE');
    await system.database.query(
      `UPDATE pgboss.job SET start_after = now() WHERE name = 'events' AND data->>'orderId' = $1 AND state = 'retry'`,
      [orderId],
    );
    await eventually(() => {
      expect(seen.map(({ id }) => id)).toEqual([seen[0]?.id, seen[0]?.id]);
      return Promise.resolve();
    }, 30_000);
    expect(await effectsBecome('DONE')).toHaveLength(1);
    expect(runs).toHaveLength(1);
  });
});

describe('jobs that are due together', () => {
  it('end each as it should: one that cannot be read, one that cannot be planned, one that is fine', async () => {
    const events = [1, 2].map(() => newEvent('order.closed', new Date(), { orderId: uuidv7() }));
    const [unplannable, fine] = events.map(({ orderId }) => orderId);
    cannotPlan = unplannable;
    const { manager } = system.app.get(DataSource);
    const jobs = system.app.get(JobService, { strict: false });
    await manager.transaction(async (tx) => {
      for (const event of events) await jobs.enqueue(tx, 'events', [event]);
      await tx.query(
        `INSERT INTO pgboss.job_common (name, data, policy, retry_limit, retry_delay)
         SELECT name, jsonb_build_object('orderId', $2::text), policy, retry_limit, retry_delay FROM pgboss.job_common
         WHERE data->>'orderId' = $1`,
        [fine, 'unreadable'],
      );
    });
    const stateOf = async (id: string | undefined) =>
      (
        await system.database.query<{ state: string; error: string | null }>(
          `SELECT state::text, output->>'message' AS error FROM pgboss.job WHERE name = 'events' AND data->>'orderId' = $1`,
          [id],
        )
      )[0];
    await eventually(async () => {
      expect([await stateOf(fine), await stateOf(unplannable), await stateOf('unreadable')]).toMatchObject([
        { state: 'completed', error: null },
        { state: 'retry', error: expect.stringContaining(`order ${unplannable}: cannot plan yet`) },
        { state: 'retry', error: expect.stringContaining('the payload has an unknown shape') },
      ]);
    });
    expect(seen.filter(({ orderId }) => orderId === fine)).toHaveLength(1);
  });
});

describe('an effect', () => {
  it('is done once, and shows its answer, without what it carries', async () => {
    await pay();
    const effect = await effectBecomes('DONE');
    expect(effect).toMatchObject({
      kind: 'probe',
      target: 'a',
      subject: { kind: 'payment' },
      attempts: 1,
      log: [{ attempt: 1, outcome: 'DONE', code: 'OK', message: 'thanks' }],
    });
    expect(JSON.stringify(effect)).not.toContain('o-secret');
    expect(runs).toHaveLength(1);
  });

  it('M-33: is tried along WeChat’s calendar for a day, then is dead and stays visible', async () => {
    answer = () => Promise.resolve(later('HTTP_503', 'busy'));
    await pay();
    const first = await tried(1);
    for (const [index, wait] of WECHAT_CALENDAR.entries()) {
      await system.control.advance(wait - 5);
      await system.control.advance(5);
      await tried(index + 2);
    }
    const dead = await effectBecomes('DEAD');
    const times = dead.log.map(({ at }) => Date.parse(at));
    const waited = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000);
    waited.forEach((seconds, index) => {
      expect(seconds).toBeGreaterThanOrEqual(WECHAT_CALENDAR[index] ?? 0);
      expect(seconds).toBeLessThan((WECHAT_CALENDAR[index] ?? 0) + 15);
    });
    expect(dead.log.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 16 }, () => 'LATER'));
    expect(WECHAT_CALENDAR.reduce((sum, wait) => sum + wait)).toBe(24 * 3600 + 4 * 60);
    expect(dead.nextAttemptAt).toBeUndefined();
    const order = await viewer.get<StaffOrderView>(`/orders/${orderId}`);
    expect(order.timeline.at(-1)).toMatchObject({
      event: 'effect.dead',
      data: { effectId: first.id, kind: 'probe', attempts: 16 },
    });

    await system.control.advance(FOUR_HOURS);
    answer = () => Promise.resolve(done('OK'));
    expect((await viewer.send('POST', `/effects/${first.id}/replay`)).status).toBe(403);
    expect((await owner.send('POST', `/effects/${first.id}/replay`)).status).toBe(200);
    const replayed = await effectBecomes('DONE');
    expect(replayed).toMatchObject({ id: first.id, attempts: 17 });
    expect(replayed.log.at(-1)).toMatchObject({ attempt: 17, outcome: 'DONE' });
    const [audit] = await system.database.query(
      `SELECT operator_name, before FROM audit_log WHERE action = 'effect.replayed' AND subject_id = $1`,
      [first.id],
    );
    expect(audit).toMatchObject({ operator_name: owner.username, before: { status: 'DEAD', attempts: 16 } });
  }, 120_000);

  it('that is refused is final and not tried again', async () => {
    answer = () => Promise.resolve(refused('43101', 'user refuses to accept the msg'));
    await pay();
    const effect = await effectBecomes('REFUSED');
    await system.control.advance(FOUR_HOURS);
    expect(effect.log).toMatchObject([{ outcome: 'REFUSED', code: '43101' }]);
    expect(runs).toHaveLength(1);
  });

  it('waits as long as the answer says', async () => {
    const at = new Date(new Date().getTime() + 365 * 24 * 3600_000);
    answer = () => Promise.resolve(later('429', 'slow down', at));
    await pay();
    expect(Date.parse((await tried(1)).nextAttemptAt ?? '')).toBe(at.getTime());
  });

  it('that throws, or hangs, or stands first in the queue, holds up no other', async () => {
    const hanging: (() => void)[] = [];
    targets = [...'abcdefgh'].flatMap((target) => (target === 'a' ? ['a'] : [target]));
    answer = ({ target }) => {
      if (target === 'a') return Promise.reject(new Error('poison'));
      if (target === 'b') return new Promise((resolve) => hanging.push(() => resolve(done('OK', 'at last'))));
      return Promise.resolve(done('OK'));
    };
    await pay();
    const others = await effectsBecome('DONE', 6);
    expect(others.map(({ target }) => target)).toEqual([...'cdefgh']);
    const [poison, slow] = await effectsBecome('PENDING', 2);
    expect(poison?.log).toMatchObject([{ outcome: 'LATER', code: 'ERROR' }]);
    expect(slow?.log).toMatchObject([{ attempt: 1 }]);
    // By hand, while it runs: not a second time beside it.
    await owner.send('POST', `/effects/${slow?.id}/replay`);
    for (const release of hanging) release();
    expect((await effectsBecome('DONE', 7)).find(({ target }) => target === 'b')?.log).toMatchObject([
      { attempt: 1, outcome: 'DONE', message: 'at last' },
    ]);
  });

  it('of a target that hangs takes only some of the places', async () => {
    const hanging: (() => void)[] = [];
    answer = ({ target }) =>
      target === 'stuck'
        ? new Promise((resolve) => hanging.push(() => resolve(done('OK'))))
        : Promise.resolve(done('OK'));
    targets = ['stuck'];
    await pay();
    await eventually(() => (hanging.length === 1 ? Promise.resolve() : Promise.reject(new Error('not yet'))));
    await system.database.query(
      `INSERT INTO effects SELECT gen_random_uuid(), kind, target, subject_kind, subject_id, order_id, dedupe_key || n, payload,
         'PENDING', 0, 0, created_at, created_at, NULL FROM effects, generate_series(1, 60) n WHERE order_id = $1`,
      [orderId],
    );
    targets = ['free'];
    await pay();
    await effectBecomes('DONE');
    expect(hanging.length).toBeLessThan(8);
    await system.database.query(
      `DELETE FROM effects WHERE target = 'stuck' AND status = 'PENDING' AND attempts = 0`,
    );
    for (const release of hanging) release();
  });

  it('whose process died mid-way is tried again when its lease is over, and the lost attempt stays in the log', async () => {
    answer = () => Promise.resolve(later('HTTP_500', ''));
    await pay();
    const { id } = await tried(1);
    // As a process leaves it that died during the second attempt.
    await system.database.query(
      `WITH lost AS (INSERT INTO effect_attempts (effect_id, attempt, at) VALUES ($1, 2, now()))
       UPDATE effects SET attempts = 2, tries = 2, next_attempt_at = next_attempt_at + interval '45 seconds' WHERE id = $1`,
      [id],
    );
    answer = () => Promise.resolve(done('OK'));
    await system.control.advance(61);
    const effect = await effectBecomes('DONE');
    expect(effect.log.map(({ outcome }) => outcome)).toEqual(['LATER', undefined, 'DONE']);
  });
});

it('what is no effect is 404', async () => {
  for (const id of ['x', '01920000-0000-7000-8000-000000000000']) {
    expect((await owner.send('GET', `/effects/${id}`)).body.code).toBe('EFFECT_NOT_FOUND');
    expect((await owner.send('POST', `/effects/${id}/replay`)).body.code).toBe('EFFECT_NOT_FOUND');
  }
});
