import type { Writable } from 'node:stream';
import pg from 'pg';

export type Message = object;

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
  /** Nobody reads its rows, so PostgreSQL is not asked what they look like. */
  isTold?: boolean;
  callback: (error: Error | null | undefined, result?: pg.QueryResult) => void;
  _result: { _types?: unknown } & Shape;
  _accumulateRows: boolean;
  submit(connection: Connection): Error | null;
  prepare(connection: Connection): void;
  hasBeenParsed(connection: Connection): boolean;
  handleRowDescription(message: Message): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: Message, connection: Connection): void;
  handleError(error: Error, connection: Connection): void;
  handleReadyForQuery(connection: Connection): void;
}

export const PgQuery = pg.Query as unknown as new (text: string, values?: unknown[]) => Query;

/** What a statement's rows look like, as pg keeps it in a result. */
interface Shape {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

/** By connection, whose one lasting part is its stream, and name. */
const shapes = new WeakMap<Writable, Map<string, Shape>>();

/**
 * A named statement with its values. pg prepares it once per connection, but asks each time what its rows look like, and reads
 * the answer: a tenth of what reading an order costs us. PostgreSQL never changes it while the statement is prepared (it
 * refuses to run one whose rows would look different now), so here it is asked with the first execution alone.
 */
export class NamedQuery extends PgQuery {
  override name: string;
  private learning: Map<string, Shape> | undefined;

  constructor(name: string, text: string, values: unknown[]) {
    // Not a config: pg copies those by their property descriptors, a twentieth of what a checkout costs us.
    super(text, values);
    this.name = name;
  }

  override prepare(connection: Connection): void {
    let known = shapes.get(connection.stream);
    if (known === undefined) shapes.set(connection.stream, (known = new Map()));
    if (!this.hasBeenParsed(connection)) known.delete(this.name);
    const shape = known.get(this.name);
    if (shape === undefined && this.isTold !== true) {
      this.learning = known;
      super.prepare(connection);
      return;
    }
    if (shape !== undefined) {
      Object.assign(this._result, shape);
      this._accumulateRows = true;
    }
    super.prepare(new Undescribed(connection));
  }

  override handleRowDescription(message: Message): void {
    super.handleRowDescription(message);
    const { fields, _parsers, _prebuiltEmptyResultObject } = this._result;
    this.learning?.set(this.name, { fields, _parsers, _prebuiltEmptyResultObject });
    this.learning = undefined;
  }

  override handleDataRow(message: Message): void {
    if (this.isTold !== true) super.handleDataRow(message);
  }
}

/** A connection as a query sees it; subclasses leave out a part of what it says. */
export class Talk implements Connection {
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
    this.connection.describe(message);
  }

  execute(message: Message): void {
    this.connection.execute(message);
  }

  close(message: Message): void {
    this.connection.close(message);
  }

  sync(): void {
    this.connection.sync();
  }
}

class Undescribed extends Talk {
  override describe(): void {
    // known already, or of no interest
  }
}
