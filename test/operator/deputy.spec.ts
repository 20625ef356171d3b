import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperatorView } from '../../src/operator/operator.schema.js';
import type { Me } from '../../src/operator/session/session.schema.js';
import type { SettingsView } from '../../src/staff/settings/settings.schema.js';
import { ask, paidOrder } from '../refund/paid-order.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

let system: System;
let owner: TestOperator;
let support: TestOperator;
beforeAll(async () => {
  system = await startSystem({ REFUND_SECOND_APPROVAL_MIN_FEN: '50000' });
  [owner, support] = [await TestOperator.login(system, 'OWNER'), await TestOperator.login(system, 'SUPPORT')];
});
afterAll(() => system.stop());

const inDays = (days: number): string => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();
const makeDeputy = (deputyUntil: string | null, by = owner, id = support.id) =>
  by.send<OperatorView>('PATCH', `/operators/${id}`, { deputyUntil });
/** As if the time given had gone by. */
const endNow = () =>
  system.database.query('UPDATE operators SET deputy_until = now() WHERE id = $1', [support.id]);

/** The id of a refund that waits for a decision. */
async function askedFor(by: 'buyer' | TestOperator): Promise<string> {
  const paid = await paidOrder(system, 1000);
  if (by === 'buyer') return (await ask(paid)).id;
  const wanted = { amountFen: 100, reason: '少发了一件' };
  const { status, body } = await by.send<{ id: string }>('POST', `/orders/${paid.orderId}/refunds`, wanted);
  expect(status).toBe(201);
  return body.id;
}
const approve = (id: string) => support.send('POST', `/refunds/${id}/approve`, {});

describe('a deputy', () => {
  it('decides refunds until his time is over, and keeps what his own role may', async () => {
    const id = await askedFor('buyer');
    expect(await approve(id)).toMatchObject({ status: 403 });
    const until = inDays(7);
    const { body } = await makeDeputy(until);
    expect(new Date(body.deputyUntil ?? 0).toISOString()).toBe(until);
    expect(body.role).toBe('SUPPORT');
    const me = (await support.send<Me>('GET', '/me')).body;
    expect(me.permissions).toEqual(expect.arrayContaining(['refunds.review', 'ledger.read', 'orders.ship']));
    expect(me.permissions).not.toContain('operators.manage');
    expect((await approve(id)).status).toBe(200);
    await endNow();
    expect((await support.send<Me>('GET', '/me')).body).not.toHaveProperty('deputyUntil');
    expect(await approve(await askedFor('buyer'))).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', detail: expect.stringContaining('Your role is SUPPORT') },
    });
  });

  it('does not decide what he has asked for himself (four eyes)', async () => {
    await makeDeputy(inDays(1));
    expect(await approve(await askedFor(support))).toMatchObject({
      status: 403,
      body: { code: 'REFUND_REVIEW_REFUSED', reason: 'OWN_REQUEST' },
    });
  });

  it('is named among those who may decide, beside the limits, until his time is over', async () => {
    const approvals = async () => (await owner.send<SettingsView>('GET', '/settings')).body.approvals;
    const isNamed = async (id: string) => (await approvals()).deciders.find((decider) => decider.id === id);
    await makeDeputy(null);
    expect(await isNamed(support.id)).toBeUndefined();
    const { body } = await makeDeputy(inDays(3));
    expect(await isNamed(support.id)).toEqual({
      id: support.id,
      displayName: body.displayName,
      role: 'SUPPORT',
      deputyUntil: body.deputyUntil,
    });
    await endNow();
    expect(await isNamed(support.id)).toBeUndefined();
    const finance = await TestOperator.login(system, 'FINANCE');
    expect(await isNamed(finance.id)).toMatchObject({ role: 'FINANCE' });
    await owner.send('PATCH', `/operators/${finance.id}`, { disabled: true });
    expect(await isNamed(finance.id)).toBeUndefined();
    expect(await approvals()).toMatchObject({
      autoApproveMaxFen: 0,
      stepUpMinFen: null,
      secondApprovalMinFen: 50_000,
      fourEyes: true,
    });
  });

  it('is made and unmade by an owner alone, and the audit log says by whom', async () => {
    const finance = await TestOperator.login(system, 'FINANCE');
    await makeDeputy(inDays(1));
    for (const other of [finance, support]) expect((await makeDeputy(inDays(2), other)).status).toBe(403);
    expect((await makeDeputy(null)).body).not.toHaveProperty('deputyUntil');
    expect((await approve(await askedFor('buyer'))).status).toBe(403);
    const [last] = await system.database.query<{ name: string; before: object; after: object }>(
      'SELECT operator_name AS name, before, after FROM audit_log WHERE subject_id = $1 ORDER BY seq DESC LIMIT 1',
      [support.id],
    );
    expect(last).toMatchObject({
      name: owner.credentials.username,
      before: { deputyUntil: expect.stringMatching(/\+08:00$/) },
      after: { deputyUntil: null },
    });
  });

  it('has an end in any time zone', async () => {
    const until = inDays(7);
    const elsewhere = new Date(new Date(until).getTime() + 18 * 3600_000)
      .toISOString()
      .replace('Z', '+18:00');
    const { status, body } = await makeDeputy(elsewhere);
    expect([status, new Date(body.deputyUntil ?? 0).toISOString()]).toEqual([200, until]);
  });

  it.each([
    ['in the past', inDays(-0.01)],
    ['next year', inDays(93)],
    ['no time at all', 'soon'],
  ])('has an end that is not %s', async (_, until) => {
    expect(await makeDeputy(until)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ field: 'deputyUntil' }] },
    });
  });
});
