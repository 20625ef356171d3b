import type { QueryResult } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { inSpan } from '../common/tracing/span.js';
import { hold, run, statement, tell, type Statement } from './sql.js';
import type { TimedClient } from './timed-client.js';

/** Deadlock and serialisation failure: PostgreSQL rolled back one side, which may simply go again. */
const AGAIN = new Set(['40P01', '40001']);
const TRIES = 3;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * One decision, one transaction. `work` may run again after a deadlock, so it does nothing but database work; calls to
 * WeChat stand between transactions, never inside (DESIGN §2.4).
 *
 * BEGIN and whatever is told with `send` wait for the next question, or for COMMIT, and are asked together with it: a
 * decision costs as many round trips as it has questions.
 */
export async function transaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  return inSpan('transaction', {}, async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(dataSource, work);
      } catch (error) {
        if (attempt === TRIES || !AGAIN.has(sqlState(error))) throw error;
      }
    }
  });
}

const BEGIN = statement('BEGIN', 'BEGIN');
const COMMIT = statement('COMMIT', 'COMMIT');
const ROLLBACK = statement('ROLLBACK', 'ROLLBACK');

/** The transaction fails rather than wait longer for any one lock; in place of the session's limit (database.module.ts). */
export async function waitAtMost(manager: EntityManager, ms: number): Promise<void> {
  await send(manager, statement(`wait-at-most-${ms}`, `SET LOCAL lock_timeout = ${ms}`), []);
}

/** Open transactions, with the answers of statements that nobody has waited for yet. */
const open = new WeakMap<EntityManager, { client: TimedClient; unanswered: Promise<unknown>[] }>();

/**
 * Runs a statement of which only the failure matters. In a `transaction` it does not wait: the transaction does before it
 * ends, and fails with it. Anywhere else it is an ordinary `run`.
 */
export async function send(manager: EntityManager, command: Statement, values: unknown[]): Promise<void> {
  const opened = open.get(manager);
  if (opened === undefined) await run(manager, command, values);
  else opened.unanswered.push(quietly(tell(opened.client, command, values)));
}

/** As `send`, for a statement whose rows nobody needs before the commit: they are there when the transaction has ended. */
export function sendAndRead<Row>(
  manager: EntityManager,
  command: Statement,
  values: unknown[],
): { rows: Promise<Row[]> } {
  const opened = open.get(manager);
  if (opened === undefined) return { rows: run<Row>(manager, command, values) };
  const rows = quietly(hold<Row>(opened.client, command, values).then((answer) => answer.rows));
  opened.unanswered.push(rows);
  return { rows };
}

async function once<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as TimedClient;
    const unanswered: Promise<unknown>[] = [quietly(tell(client, BEGIN, []))];
    open.set(runner.manager, { client, unanswered });
    isInTransaction(runner, true);
    try {
      const result = await work(runner.manager);
      const [{ command }] = await Promise.all([end(client, COMMIT), ...unanswered]);
      // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK; the failure itself has been thrown before.
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
      return result;
    } catch (error) {
      client.dropHeld();
      await end(client, ROLLBACK).catch(() => undefined); // the connection may be gone, and the transaction with it
      throw error;
    } finally {
      isInTransaction(runner, false);
      open.delete(runner.manager);
    }
  } finally {
    await runner.release();
  }
}

/** Its failure is looked at later, and is no unhandled rejection until then. */
function quietly<Answer>(answer: Promise<Answer>): Promise<Answer> {
  answer.catch(() => undefined);
  return answer;
}

function end(client: TimedClient, command: Statement): Promise<QueryResult> {
  const ended = tell(client, command, []);
  client.askHeld();
  return ended;
}

/** TypeORM locks rows in a transaction only, and makes a savepoint of a transaction in one; it has to know of ours. */
function isInTransaction(runner: QueryRunner, active: boolean): void {
  Object.assign(runner, { isTransactionActive: active, transactionDepth: active ? 1 : 0 });
}

/** Whether a lock was not free in time (`waitAtMost`, or the session's own limit). */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === LOCK_NOT_AVAILABLE;
}

/** PostgreSQL's error code (e.g. `23505` unique violation), whether raised through TypeORM or through pg. */
export function sqlState(error: unknown): string {
  const code =
    (error as { driverError?: { code?: unknown }; code?: unknown } | null)?.driverError?.code ??
    (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
