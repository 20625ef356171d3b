import type { EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Pool, QueryResult, QueryResultRow } from 'pg';
import { binaryArray } from './binary-array.js';
import { NamedQuery } from './named-query.js';
import type { TimedClient } from './timed-client.js';

/** A statement with a name: PostgreSQL parses and plans it once per connection, which is worth 1.9× on hot paths. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** Of parameters that the text casts to arrays (`$2::uuid[]`): the type of their elements, by place. */
  readonly arrays: readonly (string | undefined)[];
}

/** Names a statement. The name must be unique: pg refuses one name for two texts on a connection. */
export function statement(name: string, text: string): Statement {
  const arrays: string[] = [];
  for (const [, place, type = ''] of text.matchAll(/\$(\d+)::(\w+)\[\]/g)) arrays[Number(place) - 1] ??= type;
  return { name, text, arrays };
}

/**
 * Runs a prepared statement on the manager's own connection: inside its transaction when it has one, on any pooled
 * connection otherwise. TypeORM's `query` cannot name statements, which is why this goes to pg directly.
 * @returns the rows, columns spelled as the statement names them
 */
export async function run<Row>(
  manager: EntityManager,
  command: Statement,
  values: unknown[],
): Promise<Row[]> {
  if (manager.queryRunner !== undefined) {
    const client = (await manager.queryRunner.connect()) as TimedClient;
    const answer = hold<Row>(client, command, values);
    queueMicrotask(() => client.askHeld()); // with what others ask in the same turn
    return (await answer).rows;
  }
  // pg's own client would answer the query itself, and its types say so; ours answers a promise (timed-client.ts).
  const asked = pool(manager).query(queryOf(command, values) as never) as unknown as Promise<
    QueryResult<Row & QueryResultRow>
  >;
  return (await asked.catch(throwWithoutRow)).rows;
}

/** A prepared statement that is asked together with the next one on this connection. */
export function hold<Row>(
  client: TimedClient,
  command: Statement,
  values: unknown[],
): Promise<QueryResult<Row & QueryResultRow>> {
  const answer = client.hold(queryOf(command, values)) as Promise<QueryResult<Row & QueryResultRow>>;
  return answer.catch(throwWithoutRow);
}

/** As `hold`, for a statement whose rows nobody reads: only what became of it is answered. */
export function tell(client: TimedClient, command: Statement, values: unknown[]): Promise<QueryResult> {
  const query = queryOf(command, values);
  query.isTold = true;
  return client.hold(query).catch(throwWithoutRow);
}

function queryOf({ name, text, arrays }: Statement, values: unknown[]): NamedQuery {
  const written = values.map((value, place) => {
    const type = arrays[place];
    return type !== undefined && Array.isArray(value) ? (binaryArray(type, value) ?? value) : value;
  });
  return new NamedQuery(name, text, written);
}

/**
 * Rows turned into one array per column, which is how a statement takes many rows: `unnest($1::uuid[], $2::text[], …)`.
 * Not a JSON recordset: of those PostgreSQL expects a hundred rows and would read a whole table for one.
 */
export function columns(rows: readonly (readonly unknown[])[]): unknown[][] {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column]));
}

/** All connections of this instance. */
export function pool(manager: EntityManager): Pool {
  return (manager.dataSource.driver as PostgresDriver).master as Pool;
}

/**
 * PostgreSQL quotes the offending row in an error's detail, and text it cannot read in where it was reading: openid, phone,
 * address. None of it may reach a log (A25).
 */
function throwWithoutRow(error: unknown): never {
  if (typeof error === 'object' && error !== null && 'detail' in error)
    Object.assign(error, { detail: undefined, where: undefined });
  throw error;
}
