import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { verifyAuditLog } from '../../src/operator/audit/audit-verification.js';
import { RefundApprovalService } from '../../src/refund/refund-approval.service.js';
import type { ProblemBody } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';
import { ask, paidOrder, refundBecomes, refundsAtWeChat } from './paid-order.js';

/** Approvals that come together are written together, and none of them notices (ADR 12). */

let system: System;
let finance: TestOperator;
beforeAll(async () => {
  system = await startSystem();
  finance = await TestOperator.login(system, 'FINANCE');
});
afterEach(() => system.database.query('DROP FUNCTION IF EXISTS test_on_approval() CASCADE'));
afterAll(() => system.stop());

interface Asked {
  id: string;
  outTradeNo: string;
}

async function asked(): Promise<Asked> {
  const paid = await paidOrder(system, 1000);
  return { id: (await ask(paid, { amountFen: 400 })).id, outTradeNo: paid.outTradeNo };
}

/**
 * One approval is being written when the others come, so the next transaction takes them together: each is held back
 * where it is about to be written until all have arrived. @returns how the others were answered
 */
async function together(ids: readonly string[]): Promise<[status: number, code?: string][]> {
  const first = await asked();
  const approvals = system.app.get(RefundApprovalService, { strict: false });
  const approve = approvals.approve.bind(approvals);
  const held: (() => void)[] = [];
  approvals.approve = async (...given) => {
    await new Promise<void>((go) => held.push(go));
    return approve(...given);
  };
  try {
    const answers = [];
    for (const id of [first.id, ...ids]) {
      answers.push(finance.send<Partial<ProblemBody>>('POST', `/refunds/${id}/approve`, {}));
      await eventually(async () => expect(held).toHaveLength(answers.length));
    }
    for (const go of held) go();
    const [, ...others] = await Promise.all(answers);
    return others.map(({ status, body: { code } }) => (code === undefined ? [status] : [status, code]));
  } finally {
    approvals.approve = approve;
  }
}

/** How many transactions wrote the approvals of these refunds. */
async function transactionsOf(ids: readonly string[]): Promise<number | undefined> {
  const [row] = await system.database.query<{ count: number }>(
    'SELECT count(DISTINCT xmin::text)::int AS count FROM refund_approvals WHERE refund_id = ANY ($1::uuid[])',
    [ids],
  );
  return row?.count;
}

async function givenBackOnce({ id, outTradeNo }: Asked): Promise<void> {
  await refundBecomes(finance, id, 'SUCCESS');
  expect((await refundsAtWeChat(system, outTradeNo)).map(({ refundFen }) => refundFen)).toEqual([400]);
  const [row] = await system.database.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM audit_log WHERE subject_id = $1::text AND action = 'refund.approved')::int AS audited,
            (SELECT count(*) FROM feed WHERE refund_id = $1::uuid AND type = 'refund.approved')::int AS told`,
    [id],
  );
  expect(row).toEqual({ audited: 1, told: 1 });
}

async function chainHolds(): Promise<void> {
  const { manager } = system.app.get(DataSource, { strict: false });
  expect((await verifyAuditLog(manager)).broken).toBeUndefined();
}

it('an approval is answered with APPROVED, however far the refund has come by then', async () => {
  const approvals = system.app.get(RefundApprovalService, { strict: false });
  const approve = approvals.approve.bind(approvals);
  approvals.approve = async (id, ...given) => {
    const approved = await approve(id, ...given);
    await refundBecomes(finance, id, 'SUCCESS'); // before the answer is written
    return approved;
  };
  try {
    const { id } = await asked();
    expect(await finance.send('POST', `/refunds/${id}/approve`, {})).toMatchObject({
      status: 200,
      body: { id, status: 'APPROVED' },
    });
  } finally {
    approvals.approve = approve;
  }
});

describe('approvals that come together', () => {
  it('share a transaction; one that is refused is nothing to the others', async () => {
    const refunds = await Promise.all([asked(), asked(), asked()]);
    const rejected = await asked();
    await finance.send('POST', `/refunds/${rejected.id}/reject`, { reason: '已寄出' });
    const unknown = '00000000-0000-7000-8000-000000000000';
    const [a, b, c] = refunds.map(({ id }) => id) as [string, string, string];
    expect(await together([a, rejected.id, b, unknown, c])).toEqual([
      [200],
      [409, 'REFUND_ALREADY_DECIDED'],
      [200],
      [404, 'REFUND_NOT_FOUND'],
      [200],
    ]);
    expect(await transactionsOf([a, b, c])).toBe(1);
    for (const refund of refunds) await givenBackOnce(refund);
    await chainHolds();
  });

  it('are written one by one when PostgreSQL refuses them together', async () => {
    const refunds = await Promise.all([asked(), asked(), asked()]);
    const [a, bad, c] = refunds;
    await system.database.query(`
      CREATE FUNCTION test_on_approval() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.refund_id = '${bad.id}' THEN RAISE EXCEPTION 'not this one'; END IF;
        RETURN NEW;
      END $$`);
    await system.database.query(
      'CREATE TRIGGER test_on_approval BEFORE INSERT ON refund_approvals FOR EACH ROW EXECUTE FUNCTION test_on_approval()',
    );
    const [first, second, third] = await together([a.id, bad.id, c.id]);
    expect([first, third]).toEqual([[200], [200]]);
    expect(second?.[0]).toBe(500);
    expect(await transactionsOf([a.id, c.id])).toBe(2);
    expect(await transactionsOf([bad.id])).toBe(0);
    for (const refund of [a, c]) await givenBackOnce(refund);
    await chainHolds();
  });
});
