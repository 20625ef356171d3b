import type { Writable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import pg, { type Pool, type PoolClient, type QueryResult } from 'pg';

/** A statement with a name: PostgreSQL parses and plans it once per connection, which is worth 1.9× on hot paths. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Names a statement. The name must be unique: pg refuses one name for two texts on a connection. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}

/**
 * Runs a prepared statement on the manager's own connection: inside its transaction when it has one, on any pooled
 * connection otherwise. TypeORM's `query` cannot name statements, which is why this goes to pg directly.
 * @returns the rows, columns spelled as the statement names them
 */
export async function run<Row>(
  manager: EntityManager,
  { name, text }: Statement,
  values: unknown[],
): Promise<Row[]> {
  const client = await connection(manager);
  holdBack(client);
  // Not a config: pg copies those by their property descriptors, a twentieth of what a checkout costs us.
  const query = Object.assign(new pg.Query(text, values), { name });
  // pg's own client would answer the query itself, and its types say so; ours answers a promise (timed-client.ts).
  const asked = client.query(query) as unknown as Promise<QueryResult>;
  const { rows } = await asked.catch(throwWithoutRow);
  return rows as Row[];
}

/**
 * Statements of one moment leave in one packet: each packet wakes PostgreSQL, which on a hot path costs more than most
 * statements do. They are still answered one by one (`pipeline` in data-source.ts).
 */
export function holdBack(client: Pool | PoolClient): void {
  const stream = (client as { connection?: { stream?: Writable } }).connection?.stream;
  if (stream === undefined) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/**
 * Rows turned into one array per column, which is how a statement takes many rows: `unnest($1::uuid[], $2::text[], …)`.
 * Not a JSON recordset: of those PostgreSQL expects a hundred rows and would read a whole table for one.
 */
export function columns(rows: readonly (readonly unknown[])[]): unknown[][] {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column]));
}

async function connection(manager: EntityManager): Promise<Pool | PoolClient> {
  return manager.queryRunner === undefined
    ? pool(manager)
    : ((await manager.queryRunner.connect()) as PoolClient);
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
