import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { EffectPage } from '../../src/staff/effects/effect.schema.js';
import type { ReconciliationDetail } from '../../src/staff/reconciliations/reconciliation.schema.js';
import { Receiver } from '../fulfilment/receiver.js';
import { paidOrder } from '../refund/paid-order.js';
import { TestBuyer } from '../support/buyer.js';
import { command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

const TEMPLATE = 'WECHAT_TEMPLATE_STAFF_RECONCILIATION';

describe('what a comparison with the bills ends in', () => {
  let system: System;
  let finance: TestOperator;
  let receiver: Receiver;
  let date: string;

  beforeAll(async () => {
    system = await startSystem({ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' });
    const merchant = parseEnv(await readFile(join(system.simulator.merchantDir, 'merchant.env'), 'utf8'));
    await system.restart({ [TEMPLATE]: merchant[TEMPLATE] ?? '' });
    finance = await TestOperator.login(system, 'FINANCE');
    receiver = await Receiver.start();
    const owner = await TestOperator.login(system, 'OWNER');
    const { status } = await owner.send('POST', '/webhooks', {
      url: receiver.url,
      eventTypes: ['reconciliation.differences', 'reconciliation.failed'],
    });
    if (status !== 201) throw new Error(`no webhook: ${status}`);
  });
  afterAll(async () => {
    await receiver.stop();
    await system.stop();
  });
  /** A day of its own for each test, long before midnight. */
  beforeEach(async () => {
    const { body } = await system.control.call<{ now: string }>('GET', '/_sim/clock');
    const beijing = Date.parse(body.now) + 8 * 3600_000;
    await system.control.advance(Math.ceil((36 * 3600_000 - (beijing % 86_400_000)) / 1000));
    date = new Date(beijing + 86_400_000).toISOString().slice(0, 10);
  });

  async function bill(tampering: Record<string, unknown>): Promise<void> {
    expect((await system.control.call('POST', '/_sim/bills', { date, ...tampering })).status).toBe(200);
  }

  async function reconcile(): Promise<ReconciliationDetail> {
    return (await finance.send<ReconciliationDetail>('POST', '/reconciliations', { date })).body;
  }

  /** What the receiver was told of this run. */
  function told(reconciliationId: string): { type: string; data: { reconciliation: { id: string } } }[] {
    const all = receiver.received.map(({ body }) => JSON.parse(body) as ReturnType<typeof told>[number]);
    return all.filter(({ data }) => data.reconciliation.id === reconciliationId);
  }

  it('a withdrawal is booked once: what WeChat paid out is no longer owed', async () => {
    await paidOrder(system, 10_000);
    const flows = [
      { businessNo: 'W1', name: '提现', fen: -9000 },
      { businessNo: 'W2', name: '提现', fen: -40 },
    ];
    for (let again = 0; again < 2; again++) {
      await bill({ flows });
      const run = await reconcile();
      expect([run.status, run.differences, run.totals?.fundFlow?.withdrawnFen]).toEqual(['DONE', [], 9040]);
    }
    const entries = await system.database.query(
      `SELECT account, amount_fen::int AS fen FROM ledger_entries WHERE kind = 'SETTLED_TO_BANK' ORDER BY account, amount_fen`,
    );
    expect(entries).toEqual([
      { account: 'SETTLED_CASH', fen: 40 },
      { account: 'SETTLED_CASH', fen: 9000 },
      { account: 'WECHAT_RECEIVABLE', fen: -9000 },
      { account: 'WECHAT_RECEIVABLE', fen: -40 },
    ]);
    expect(await command('ledger-verify', { DATABASE_URL: system.database.url })).toMatchObject({ code: 0 });
  });

  it('a fund flow that cannot be read is one that is missing: waited for, then done without', async () => {
    const { outTradeNo } = await paidOrder(system, 10_000);
    const { transactionId } = await system.control.transaction(outTradeNo);
    await bill({
      flows: [{ businessNo: 'L1', name: '长'.repeat(70_000), fen: 5 }],
      alter: [{ transactionId, amountFen: 9999 }],
    });
    await system.control.advance(22.5 * 3600); // half past ten the next morning
    await eventually(async () =>
      expect(await reconcile()).toMatchObject({
        status: 'WAITING',
        waiting: { code: 'FUND_FLOW', message: expect.stringContaining('cannot be read') },
      }),
    );
    await system.control.advance(2 * 3600);
    await eventually(async () =>
      expect(await reconcile()).toMatchObject({
        status: 'DONE',
        totals: { fundFlow: null, fundFlowMissing: expect.stringContaining('a line that no bill has') },
        differences: [{ kind: 'AMOUNT', number: transactionId }],
      }),
    );
  });

  it('TOTALS: a fund flow that moves another sum than the trade bill explains', async () => {
    await paidOrder(system, 10_000);
    await bill({ flows: [{ businessNo: 'X1', name: '交易', fen: 5 }] });
    const run = await reconcile();
    expect(run.differences).toMatchObject([
      {
        kind: 'TOTALS',
        number: 'fundFlow.tradeMilliFen',
        ours: { counted: 9_940_000 },
        theirs: { said: 9_945_000 },
      },
    ]);
    await eventually(() => Promise.resolve(expect(told(run.id)).toHaveLength(1)));
    await bill({});
    expect((await reconcile()).differenceCounts).toMatchObject({ OPEN: 0, CLEARED: 1 });
  });

  it('differences are told: to webhooks, and to staff who resolve them', async () => {
    const phone = await TestBuyer.login(system);
    await system.database.query('UPDATE operators SET buyer_id = $1 WHERE id = $2', [phone.id, finance.id]);
    const consent = await system.control.call('POST', '/_sim/subscriptions', { openid: phone.openid });
    await phone.send('POST', '/api/v1/me/subscriptions', consent.body);
    const { outTradeNo } = await paidOrder(system, 10_000);
    const { transactionId } = await system.control.transaction(outTradeNo);
    await bill({ alter: [{ transactionId, amountFen: 9999 }] });
    const run = await reconcile();
    await eventually(async () => {
      expect(told(run.id)).toEqual([
        {
          type: 'reconciliation.differences',
          timestamp: expect.stringContaining('+08:00'),
          data: {
            reconciliation: { id: run.id, accountId: 'default', date, status: 'DONE', openDifferences: 1 },
          },
        },
      ]);
      const { body } = await system.control.call<{ items: unknown[] }>('GET', '/_sim/messages');
      expect(body.items).toMatchObject([
        { openid: phone.openid, data: { character_string1: date, phrase2: '存在差异', number3: '1' } },
      ]);
    });
    const { body } = await finance.send<EffectPage>('GET', '/effects?kind=webhook');
    const effect = body.items.find(({ subject }) => subject.id === run.id);
    expect(effect).toMatchObject({ subject: { kind: 'reconciliation' }, status: 'DONE' });
    expect(effect).not.toHaveProperty('orderId');
  });

  it('a day that agrees is told to nobody', async () => {
    await paidOrder(system, 10_000);
    await bill({});
    const run = await reconcile();
    expect(run).toMatchObject({ status: 'DONE', differences: [] });
    const [event] = await system.database.query(
      "SELECT FROM pgboss.job WHERE name = 'events' AND data->>'reconciliationId' = $1",
      [run.id],
    );
    expect(event).toBeUndefined();
  });

  it('a day that cannot be compared is told as well', async () => {
    await paidOrder(system, 10_000);
    await bill({});
    await system.control.fault({ path: '/pay/downloadbill', fault: 'NOAUTH' });
    const run = await reconcile();
    await system.control.noFaults();
    expect(run.status).toBe('FAILED');
    await eventually(async () => {
      expect(told(run.id)).toMatchObject([
        {
          type: 'reconciliation.failed',
          data: { reconciliation: { status: 'FAILED', failure: { code: run.failure?.code } } },
        },
      ]);
      await Promise.resolve();
    });
  });
});
