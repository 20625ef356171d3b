import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { SettleService } from '../src/payment/settle.service.js';
import type { PaidTransaction } from '../src/wxpay/protocol.js';
import { WxPayService } from '../src/wxpay/wxpay.service.js';
import { AppProcess } from './support/app-process.js';
import { booksOf, postponeChecks, waitingForLock } from './support/books.js';
import { TestBuyer, type CheckedOut } from './support/buyer.js';
import { eventually } from './support/eventually.js';
import { paidNotice, post, signed, xml, type NoticeAnswer, type NoticeFields } from './support/notice.js';
import { startSystem, type System } from './support/system.js';

/** Notifications that arrive together are decided together, and none of them notices (DESIGN §4 "Group commit"). */

const PRICE = 1990;

let system: System;
let buyer: TestBuyer;
let productId: string;

beforeAll(async () => {
  system = await startSystem({ WXPAY_CONFIRM_NOTIFY: 'signature' });
  buyer = await TestBuyer.login(system);
  productId = await system.product({ priceFen: PRICE });
});
afterEach(() => system.database.query('DROP FUNCTION IF EXISTS test_on_filing() CASCADE'));
afterAll(() => system.stop());

interface Ordered extends CheckedOut {
  body: string;
}

function noticeOf(fields: NoticeFields): NoticeFields {
  return paidNotice(system, { total_fee: String(PRICE), ...fields });
}

/** Orders that wait for payment, each with the notification WeChat would send about it. */
async function ordered(count: number): Promise<Ordered[]> {
  const all = await Promise.all(
    Array.from({ length: count }, async () => {
      const checkedOut = await buyer.checkout(productId);
      const { outTradeNo } = checkedOut.payment;
      const notice = noticeOf({ out_trade_no: outTradeNo });
      return { ...checkedOut, body: xml(signed(system, notice)) };
    }),
  );
  await postponeChecks(system.database);
  return all;
}

function notifyAll(orders: readonly Ordered[]): Promise<NoticeAnswer[]> {
  return Promise.all(orders.map(({ body }) => post(system, body)));
}

/** The same, as the guard hands it on. */
function reportOf(fields: NoticeFields): PaidTransaction {
  const wxpay = system.app.get(WxPayService, { strict: false });
  const raw = {
    headers: {},
    query: '',
    body: Buffer.from(xml(signed(system, fields))),
    receivedAt: new Date(),
  };
  const read = wxpay.readPaymentNotification(wxpay.account('default'), raw);
  if (read.kind !== 'PAID') throw new Error('a payment was to be read');
  return read.transaction;
}

/** In how many transactions the notifications about these orders were decided. */
async function transactionsOf(orders: readonly Ordered[]): Promise<number> {
  const [row] = await system.database.query<{ count: string }>(
    'SELECT count(DISTINCT xmin::text) FROM notifications WHERE order_id = ANY ($1)',
    [orders.map(({ order }) => order.id)],
  );
  return Number(row?.count);
}

const paidOnce = {
  status: 'PAID',
  paidFen: PRICE,
  payments: [{ status: 'SUCCESS' }],
  suspense: [],
  ledger: { WECHAT_RECEIVABLE: PRICE, CUSTOMER_DEPOSITS: -PRICE },
  movements: 1,
  jobs: 1,
};
const untouched = { status: 'PENDING_PAYMENT', paidFen: 0, ledger: {}, movements: 0, jobs: 0, verdicts: [] };

async function holding<Result>(sql: string, values: unknown[], work: () => Promise<Result>): Promise<Result> {
  const holder = new pg.Client(system.database.url);
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(sql, values);
    return await work();
  } finally {
    await holder.end();
  }
}

describe('notifications that arrive together', () => {
  it('are decided in a few transactions, each as if it had come alone', async () => {
    const orders = await ordered(50);
    for (const { status } of await notifyAll(orders)) expect(status).toBe(200);
    for (const { order } of orders)
      expect(await booksOf(system.database, order.id)).toMatchObject({ ...paidOnce, verdicts: ['SETTLED'] });
    expect(await transactionsOf(orders)).toBeLessThan(25);
  });

  it('get a verdict each: settled, wrong amount, duplicate, late, unknown, another account’s', async () => {
    const [paid, wrong, again, late, foreign] = await ordered(5);
    if (!paid || !wrong || !again || !late || !foreign) throw new Error('five orders were asked for');
    const about = (fields: Record<string, string>): Ordered => ({
      ...paid,
      body: xml(signed(system, noticeOf(fields))),
    });
    await notifyAll([again]);
    await buyer.send('POST', `/api/v1/orders/${late.order.id}/cancel`);
    const otherApp = system.env['WXPAY_APP_APP_ID'] ?? '';
    const answers = await notifyAll([
      paid,
      about({ out_trade_no: wrong.payment.outTradeNo, total_fee: '1' }),
      again,
      late,
      about({ out_trade_no: 'SOMEBODY-ELSES-7' }),
      about({ out_trade_no: foreign.payment.outTradeNo, appid: otherApp }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 403]);
    const verdictsOf = async ({ order }: Ordered): Promise<string[]> =>
      (await booksOf(system.database, order.id)).verdicts;
    expect(await verdictsOf(paid)).toEqual(['SETTLED']);
    expect(await verdictsOf(wrong)).toEqual(['WRONG_AMOUNT']);
    expect(await verdictsOf(again)).toEqual(['SETTLED', 'DUPLICATE']);
    expect(await verdictsOf(late)).toEqual(['LATE']);
    expect(await verdictsOf(foreign)).toEqual(['FOREIGN']);
  });

  it('are never two about one order: what one of them changes, the other would not see', async () => {
    const [first] = await ordered(1);
    if (!first) throw new Error('an order was asked for');
    const path = `/api/v1/orders/${first.order.id}/payments`;
    const second = (await buyer.send<CheckedOut>('POST', path, { tradeType: 'NATIVE' })).body;
    const reports = [first, second].map(({ payment }) =>
      reportOf(noticeOf({ out_trade_no: payment.outTradeNo })),
    );
    const { manager } = system.app.get(DataSource);
    const settlement = system.app.get(SettleService, { strict: false });
    await expect(manager.transaction((tx) => settlement.settle(tx, reports))).rejects.toThrow(
      'the same order',
    );
    await notifyAll([
      { ...first, body: xml(signed(system, noticeOf({ out_trade_no: second.payment.outTradeNo }))) },
      first,
    ]);
    expect(await booksOf(system.database, first.order.id)).toMatchObject({
      status: 'PAID',
      paidFen: PRICE,
      ledger: { WECHAT_RECEIVABLE: 2 * PRICE, CUSTOMER_DEPOSITS: -PRICE, SUSPENSE: -PRICE },
      jobs: 1,
    });
  });

  it('one that cannot be decided among fifty is refused alone; the others are paid', async () => {
    const orders = await ordered(50);
    const poisoned = orders[20];
    await system.database.query(
      `CREATE FUNCTION test_on_filing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.out_trade_no = '${poisoned?.payment.outTradeNo}' THEN RAISE EXCEPTION 'poison'; END IF; RETURN NEW; END $$`,
    );
    await system.database.query(
      'CREATE TRIGGER test_on_filing BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION test_on_filing()',
    );
    const answers = await notifyAll(orders);
    expect(answers.map(({ status }) => status)).toEqual(
      orders.map((each) => (each === poisoned ? 503 : 200)),
    );
    for (const each of orders)
      expect(await booksOf(system.database, each.order.id)).toMatchObject(
        each === poisoned ? untouched : paidOnce,
      );
  });

  it('do not wait for one whose order somebody holds', async () => {
    const orders = await ordered(20);
    const held = orders[7];
    let answer: Promise<NoticeAnswer> | undefined;
    await holding('SELECT FROM orders WHERE id = $1 FOR UPDATE', [held?.order.id], async () => {
      const others = orders.filter((each) => each !== held);
      answer = post(system, held?.body ?? '');
      for (const { status } of await notifyAll(others)) expect(status).toBe(200);
      for (const { order } of others)
        expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
      await eventually(async () => expect(await waitingForLock(system.database)).toHaveLength(1));
    });
    expect(await answer).toMatchObject({ status: 200 });
    expect(await booksOf(system.database, held?.order.id ?? '')).toMatchObject(paidOnce);
  });
});

describe('beside everything else that happens to the same orders', () => {
  it('nothing deadlocks: notified, cancelled, asked about and paid again at the same time', async () => {
    const orders = await ordered(30);
    const shuffled = orders.toReversed();
    const [answers, cancelled, synced] = await Promise.all([
      notifyAll([...orders, ...shuffled]),
      Promise.all(shuffled.map(({ order }) => buyer.send('POST', `/api/v1/orders/${order.id}/cancel`))),
      Promise.all(orders.map(({ order }) => buyer.send('POST', `/api/v1/orders/${order.id}/sync`))),
    ]);
    for (const { status } of answers) expect(status).toBe(200);
    for (const { status } of [...cancelled, ...synced]) expect([200, 202, 409, 504]).toContain(status);
    for (const { order } of orders) {
      const books = await booksOf(system.database, order.id);
      if (books.status === 'PAID') expect(books).toMatchObject(paidOnce);
      else
        expect(books).toMatchObject({
          status: 'CLOSED',
          suspense: [{ kind: 'LATE', amountFen: PRICE }],
          ledger: { WECHAT_RECEIVABLE: PRICE, SUSPENSE: -PRICE },
        });
    }
    const [deadlocks] = await system.database.query(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).toEqual({ deadlocks: 0 });
  });
});

describe('a database that stalls', () => {
  it('keeps nobody waiting: WeChat hears FAIL in time, and is heard when the database is back', async () => {
    const orders = await ordered(40);
    await holding('LOCK TABLE payments IN ACCESS EXCLUSIVE MODE', [], async () => {
      const started = performance.now();
      for (const { status } of await notifyAll(orders)) expect(status).toBe(503);
      expect(performance.now() - started).toBeLessThan(6500); // 4.5 s of patience, and what forty requests take on a busy machine
    });
    // One that was answered with FAIL may still have been decided a moment later: then the next is a duplicate.
    await eventually(async () => {
      for (const { status } of await notifyAll(orders)) expect(status).toBe(200);
    });
    for (const { order } of orders) expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
  });
});

describe('kill -9 in the middle of a group', () => {
  /** Two starts of a process; on a busy machine each takes its time. */
  const STARTS_MS = 180_000;

  it(
    'loses nothing and pays nothing twice: every notification may come again',
    async () => {
      const orders = await ordered(30);
      await system.stopApp();
      const env = { ...system.env, WXPAY_CONFIRM_NOTIFY: 'signature' };
      let app = await AppProcess.start(env);
      try {
        await system.database.query(
          `CREATE FUNCTION test_on_filing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$`,
        );
        await system.database.query(
          'CREATE TRIGGER test_on_filing AFTER INSERT ON notifications FOR EACH STATEMENT EXECUTE FUNCTION test_on_filing()',
        );
        let answered = 0;
        const answers = orders.map(({ body }) =>
          post(system, body).then(
            ({ status }) => {
              answered++;
              return status;
            },
            () => 0,
          ),
        );
        await eventually(() => {
          expect(answered).toBeGreaterThan(0);
          return Promise.resolve();
        });
        await app.crash();
        const heard = await Promise.all(answers);
        expect(heard).toContain(0);
        for (const [index, { order }] of orders.entries())
          if (heard[index] === 200) expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
        await system.database.query('DROP FUNCTION test_on_filing() CASCADE');
        app = await AppProcess.start(env);
        for (const { status } of await notifyAll(orders)) expect(status).toBe(200);
        for (const { order } of orders)
          expect(await booksOf(system.database, order.id)).toMatchObject(paidOnce);
      } finally {
        app.signal('SIGTERM');
        await app.ended();
      }
    },
    STARTS_MS,
  );
});
