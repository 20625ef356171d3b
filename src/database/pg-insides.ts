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
export interface Shape {
  fields: unknown;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
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
