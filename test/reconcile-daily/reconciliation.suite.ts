import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type {
  DifferenceView,
  ReconciliationDetail,
  ReconciliationPage,
} from '../../src/staff/reconciliations/reconciliation.schema.js';
import {
  approve,
  ask,
  paidOrder,
  refundBecomes,
  refundOf,
  refundsAtWeChat,
  type PaidOrder,
} from '../refund/paid-order.js';
import { TestBuyer } from '../support/buyer.js';
import { eventually } from '../support/eventually.js';
import { command } from '../support/command.js';
import { PROTOCOLS, type ProtocolName } from '../support/protocols.js';
import { TestOperator } from '../support/staff.js';
import { startSystem, type System } from '../support/system.js';

interface Tampering {
  layout?: 'current' | 'old';
  omit?: string[];
  alter?: { transactionId: string; amountFen?: number; feeFen?: number }[];
  extra?: {
    transactionId: string;
    outTradeNo: string;
    amountFen: number;
    feeFen?: number;
    refundId?: string;
    outRefundNo?: string;
  }[];
}

const found = ({ differences }: ReconciliationDetail): Record<string, string> =>
  Object.fromEntries(differences.map(({ kind, number, status }) => [`${kind} ${number}`, status]));
const ids = (run: ReconciliationDetail): string[] => run.differences.map(({ id }) => id).sort();

/** Daily reconciliation over one protocol; the differences are made by the simulator's bills. */
export function reconciliationSuite(name: ProtocolName): void {
  let system: System;
  let finance: TestOperator;

  beforeAll(async () => {
    system = await startSystem({ ...PROTOCOLS[name].env, REFUND_FOUR_EYES: 'false' });
    finance = await TestOperator.login(system, 'FINANCE');
  });
  afterAll(() => system.stop());
  // Noon of a day of its own: no test runs over midnight, and none sees another's rows.
  beforeEach(async () => {
    await system.control.noFaults();
    await to(1, 12);
  });

  const nowMs = async (): Promise<number> =>
    Date.parse((await system.control.call<{ now: string }>('GET', '/_sim/clock')).body.now);

  const today = async (): Promise<string> =>
    new Date((await nowMs()) + 8 * 3600_000).toISOString().slice(0, 10);

  /** To this time of day (UTC+8), so many days later. */
  async function to(days: number, hour: number, minute = 0): Promise<void> {
    const now = await nowMs();
    const midnight = Math.floor((now + 8 * 3600_000) / 86_400_000) * 86_400_000 - 8 * 3600_000;
    const target = midnight + days * 86_400_000 + hour * 3600_000 + minute * 60_000;
    await system.control.advance(Math.ceil((target - now) / 1000) + 1);
  }

  async function bill(date: string, tampering: Tampering = {}): Promise<void> {
    const { status, body } = await system.control.call('POST', '/_sim/bills', { date, ...tampering });
    if (status >= 400) throw new Error(`no bill: ${JSON.stringify(body)}`);
  }

  async function reconcile(date: string): Promise<ReconciliationDetail> {
    const { status, body } = await finance.send<ReconciliationDetail>('POST', '/reconciliations', { date });
    if (status !== 201) throw new Error(`refused: ${JSON.stringify(body)}`);
    return body;
  }

  async function transactionOf({ outTradeNo }: { outTradeNo: string }): Promise<string> {
    return String((await system.control.transaction(outTradeNo)).transactionId);
  }

  async function refunded(order: PaidOrder, amountFen: number): Promise<string> {
    const { id } = await ask(order, { amountFen });
    await approve(finance, id);
    await refundBecomes(finance, id, 'SUCCESS');
    const [refund] = await refundsAtWeChat(system, order.outTradeNo);
    return String(refund?.refundId);
  }

  /** Approved and accepted, and no more: WeChat decides when somebody tells it to. @returns our number */
  async function underWay(order: PaidOrder, amountFen: number): Promise<{ id: string; refundNo: string }> {
    await system.control.call('POST', '/_sim/settings', { refundSeconds: null });
    const { id, refundNo } = await ask(order, { amountFen });
    await approve(finance, id);
    await eventually(async () => expect((await refundOf(finance, id)).refundId).toBeDefined());
    await system.control.call('POST', '/_sim/settings', { refundSeconds: 1 });
    return { id, refundNo };
  }

  const fees = async (): Promise<number> => {
    const [row] = await system.database.query<{ sum: string | null }>(
      "SELECT sum(amount_fen) AS sum FROM ledger_entries WHERE account = 'FEES'",
    );
    return Number(row?.sum ?? 0);
  };

  describe(`Q-10: a day compared with WeChat's bill, ${name}`, () => {
    it('agrees, with coupons and refunds, and WeChat’s fee is booked once', async () => {
      const order = await paidOrder(system, 10_000);
      await refunded(order, 4000);
      const productId = await system.product({ priceFen: 2000 });
      const buyer = await TestBuyer.login(system);
      const { order: other, payment } = await buyer.checkout(productId);
      await system.control.pay({ outTradeNo: payment.outTradeNo, couponFee: 500 });
      await buyer.orderBecomes(other.id, 'PAID');
      const date = await today();
      const before = await fees();
      for (const layout of ['current', 'old', 'current'] as const) {
        await bill(date, { layout });
        const done = await reconcile(date);
        expect([done.status, done.differences]).toEqual(['DONE', []]);
        const side = { payments: 2, paymentsFen: 11_500, refunds: 1, refundsFen: 4000, feeMilliFen: 45_000 };
        expect(done.totals).toMatchObject({ bill: side, ledger: side, fundFlow: { tradeFen: 7455 } });
        // 60 and 9 fen taken, 24 given back
        expect((await fees()) - before).toBe(45);
      }
    });

    it('the fee given back with a refund that is under way is booked when it succeeds, and never if it is closed', async () => {
      const [paid, abnormal, closed] = [
        await underWay(await paidOrder(system, 10_000), 10_000),
        await underWay(await paidOrder(system, 10_000), 5000),
        await underWay(await paidOrder(system, 10_000), 1000),
      ];
      await system.control.call('POST', `/_sim/refunds/${abnormal.refundNo}`, { status: 'ABNORMAL' });
      await refundBecomes(finance, abnormal.id, 'ABNORMAL');
      const date = await today();
      await to(1, 11);
      const before = await fees();
      await eventually(async () => {
        const run = await reconcile(date);
        expect([run.status, run.differences]).toEqual(['DONE', []]);
      });
      expect((await fees()) - before).toBe(180);

      for (const { refundNo } of [paid, abnormal])
        await system.control.call('POST', `/_sim/refunds/${refundNo}`, { status: 'SUCCESS' });
      await system.control.call('POST', `/_sim/refunds/${closed.refundNo}`, { status: 'CLOSED' });
      await Promise.all([
        refundBecomes(finance, paid.id, 'SUCCESS'),
        refundBecomes(finance, abnormal.id, 'SUCCESS'),
        refundBecomes(finance, closed.id, 'CLOSED'),
      ]);
      await paidOrder(system, 10); // too little for a fee
      const next = await today();
      await bill(next);
      // The next day's comparison books them; any other, also of the day itself, finds nothing left to do.
      for (const day of [next, next, date]) {
        const run = await reconcile(day);
        expect([run.status, run.differences]).toEqual(['DONE', []]);
        expect((await fees()) - before).toBe(90);
      }
      const booked = await system.database.query(
        `SELECT subject_id AS id, amount_fen::int AS fen FROM ledger_entries
         WHERE kind = 'FEE_CHARGED' AND account = 'WECHAT_RECEIVABLE' AND subject_id = ANY ($1) ORDER BY amount_fen DESC`,
        [[paid.id, abnormal.id, closed.id]],
      );
      expect(booked).toEqual([
        { id: paid.id, fen: 60 },
        { id: abnormal.id, fen: 30 },
      ]);
    });

    it('finds every kind of difference, in both layouts, and the same ones again', async () => {
      const orders: PaidOrder[] = [];
      for (let n = 0; n < 5; n++) orders.push(await paidOrder(system, 10_000));
      const [gone = '', amount = '', fee = '', twice = '', kept = ''] = await Promise.all(
        orders.map(transactionOf),
      );
      const goneRefund = await refunded(orders[4] as PaidOrder, 1000);
      const unpaid = await (await TestBuyer.login(system)).checkout(await system.product({ priceFen: 700 }));
      const date = await today();
      const day = date.replaceAll('-', '');
      const tampering: Tampering = {
        omit: [gone, goneRefund],
        alter: [
          { transactionId: amount, amountFen: 9999 },
          { transactionId: fee, feeFen: 62 },
        ],
        extra: [
          { transactionId: twice, outTradeNo: orders[3]?.outTradeNo ?? '', amountFen: 10_000 },
          { transactionId: `42009${day}`, outTradeNo: `STRANGER${day}`, amountFen: 300 },
          {
            transactionId: kept,
            outTradeNo: 'STRANGER',
            amountFen: 200,
            refundId: `50309${day}`,
            outRefundNo: `R${day}`,
          },
          { transactionId: `42008${day}`, outTradeNo: unpaid.payment.outTradeNo, amountFen: 700 },
        ],
      };
      const expected = {
        [`PAYMENT_MISSING_AT_WECHAT ${gone}`]: 'OPEN',
        [`REFUND_MISSING_AT_WECHAT ${goneRefund}`]: 'OPEN',
        [`AMOUNT ${amount}`]: 'OPEN',
        [`FEE ${fee}`]: 'OPEN',
        [`DUPLICATE ${twice}`]: 'OPEN',
        [`PAYMENT_MISSING_HERE 42009${day}`]: 'OPEN',
        [`REFUND_MISSING_HERE 50309${day}`]: 'OPEN',
        [`STATE 42008${day}`]: 'OPEN',
      };
      await bill(date, tampering);
      const first = await reconcile(date);
      expect(found(first)).toEqual(expected);
      expect(first.differences.find(({ kind }) => kind === 'AMOUNT')).toMatchObject({
        ours: { kind: 'payment', amountFen: 10_000, state: 'SUCCESS' },
        theirs: { amountFen: 9999, transactionId: amount, outTradeNo: orders[1]?.outTradeNo },
      });
      await bill(date, { ...tampering, layout: 'old' });
      const second = await reconcile(date);
      expect(found(second)).toEqual(expected);
      expect(ids(second)).toEqual(ids(first));

      // One read page by page is the same; the true bill explains everything but what a person has said.
      const pages: DifferenceView[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = (
          await finance.send<ReconciliationDetail>('GET', `/reconciliations/${first.id}?limit=3${from}`)
        ).body;
        pages.push(...page.differences);
        cursor = page.nextCursor;
      }
      expect(pages.map(({ id }) => id).sort()).toEqual(ids(first));
      await bill(date);
      const clean = await reconcile(date);
      // What was booked from the false bill stays in the books: the fee differs from then on.
      expect(found(clean)).toEqual({ [`FEE ${fee}`]: 'OPEN' });
      expect(clean.differenceCounts).toEqual({ OPEN: 1, CLEARED: 7, WAITING: 0, RESOLVED: 0 });
    });

    it('keeps a person’s word as long as the facts are the same, and writes it down', async () => {
      const order = await paidOrder(system, 10_000);
      const transactionId = await transactionOf(order);
      const date = await today();
      await bill(date, { alter: [{ transactionId, amountFen: 9000 }] });
      const run = await reconcile(date);
      const [difference] = run.differences;
      const path = `/reconciliations/${run.id}/differences/${difference?.id}`;
      for (const note of [' ', '\u0007'])
        expect((await finance.send('POST', `${path}/resolve`, { note })).status).toBe(400);
      const taken = await finance.send<DifferenceView>('POST', `${path}/take`);
      expect(taken.body.owner?.id).toBe(finance.id);
      const resolved = await finance.send<DifferenceView>('POST', `${path}/resolve`, {
        note: '与微信客服核对',
      });
      expect([resolved.status, resolved.body]).toMatchObject([
        200,
        {
          status: 'RESOLVED',
          note: '与微信客服核对',
          resolution: 'EXPLAINED',
          resolvedBy: { id: finance.id },
        },
      ]);
      const again = await finance.send('POST', `${path}/resolve`, { note: 'x' });
      expect([again.status, again.body.code]).toEqual([409, 'DIFFERENCE_DECIDED']);
      const log = await system.database.query<{ action: string }>(
        'SELECT action FROM audit_log WHERE subject_id = $1 ORDER BY seq',
        [difference?.id],
      );
      expect(log.map(({ action }) => action)).toEqual(['difference.taken', 'difference.resolved']);

      expect(found(await reconcile(date))).toEqual({ [`AMOUNT ${transactionId}`]: 'RESOLVED' });
      await bill(date, { alter: [{ transactionId, amountFen: 8000 }] });
      expect(found(await reconcile(date))).toEqual({ [`AMOUNT ${transactionId}`]: 'OPEN' });
      const nobody = `/reconciliations/${uuidv7()}/differences/${difference?.id}/resolve`;
      expect((await finance.send('POST', nobody, { note: 'x' })).body.code).toBe('DIFFERENCE_NOT_FOUND');
    });

    it('lets what happens at midnight wait for the next day’s bill', async () => {
      await paidOrder(system, 1000);
      const noon = await paidOrder(system, 1000);
      await to(0, 23, 59);
      const late = await paidOrder(system, 1000);
      const lost = await paidOrder(system, 1000);
      const [noonId, lateId, lostId] = await Promise.all([noon, late, lost].map(transactionOf));
      const date = await today();
      await bill(date, { omit: [noonId ?? '', lateId ?? '', lostId ?? ''] });
      const first = await reconcile(date);
      const waiting = {
        [`PAYMENT_MISSING_AT_WECHAT ${noonId}`]: 'OPEN',
        [`CROSS_DAY ${lateId}`]: 'WAITING',
        [`CROSS_DAY ${lostId}`]: 'WAITING',
      };
      expect(found(first)).toEqual(waiting);
      await to(1, 11);
      const next = await today();
      await bill(next, {
        extra: [{ transactionId: String(lateId), outTradeNo: late.outTradeNo, amountFen: 1000 }],
      });
      expect(found(await reconcile(date))).toEqual(waiting);
      // The morning after, the daily run decides: one is in the next bill, the other in none.
      await to(1, 10, 1);
      const counted = {
        [`PAYMENT_MISSING_AT_WECHAT ${noonId}`]: 'OPEN',
        [`PAYMENT_MISSING_AT_WECHAT ${lostId}`]: 'OPEN',
      };
      await eventually(async () => {
        const { body } = await finance.send<ReconciliationDetail>('GET', `/reconciliations/${first.id}`);
        expect(found(body)).toEqual(counted);
      }, 30_000);
      expect(found(await reconcile(date))).toEqual(counted);
      expect((await reconcile(next)).differences).toEqual([]);
    });

    it('a person’s word about what waits for the next bill holds when its facts change', async () => {
      const order = await paidOrder(system, 1000);
      await to(0, 23, 30);
      const { id, refundNo } = await underWay(order, 400);
      const { refundId = '' } = await refundOf(finance, id);
      const date = await today();
      await bill(date, { omit: [refundId] });
      const run = await reconcile(date);
      expect(found(run)).toEqual({ [`CROSS_DAY ${refundId}`]: 'WAITING' });
      const path = `/reconciliations/${run.id}/differences/${run.differences[0]?.id}/resolve`;
      expect((await finance.send('POST', path, { note: '次日账单再核对' })).status).toBe(200);
      await system.control.call('POST', `/_sim/refunds/${refundNo}`, { status: 'SUCCESS' });
      await refundBecomes(finance, id, 'SUCCESS');
      const again = await reconcile(date);
      expect([again.status, found(again)]).toEqual(['DONE', { [`CROSS_DAY ${refundId}`]: 'RESOLVED' }]);
      expect(again.differences[0]?.ours).toMatchObject({ state: 'SUCCESS' });
    });

    it('leaves books that verify, fees included', async () => {
      await paidOrder(system, 1000);
      const date = await today();
      await bill(date);
      await reconcile(date);
      expect(await command('ledger-verify', { DATABASE_URL: system.database.url })).toMatchObject({
        code: 0,
      });
      const [fees] = await system.database.query<{ sum: string }>(
        "SELECT sum(amount_fen) FROM ledger_entries WHERE account = 'FEES'",
      );
      expect(Number(fees?.sum)).toBeGreaterThan(0);
    });

    it('knows what lies in suspense', async () => {
      await paidOrder(system, 1000);
      const date = await today();
      const transactionId = `42007${date.replaceAll('-', '')}`;
      const outTradeNo = `FOREIGN${date.replaceAll('-', '')}`;
      await system.database.query(
        `INSERT INTO suspense_items (id, kind, status, account_id, mch_id, app_id, out_trade_no, transaction_id, amount_fen, currency,
                                     evidence, created_at)
         VALUES ($1, 'UNKNOWN_ORDER', 'OPEN', 'default', $2, $6, $3, $4, 500, 'CNY', '{}', $5)`,
        [
          uuidv7(),
          system.env['WXPAY_MCH_ID'],
          outTradeNo,
          transactionId,
          new Date(await nowMs()),
          system.env['WXPAY_APP_ID'],
        ],
      );
      await bill(date, { extra: [{ transactionId, outTradeNo, amountFen: 500 }] });
      expect((await reconcile(date)).differences).toEqual([]);
      await bill(date, { extra: [{ transactionId, outTradeNo, amountFen: 501 }], layout: 'current' });
      expect(found(await reconcile(date))).toEqual({ [`AMOUNT ${transactionId}`]: 'OPEN' });
      await bill(date);
      expect(found(await reconcile(date))).toEqual({
        [`PAYMENT_MISSING_AT_WECHAT ${transactionId}`]: 'OPEN',
      });
    });

    it('waits for a bill that is not made yet, and compares it the next morning by itself', async () => {
      await paidOrder(system, 1000);
      const date = await today();
      const asked = await reconcile(date);
      expect(asked).toMatchObject({ status: 'WAITING', waiting: { code: 'NOT_READY' }, differences: [] });
      await to(1, 10, 1);
      await eventually(async () => {
        const { body } = await finance.send<ReconciliationPage>(
          'GET',
          `/reconciliations?from=${date}&to=${date}`,
        );
        expect(body.items).toMatchObject([
          { id: asked.id, status: 'DONE', totals: { bill: { payments: 1 } } },
        ]);
      }, 30_000);
    });

    it('a day without trade agrees', async () => {
      const date = await today();
      await to(1, 11);
      const run = await eventually(async () => {
        const run = await reconcile(date);
        expect(run.status).toBe('DONE');
        return run;
      });
      expect([run.differences, run.totals?.bill.payments]).toEqual([[], 0]);
    });

    it.each([
      [{ date: '2001-01-01' }, 'date'],
      [{ date: '2099-01-01' }, 'date'],
      [{ date: '20260101' }, 'date'],
    ])('refuses %j', async (body, field) => {
      const answer = await finance.send('POST', '/reconciliations', body);
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
    });

    it('the list knows no year 0', async () => {
      const answer = await finance.send('GET', '/reconciliations?from=0000-01-01');
      expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, 'from']);
      expect((await finance.send('GET', '/reconciliations?from=0001-01-01&limit=1')).status).toBe(200);
    });

    it('the ledger still sums to zero', async () => {
      const rows = await system.database.query<{ sum: string }>(
        'SELECT sum(amount_fen) AS sum FROM ledger_entries',
      );
      expect(Number(rows[0]?.sum)).toBe(0);
    });
  });
}
