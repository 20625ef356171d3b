import type { PoolClient, QueryResult } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { inSpan } from '../common/tracing/span.js';
import { holdBack, run, statement, type Statement } from './sql.js';

/** Deadlock and serialisation failure: PostgreSQL rolled back one side, which may simply go again. */
const AGAIN = new Set(['40P01', '40001']);
const TRIES = 3;
/** What PostgreSQL says to every statement after the one that failed. */
const ABORTED = '25P02';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * One decision, one transaction. `work` may run again after a deadlock, so it does nothing but database work; calls to
 * WeChat stand between transactions, never inside (DESIGN §2.4).
 *
 * BEGIN leaves with the first statement, and whatever was sent with `send` leaves together with COMMIT: a decision costs
 * as many round trips as it has questions.
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

const WAIT_AT_MOST = statement('wait-at-most', "SELECT set_config('lock_timeout', $1, true)");

/** The transaction fails rather than wait longer for any one lock; in place of the session's limit (database.module.ts). */
export async function waitAtMost(manager: EntityManager, ms: number): Promise<void> {
  await send(manager, WAIT_AT_MOST, [String(ms)]);
}

/** Statements of open transactions that nobody has waited for yet. */
const sent = new WeakMap<EntityManager, Promise<unknown>[]>();

/**
 * Runs a statement of which only the failure matters. In a `transaction` it does not wait: the transaction does before it
 * ends, and fails with it. Anywhere else it is an ordinary `run`.
 */
export async function send(manager: EntityManager, command: Statement, values: unknown[]): Promise<void> {
  const answer = run(manager, command, values);
  const unanswered = sent.get(manager);
  if (unanswered === undefined) await answer;
  else unanswered.push(quietly(answer));
}

/** As `send`, for a statement whose rows nobody needs before the commit: they are there when the transaction has ended. */
export function sendAndRead<Row>(
  manager: EntityManager,
  command: Statement,
  values: unknown[],
): { rows: Promise<Row[]> } {
  const rows = quietly(run<Row>(manager, command, values));
  sent.get(manager)?.push(rows);
  return { rows };
}

async function once<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    const unanswered = [quietly(tell(client, 'BEGIN'))];
    sent.set(runner.manager, unanswered);
    isInTransaction(runner, true);
    try {
      const result = await work(runner.manager);
      const [ended] = await Promise.all([tell(client, 'COMMIT'), ...unanswered]);
      // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK; the failure itself has been thrown before.
      if (ended.command !== 'COMMIT') throw new Error('the transaction was rolled back');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined); // the connection may be gone, and the transaction with it
      throw sqlState(error) === ABORTED ? await firstFailure(unanswered, error) : error;
    } finally {
      isInTransaction(runner, false);
      sent.delete(runner.manager);
    }
  } finally {
    await runner.release();
  }
}

function tell(client: PoolClient, command: 'BEGIN' | 'COMMIT'): Promise<QueryResult> {
  holdBack(client);
  return client.query(command);
}

/** Its failure is looked at later, and is no unhandled rejection until then. */
function quietly<Answer>(answer: Promise<Answer>): Promise<Answer> {
  answer.catch(() => undefined);
  return answer;
}

/** Why the transaction was aborted, when that is a statement nobody had waited for: whether it may go again hangs on it. */
async function firstFailure(unanswered: readonly Promise<unknown>[], aborted: unknown): Promise<unknown> {
  const answers = await Promise.allSettled(unanswered);
  return answers.find((answer) => answer.status === 'rejected')?.reason ?? aborted;
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
