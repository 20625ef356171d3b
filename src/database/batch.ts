import { PgQuery, Talk, type Connection, type Message, type Query } from './pg-insides.js';

/**
 * Queries that PostgreSQL answers together. pg ends each query with a `Sync`, upon which PostgreSQL sends what it has to say:
 * a packet, a wake-up and a turn of our event loop for each statement. Here one `Sync` stands behind all of them, which
 * halves what a transaction costs us (docs/performance-history.md). To pg the batch is one query.
 *
 * The first failure is the failure of all that follow: PostgreSQL does not begin them. So a COMMIT at the end happens only
 * when everything before it did.
 */
export class Batch extends PgQuery {
  private at = 0;
  private refusal: (Refusal & { from: number }) | undefined;

  constructor(public queries: readonly Query[]) {
    super('');
    this.expect();
  }

  override submit(connection: Connection): null {
    const unsynced = new Unsynced(connection);
    const { stream } = connection;
    stream.cork(); // batches of one moment leave in one packet
    process.nextTick(() => stream.uncork());
    for (const [index, query] of this.queries.entries()) {
      query._result._types = this._result._types;
      const refusal = refusalOf(query, unsynced);
      if (refusal === undefined) continue;
      this.refusal = { from: index, ...refusal };
      break;
    }
    connection.sync();
    return null;
  }

  override handleRowDescription(message: Message): void {
    this.queries[this.at]?.handleRowDescription(message);
  }

  override handleDataRow(message: Message): void {
    this.queries[this.at]?.handleDataRow(message);
  }

  override handleCommandComplete(message: Message, connection: Connection): void {
    this.queries[this.at]?.handleCommandComplete(message, connection);
    this.at++;
    this.expect();
  }

  override handleReadyForQuery(connection: Connection): void {
    if (this.refusal?.forgotten !== undefined) delete connection.parsedStatements[this.refusal.forgotten];
    this.end(this.refusal?.from ?? this.queries.length, this.refusal?.error, connection);
  }

  /** Also when the connection is lost, or given up while PostgreSQL is silent. */
  override handleError(error: Error, connection: Connection): void {
    for (const { name } of this.queries.slice(this.at))
      if (name !== undefined) delete connection.submittedNamedStatements[name];
    this.end(this.at, error, connection);
  }

  /** Whose answer comes now: pg notes by its name that PostgreSQL knows the statement. */
  private expect(): void {
    this.name = this.queries[this.at]?.name;
    this.text = this.queries[this.at]?.text ?? '';
  }

  /** Once: nothing that outlives the answer may hold on to what was asked and answered. */
  private end(done: number, error: Error | undefined, connection: Connection): void {
    const { queries } = this;
    if (queries.length === 0) return;
    this.queries = [];
    for (const query of queries.slice(0, done)) query.handleReadyForQuery(connection);
    if (error !== undefined) for (const query of queries.slice(done)) query.handleError(error, connection);
    this.callback(error);
  }
}

/** The batch syncs, once, at its end. */
class Unsynced extends Talk {
  override sync(): void {
    // not after each query
  }
}

interface Refusal {
  error: Error;
  /** The statement that PostgreSQL no longer knows: pg closes one whose values it cannot write, and does not note that. */
  forgotten?: string | undefined;
}

/** Why pg does not even send it; of a value that cannot be written it tells the query alone. */
function refusalOf(query: Query, connection: Connection): Refusal | undefined {
  const { callback, name } = query;
  let unwritable: Error | null | undefined;
  query.callback = (error) => {
    unwritable = error;
  };
  const error = query.submit(connection);
  query.callback = callback;
  if (error !== null) return { error };
  return unwritable ? { error: unwritable, forgotten: name } : undefined;
}
