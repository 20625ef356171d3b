import pg from 'pg';
import { Batch } from './batch.js';
import type { Connection, Query } from './pg-insides.js';

type Answer = Query['callback'];

export interface TimedClientConfig extends pg.ClientConfig {
  /** How long an answer may take, in ms; none = forever. */
  answerTimeoutMs?: number;
}

/**
 * pg's client with a timeout and a promise of our own for each query. pg's own keep hold of the query, with its values and
 * its rows; while notifications come by the thousand, that outlives the next collections of young objects, moves to old
 * memory, and every other second a buyer waits for that to be collected (docs/performance-history.md). So whatever lives
 * until the answer is made in functions that know nothing of the query.
 *
 * A query may be held until the next one, with which it is asked as a batch.
 */
export class TimedClient extends pg.Client {
  private readonly answerTimeoutMs: number;
  private held: Query[] = [];

  constructor({ answerTimeoutMs = 0, ...config }: TimedClientConfig) {
    super(config);
    this.answerTimeoutMs = answerTimeoutMs;
  }

  /** As pg's: text or config, perhaps values, perhaps a callback; without one it answers a promise. */
  override query(...given: unknown[]): never {
    this.askHeld();
    const last = given.at(-1);
    if (typeof last === 'function') return this.ask(given.slice(0, -1), last as Answer) as never;
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
    this.ask(given, settling(resolve, reject));
    return promise.catch(throwFromHere) as never;
  }

  /** Asked with whatever is asked next, and before it; or by `askHeld`. */
  hold(query: Query): Promise<pg.QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult>();
    query.callback = settling(resolve, reject);
    this.held.push(query);
    return promise.catch(throwFromHere);
  }

  askHeld(): void {
    if (this.held.length === 0) return;
    const batch = new Batch(this.held);
    this.held = [];
    this.ask([batch], (error) => {
      // That there was no answer in time; all else it knows already.
      if (error) batch.handleError(error, this.connection as pg.Connection & Connection);
    });
  }

  /** What is held is not asked: something before it failed. */
  dropHeld(): void {
    for (const { callback } of this.held) callback(new Error('not asked'));
    this.held = [];
  }

  private ask(query: unknown[], answer: Answer): void {
    const timed = this.answerTimeoutMs > 0 ? within(this.answerTimeoutMs, answer, this) : answer;
    super.query(...(query as [text: string, values: unknown[]]), timed);
  }

  /** What is behind the silent query waits for it: the connection is given up, and everybody on it hears so. */
  giveUp(): void {
    this.connection.stream.destroy();
  }
}

function settling(resolve: (result: pg.QueryResult) => void, reject: (error: unknown) => void): Answer {
  return (error, result) => (result === undefined ? reject(error) : resolve(result));
}

/** Answers once: in time what PostgreSQL says, else that it said nothing. */
function within(ms: number, answer: Answer, client: TimedClient): Answer {
  let isOver = false;
  const once: Answer = (error, result) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    answer(error, result);
  };
  const timer = setTimeout(() => {
    once(new Error(`PostgreSQL has not answered within ${ms} ms`));
    client.giveUp();
  }, ms);
  return once;
}

/** The stack of who asked instead of the socket's; as pg does. */
function throwFromHere(error: Error): never {
  Error.captureStackTrace(error);
  throw error;
}
