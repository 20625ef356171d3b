import type { Writable } from 'node:stream';
import pg from 'pg';

type Message = object;

/** pg's connection, as far as its named queries use it. */
export interface Connection {
  readonly stream: Writable;
  /** Statements that PostgreSQL knows, and those that were sent and not answered yet: their texts by name. */
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: Message): void;
  bind(message: Message): void;
  describe(message: Message): void;
  execute(message: Message): void;
  close(message: Message): void;
  sync(): void;
}

/** What pg's queries are beneath their published types. */
export interface Query {
  name: string | undefined;
  text: string;
  /** Nobody reads its rows, so in a batch PostgreSQL is not asked what they look like. */
  isTold?: boolean;
  callback: (error: Error | null | undefined, result?: pg.QueryResult) => void;
  _result: { _types?: unknown };
  submit(connection: Connection): Error | null;
  handleRowDescription(message: Message): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: Message, connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
}

const PgQuery = pg.Query as unknown as new (text: string, values?: unknown[]) => Query;

/** A named statement with its values, which pg prepares once per connection. */
export function namedQuery(name: string, text: string, values: unknown[]): Query {
  // Not a config: pg copies those by their property descriptors, a twentieth of what a checkout costs us.
  return Object.assign(new PgQuery(text, values), { name });
}

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
      unsynced.isTold = query.isTold === true;
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
    const query = this.queries[this.at];
    if (query?.isTold !== true) query?.handleDataRow(message);
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

/** The connection as a batch shows it to its queries. */
class Unsynced implements Connection {
  /** The query that speaks is one whose rows nobody reads. */
  isTold = false;
  readonly stream: Writable;
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;

  constructor(private readonly connection: Connection) {
    this.stream = connection.stream;
    this.parsedStatements = connection.parsedStatements;
    this.submittedNamedStatements = connection.submittedNamedStatements;
  }

  parse(message: Message): void {
    this.connection.parse(message);
  }

  bind(message: Message): void {
    this.connection.bind(message);
  }

  describe(message: Message): void {
    if (!this.isTold) this.connection.describe(message);
  }

  execute(message: Message): void {
    this.connection.execute(message);
  }

  close(message: Message): void {
    this.connection.close(message);
  }

  sync(): void {
    // The batch does, once, at its end.
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
