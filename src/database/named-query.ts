import type { Writable } from 'node:stream';
import { PgQuery, Talk, type Connection, type Message, type Shape } from './pg-insides.js';

/** By connection, whose one lasting part is its stream, and name. */
const shapes = new WeakMap<Writable, Map<string, Shape>>();

/**
 * A named statement with its values. pg prepares it once per connection, but asks each time what its rows look like, and reads
 * the answer: a tenth of what reading an order costs us. PostgreSQL never changes it while the statement is prepared (it
 * refuses to run one whose rows would look different now), so here it is asked with the first execution alone.
 */
export class NamedQuery extends PgQuery {
  override name: string;
  /** Nobody reads its rows, so PostgreSQL is not asked what they look like. */
  isTold = false;
  private learning: Map<string, Shape> | undefined;

  constructor(name: string, text: string, values: unknown[]) {
    // Not a config: pg copies those by their property descriptors, a twentieth of what a checkout costs us.
    super(text, values);
    this.name = name;
  }

  override prepare(connection: Connection): void {
    let known = shapes.get(connection.stream);
    if (known === undefined) shapes.set(connection.stream, (known = new Map()));
    if (!this.hasBeenParsed(connection)) known.delete(this.name); // prepared anew, it may look different
    const shape = known.get(this.name);
    if (shape === undefined && !this.isTold) {
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
    if (!this.isTold) super.handleDataRow(message);
  }
}

class Undescribed extends Talk {
  override describe(): void {
    // known already, or of no interest
  }
}
