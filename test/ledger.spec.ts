import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { toFen } from '../src/common/fen.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import { LedgerService, type Movement } from '../src/ledger/ledger.service.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

type Line = [account: string, amountFen: number, currency?: string];

/** Writes lines of one movement in one statement, as the application does. */
async function book(lines: Line[], { movementId = uuidv7(), subjectId = uuidv7() } = {}): Promise<void> {
  const rows = lines.map(([account, amountFen, currency = 'CNY']) => ({
    account,
    amount_fen: amountFen,
    currency,
  }));
  await database.query(
    `INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
     SELECT $1, 'PAYMENT_RECEIVED', $2, 'default', account, amount_fen, currency, now()
     FROM jsonb_to_recordset($3::jsonb) AS line(account text, amount_fen bigint, currency text)`,
    [movementId, subjectId, JSON.stringify(rows)],
  );
}

/** What was booked for these subjects. */
const entries = (subjectIds: string[]): Promise<Record<string, unknown>[]> =>
  database.query('SELECT * FROM ledger_entries WHERE subject_id = ANY ($1::uuid[]) ORDER BY subject_id, id', [
    subjectIds,
  ]);

async function count(): Promise<number> {
  const [row] = await database.query<{ count: string }>('SELECT count(*) FROM ledger_entries');
  return Number(row?.count);
}

describe('the journal', () => {
  it('takes a movement that sums to zero', async () => {
    const before = await count();
    await book([
      ['WECHAT_RECEIVABLE', 1690],
      ['WECHAT_COUPON_DISCOUNT', 300],
      ['CUSTOMER_DEPOSITS', -1990],
    ]);
    expect(await count()).toBe(before + 3);
  });

  it.each<[string, Line[], string]>([
    [
      'one that is a fen off',
      [
        ['WECHAT_RECEIVABLE', 1990],
        ['CUSTOMER_DEPOSITS', -1989],
      ],
      'do not sum to zero',
    ],
    ['one line alone', [['WECHAT_RECEIVABLE', 1990]], 'do not sum to zero'],
    [
      'a line of nothing',
      [
        ['WECHAT_RECEIVABLE', 0],
        ['CUSTOMER_DEPOSITS', 0],
      ],
      'ledger_entries_not_zero',
    ],
    [
      'one that only balances across currencies',
      [
        ['WECHAT_RECEIVABLE', 100, 'USD'],
        ['CUSTOMER_DEPOSITS', -100, 'CNY'],
      ],
      'do not sum to zero',
    ],
    [
      'an account that does not exist',
      [
        ['POCKET', 100],
        ['CUSTOMER_DEPOSITS', -100],
      ],
      'ledger_entries_account_known',
    ],
    [
      'an account twice',
      [
        ['SUSPENSE', 50],
        ['SUSPENSE', 50],
        ['CUSTOMER_DEPOSITS', -100],
      ],
      'ledger_entries_once_per_subject',
    ],
  ])('refuses %s', async (_, lines, message) => {
    const before = await count();
    await expect(book(lines)).rejects.toThrow(message);
    expect(await count()).toBe(before);
  });

  it('refuses one unbalanced movement among balanced ones, and takes none of them', async () => {
    const before = await count();
    await expect(
      database.query(
        `INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
         SELECT m, 'PAYMENT_RECEIVED', m, 'default', account, amount, 'CNY', now()
         FROM (VALUES ($1::uuid, 'SUSPENSE', 5), ($1, 'REVENUE', -5), ($2::uuid, 'SUSPENSE', 5), ($2, 'REVENUE', -4)) AS v(m, account, amount)`,
        [uuidv7(), uuidv7()],
      ),
    ).rejects.toThrow('do not sum to zero');
    expect(await count()).toBe(before);
  });

  it('refuses the same movement of the same subject a second time', async () => {
    const subjectId = uuidv7();
    const lines: Line[] = [
      ['WECHAT_RECEIVABLE', 100],
      ['CUSTOMER_DEPOSITS', -100],
    ];
    await book(lines, { subjectId });
    await expect(book(lines, { subjectId })).rejects.toThrow('ledger_entries_once_per_subject');
  });

  it.each([
    ['UPDATE', 'UPDATE ledger_entries SET amount_fen = amount_fen + 1'],
    ['an UPDATE of nothing', 'UPDATE ledger_entries SET amount_fen = 1 WHERE false'],
    ['DELETE', 'DELETE FROM ledger_entries'],
    ['TRUNCATE', 'TRUNCATE ledger_entries'],
    ['TRUNCATE … CASCADE', 'TRUNCATE ledger_entries RESTART IDENTITY CASCADE'],
    ['MERGE', 'MERGE INTO ledger_entries l USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE'],
  ])('refuses %s: what is written stays written', async (_, sql) => {
    const before = await database.query('SELECT * FROM ledger_entries ORDER BY id');
    await expect(database.query(sql)).rejects.toThrow('append-only');
    expect(await database.query('SELECT * FROM ledger_entries ORDER BY id')).toEqual(before);
  });

  it('sums to zero as a whole, always', async () => {
    const [row] = await database.query<{ sum: string }>('SELECT sum(amount_fen) FROM ledger_entries');
    expect(Number(row?.sum)).toBe(0);
  });
});

describe('what the application books', () => {
  const ledger = new LedgerService();
  const bookedAt = new Date('2026-11-21T12:05:00.000Z');
  let dataSource: DataSource;
  beforeAll(async () => {
    dataSource = await new DataSource(dataSourceOptions(database.url, 1)).initialize();
  });
  afterAll(() => dataSource.destroy());

  const received = (subjectId: string, amountFen: number, discountFen: number): Movement => ({
    kind: 'PAYMENT_RECEIVED',
    subjectId,
    merchantAccount: 'second',
    currency: 'CNY',
    bookedAt,
    lines: [
      { account: 'WECHAT_RECEIVABLE', amountFen: toFen(amountFen - discountFen) },
      { account: 'WECHAT_COUPON_DISCOUNT', amountFen: toFen(discountFen) },
      { account: 'CUSTOMER_DEPOSITS', amountFen: toFen(-amountFen) },
    ],
  });

  it('is the movement line by line, without lines of nothing', async () => {
    const subjectId = uuidv7();
    await ledger.book(dataSource.manager, [received(subjectId, 100, 0)]);
    const common = {
      kind: 'PAYMENT_RECEIVED',
      subject_id: subjectId,
      merchant_account: 'second',
      currency: 'CNY',
      booked_at: bookedAt,
    };
    expect(await entries([subjectId])).toMatchObject([
      { ...common, account: 'WECHAT_RECEIVABLE', amount_fen: '100' },
      { ...common, account: 'CUSTOMER_DEPOSITS', amount_fen: '-100' },
    ]);
  });

  it('is several movements at once, each under an id of its own', async () => {
    const [first, second] = [uuidv7(), uuidv7()];
    await ledger.book(dataSource.manager, [received(first, 100, 10), received(second, 70, 0)]);
    const booked = await entries([first, second]);
    expect(booked.map(({ account, amount_fen }) => `${String(account)} ${String(amount_fen)}`)).toEqual([
      'WECHAT_RECEIVABLE 90',
      'WECHAT_COUPON_DISCOUNT 10',
      'CUSTOMER_DEPOSITS -100',
      'WECHAT_RECEIVABLE 70',
      'CUSTOMER_DEPOSITS -70',
    ]);
    const movements = booked.map(({ movement_id }) => movement_id);
    expect(new Set(movements).size).toBe(2);
    expect(new Set(movements.slice(0, 3)).size).toBe(1);
  });

  it('is nothing when nothing moved', async () => {
    const before = await count();
    await ledger.book(dataSource.manager, []);
    expect(await count()).toBe(before);
  });
});
