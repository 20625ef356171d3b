import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source.js';
import { TrialBalanceService, type AccountBalance } from '../src/ledger/trial-balance.service.js';
import { verifyLedger } from '../src/operations/ledger-verification.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { eventually } from './support/eventually.js';

let database: TestDatabase;
let dataSource: DataSource;
let balances: TrialBalanceService;
let writer: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
  balances = new TrialBalanceService(dataSource);
  writer = new pg.Client(database.url);
  await writer.connect();
});
beforeEach(() => database.query('DELETE FROM ledger_checkpoints'));
afterAll(async () => {
  await writer.end();
  await dataSource.destroy();
  await database.drop();
});

/** So many fees of one fen, each a movement. */
const charge = (count: number): string => `
  INSERT INTO ledger_entries (movement_id, kind, subject_id, merchant_account, account, amount_fen, currency, booked_at)
  SELECT m.id, 'FEE_CHARGED', m.id, 'default', side.account, side.amount, 'CNY', now()
  FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, ${count})) AS m,
       (VALUES ('FEES', 1), ('WECHAT_RECEIVABLE', -1)) AS side(account, amount)`;

const checkpoints = async (): Promise<number[]> =>
  (
    await database.query<{ id: string }>(
      'SELECT DISTINCT through_id AS id FROM ledger_checkpoints ORDER BY id',
    )
  ).map(({ id }) => Number(id));

async function newest(): Promise<number> {
  const [row] = await database.query<{ id: string }>('SELECT max(id) AS id FROM ledger_entries');
  return Number(row?.id);
}

async function rebuilt(): Promise<Pick<AccountBalance, 'account' | 'debitFen' | 'creditFen'>[]> {
  const rows = await database.query<{ account: AccountBalance['account']; debit: string; credit: string }>(
    `SELECT account, sum(greatest(amount_fen, 0)) AS debit, sum(greatest(-amount_fen, 0)) AS credit
     FROM ledger_entries GROUP BY account ORDER BY account`,
  );
  return rows.map(({ account, debit, credit }) => ({
    account,
    debitFen: Number(debit),
    creditFen: Number(credit),
  }));
}

async function expectRight(): Promise<void> {
  const read = await balances.read();
  expect(read.map(({ account, debitFen, creditFen }) => ({ account, debitFen, creditFen }))).toEqual(
    await rebuilt(),
  );
  for (const { debitFen, creditFen, balanceFen } of read) expect(balanceFen).toBe(debitFen - creditFen);
  expect((await verifyLedger(dataSource.manager)).wrong).toBeUndefined();
}

describe('the trial balance', () => {
  it('is the sum of all entries, with and without a checkpoint before them', async () => {
    await database.query(charge(3));
    await expectRight();
    await balances.checkpoint();
    await expectRight();
    await database.query(charge(2));
    await expectRight();
    await balances.checkpoint();
    expect(await checkpoints()).toEqual([await newest()]);
    await expectRight();
  });

  it('leaves a checkpoint by itself when there was much to count, and none when there was little', async () => {
    await database.query(charge(10));
    await expectRight();
    expect(await checkpoints()).toEqual([]);
    await database.query(charge(25_000));
    await expectRight();
    expect(await checkpoints()).toEqual([await newest()]);
  });

  it('loses no entry that was numbered early and committed late', async () => {
    await balances.checkpoint();
    await writer.query('BEGIN');
    await writer.query(charge(1)); // has its ids, and is not committed
    await database.query(charge(1)); // newer ids, committed
    await balances.checkpoint(); // somebody is inside: no checkpoint rather than a wrong one
    await writer.query('COMMIT');
    await expectRight();
    await balances.checkpoint();
    await expectRight();
  });

  it('holds nobody up for long: behind a lock of its own it gives up', async () => {
    await writer.query('BEGIN');
    await writer.query(charge(1));
    const started = performance.now();
    const giving = balances.checkpoint();
    await eventually(async () => {
      await database.query(charge(1)); // queues behind the checkpoint's lock, then goes on
    });
    await giving;
    await writer.query('COMMIT');
    expect(performance.now() - started).toBeLessThan(5000);
    await expectRight();
  });

  it('ten looks at once make one right checkpoint', async () => {
    await database.query(charge(5));
    await Promise.all(Array.from({ length: 10 }, () => balances.checkpoint()));
    expect(await checkpoints()).toContain(await newest());
    await expectRight();
  });
});
