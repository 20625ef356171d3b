import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source.js';
import { run, statement } from '../src/database/sql.js';
import type { TimedClient } from '../src/database/timed-client.js';
import { send, sendAndRead, sqlState, transaction } from '../src/database/transaction.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

const LOSE = statement('lose', 'SELECT lose($1, $2)');
const LOOK = statement('look', 'SELECT count(*)::int AS count FROM kept');
const KEEP = statement('keep', 'INSERT INTO kept VALUES ($1)');

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('CREATE TABLE kept (n integer)');
  await database.query('CREATE SEQUENCE tries');
  // A sequence counts on when its transaction is rolled back.
  await database.query(`
    CREATE FUNCTION lose(times integer, state text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('tries') <= times THEN RAISE EXCEPTION 'lost' USING ERRCODE = state; END IF;
    END $$`);
  dataSource = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Two statements nobody waits for, of which the first fails so often; then a question, or the commit at once. */
async function decide(times: number, state: string, asks: boolean): Promise<number> {
  await database.query("SELECT setval('tries', 1, false)");
  await transaction(dataSource, async (manager) => {
    await send(manager, LOSE, [times, state]);
    await send(manager, KEEP, [1]);
    if (asks) await run(manager, LOOK, []);
  });
  const [tries] = await database.query<{ count: number }>('SELECT last_value::int AS count FROM tries');
  return tries?.count ?? 0;
}

const kept = async (): Promise<number> => (await database.query<{ count: number }>(LOOK.text))[0]?.count ?? 0;

it.each([true, false])(
  'a statement nobody waited for fails as itself (a question after it: %s)',
  async (asks) => {
    const before = await kept();
    const failure = await decide(9, 'P0001', asks).catch((error: unknown) => error);
    expect(sqlState(failure)).toBe('P0001');
    expect(await kept()).toBe(before);
  },
);

it.each([
  ['40P01', true],
  ['40P01', false],
  ['40001', true],
  ['40001', false],
])('after %s it goes again, whole (a question after it: %s)', async (state, asks) => {
  const before = await kept();
  expect(await decide(2, state, asks)).toBe(3);
  expect(await kept()).toBe(before + 1);
});

it('rows that nobody needs before the commit are there after it, from the attempt that was committed', async () => {
  await database.query("SELECT setval('tries', 1, false)");
  const before = await kept();
  const looked = await transaction(dataSource, async (manager) => {
    await send(manager, LOSE, [1, '40P01']);
    await send(manager, KEEP, [1]);
    return sendAndRead<{ count: number }>(manager, LOOK, []);
  });
  expect(await looked.rows).toEqual([{ count: before + 1 }]);
});

it('a failure among them is the transaction’s', async () => {
  const failing = transaction(dataSource, async (manager) => {
    await send(manager, KEEP, [1]);
    return sendAndRead(manager, LOSE, ['no number', 'P0001']);
  });
  expect(sqlState(await failing.catch((error: unknown) => error))).toBe('22P02');
});

it('it does not go again for ever', async () => {
  const failure = await decide(9, '40001', true).catch((error: unknown) => error);
  expect(sqlState(failure)).toBe('40001');
  expect(await database.query('SELECT last_value::int AS count FROM tries')).toEqual([{ count: 3 }]);
});

/** How often PostgreSQL says that it has answered everything, and what rows look like, while `work` runs. */
async function heard(
  client: TimedClient,
  work: () => Promise<unknown>,
): Promise<{ answers: number; descriptions: number }> {
  const { connection } = client;
  const count = { answers: 0, descriptions: 0 };
  const answer = (): void => void count.answers++;
  const describe = (): void => void count.descriptions++;
  connection.on('readyForQuery', answer).on('rowDescription', describe).on('noData', describe);
  await work();
  connection.off('readyForQuery', answer).off('rowDescription', describe).off('noData', describe);
  return count;
}

/** The connection that whoever comes next gets. */
async function nextClient(): Promise<TimedClient> {
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as TimedClient;
  await runner.release();
  return client;
}

describe('what the rows of a statement look like', () => {
  const ROWS = statement('rows', 'SELECT n, n::text AS word, now() AS at FROM changing');

  beforeEach(() => database.query('CREATE TABLE changing AS SELECT 7 AS n'));
  afterEach(() => database.query('DROP TABLE changing'));

  it('is asked once on a connection, and its rows are read alike ever after', async () => {
    const rows: unknown[] = [];
    const look = (): Promise<unknown> =>
      transaction(dataSource, async (manager) => rows.push(...(await run(manager, ROWS, []))));
    const client = await nextClient();
    const counts = [await heard(client, look), await heard(client, look)];
    expect(counts.map(({ descriptions }) => descriptions)).toEqual([1, 0]);
    const row = { n: 7, word: '7', at: expect.any(Date) };
    expect(rows).toEqual([row, row]);
    expect(await run(dataSource.manager, ROWS, [])).toEqual([row]);
  });

  it('is asked again when the statement is prepared again', async () => {
    const rows = statement('rows-again', 'SELECT n, $1::text AS word FROM changing');
    const look = (word: unknown): Promise<unknown> =>
      transaction(dataSource, (manager) => run(manager, rows, [word]));
    expect(await look('a')).toEqual([{ n: 7, word: 'a' }]);
    await expect(look({ n: 1n })).rejects.toThrow(/BigInt/); // what pg cannot write makes it forget the statement
    await database.query("ALTER TABLE changing ALTER n TYPE text USING 'seven'");
    expect(await look('b')).toEqual([{ n: 'seven', word: 'b' }]);
  });

  it('never changes while the statement is prepared: PostgreSQL refuses it then', async () => {
    const changing = statement('changing', 'SELECT n FROM changing');
    const look = (): Promise<unknown> => transaction(dataSource, (manager) => run(manager, changing, []));
    expect(await look()).toEqual([{ n: 7 }]);
    await database.query("ALTER TABLE changing ALTER n TYPE text USING 'seven'");
    expect(sqlState(await look().catch((error: unknown) => error))).toBe('0A000');
  });
});

describe('statements that are asked together', () => {
  it('are answered together: once for the question, once for the commit; only the question asks for rows', async () => {
    const question = statement('question', 'SELECT count(*)::int AS count FROM kept');
    const decideAsking = async (manager: EntityManager): Promise<void> => {
      await send(manager, KEEP, [1]);
      await run(manager, question, []);
      for (const n of [2, 3, 4]) await send(manager, KEEP, [n]);
      await send(manager, LOOK, []);
    };
    const count = await heard(await nextClient(), () => transaction(dataSource, decideAsking));
    expect(count).toEqual({ answers: 2, descriptions: 1 });
  });

  it('are answered together when two questions are asked in the same turn', async () => {
    const count = await heard(await nextClient(), () =>
      transaction(dataSource, (manager) =>
        Promise.all([run(manager, LOOK, []), run(manager, LOOK, [])]).then(() => send(manager, KEEP, [1])),
      ),
    );
    expect(count.answers).toBe(2);
  });

  it('begin before whatever TypeORM asks', async () => {
    const before = await kept();
    const failing = transaction(dataSource, async (manager) => {
      await manager.query('INSERT INTO kept VALUES (1)');
      await send(manager, KEEP, [1]);
      await manager.query('INSERT INTO kept VALUES (1)');
      expect(await run(manager, LOOK, [])).toEqual([{ count: before + 3 }]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await kept()).toBe(before);
  });

  it('are not asked at all when the decision fails before its first question', async () => {
    const before = await kept();
    const failing = transaction(dataSource, async (manager) => {
      await send(manager, KEEP, [1]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await kept()).toBe(before);
  });

  it('are all of them undone when pg cannot write a value of one', async () => {
    const before = await kept();
    const failing = transaction(dataSource, async (manager) => {
      await send(manager, KEEP, [1]);
      await send(manager, KEEP, [{ n: 1n }]);
      await send(manager, KEEP, [1]);
    });
    await expect(failing).rejects.toThrow(/BigInt/);
    expect(await kept()).toBe(before);
    await transaction(dataSource, (manager) => send(manager, KEEP, [1]));
    expect(await kept()).toBe(before + 1);
  });

  it.each([
    ['read', 'SELECT n FROM no_such_table'],
    ['run', 'SELECT 1 / (SELECT 0)'],
  ])('may be used again after one of them could not be %s, those behind it too', async (kind, text) => {
    const before = await kept();
    const failing = statement(`failing-${kind}`, text);
    const behind = statement(`behind-${kind}`, 'INSERT INTO kept VALUES ($1) RETURNING n');
    const decide = (fails: boolean): Promise<unknown> =>
      transaction(dataSource, async (manager) => {
        if (fails) await send(manager, failing, []);
        return run(manager, behind, [1]);
      });
    const state = kind === 'read' ? '42P01' : '22012';
    for (const fails of [true, true])
      expect(sqlState(await decide(fails).catch((e: unknown) => e))).toBe(state);
    expect(await decide(false)).toEqual([{ n: 1 }]);
    expect(sqlState(await decide(true).catch((e: unknown) => e))).toBe(state);
    expect(await kept()).toBe(before + 1);
  });

  it('tell the failure to every one that was not begun', async () => {
    const behind: Promise<unknown>[] = [];
    await transaction(dataSource, async (manager) => {
      await send(manager, LOSE, ['no number', 'P0001']);
      behind.push(sendAndRead(manager, LOOK, []).rows, run(manager, LOOK, []));
      await Promise.all(behind);
    }).catch(() => undefined);
    const outcomes = await Promise.allSettled(behind);
    expect(outcomes.map((each) => each.status === 'rejected' && sqlState(each.reason))).toEqual([
      '22P02',
      '22P02',
    ]);
  });
});
