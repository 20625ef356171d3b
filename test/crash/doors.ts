import { AsyncLocalStorage } from 'node:async_hooks';
import { callbackify, promisify } from 'node:util';
import pg from 'pg';
import { Dispatcher, Pool } from 'undici';
import { Batch } from '../../src/database/batch.js';

/** Somebody who stands at both doors and may decide that nothing passes any more. */
export interface Doorkeeper {
  /** What it has to do by itself, later. */
  readonly timers: Set<NodeJS.Timeout>;
  /** A statement on its way to PostgreSQL. */
  sql<Answer>(client: pg.Client, name: string, send: () => Promise<Answer>): Promise<Answer>;
  /** A connection to PostgreSQL. */
  connect<Answer>(client: pg.Client, open: () => Promise<Answer>): Promise<Answer>;
  /** A request on its way to WeChat, or to anybody else over HTTP. */
  http<Answer>(dispatcher: Dispatcher, name: string, send: () => Promise<Answer>): Promise<Answer>;
}

/** Whose work this is: everything an application started under `inLife` does, and nothing of the test's own. */
const keepers = new AsyncLocalStorage<Doorkeeper>();

export function inLife<Result>(keeper: Doorkeeper, start: () => Result): Result {
  return keepers.run(keeper, start);
}

let watched = false;

type Query = (this: pg.Client, ...of: unknown[]) => unknown;
type Connect = (this: pg.Client, done?: (error?: unknown) => void) => Promise<void> | undefined;
type Request = (
  this: Dispatcher,
  options: Dispatcher.RequestOptions,
) => Promise<Dispatcher.ResponseData> | undefined;

/**
 * The two doors through which everything leaves the application: `pg` and undici. Both are watched from outside; src/
 * knows nothing of it, so a call that is added tomorrow is a crossing tomorrow.
 */
export function watchDoors(): void {
  if (watched) return;
  watched = true;
  giveTimersToTheLiving();
  const client = pg.Client.prototype as unknown as { query: Query; connect: Connect };
  const { query, connect } = client;
  client.query = function (...of) {
    const keeper = keepers.getStore();
    if (keeper === undefined) return query.apply(this, of);
    const callback = typeof of.at(-1) === 'function' ? (of.pop() as Callback) : undefined;
    if (of[0] instanceof Batch) return takeApart(keeper, this, query, of[0], callback);
    const send = promisify((done: Callback) => query.call(this, ...of, done));
    const answer = keeper.sql(this, nameOf(of[0]), send);
    return callback === undefined ? answer : handOver(answer, callback);
  };
  client.connect = function (done) {
    const keeper = keepers.getStore();
    if (keeper === undefined) return connect.call(this, done);
    const answer = keeper.connect(this, () => connect.call(this) as Promise<void>);
    return done === undefined ? answer : handOver(answer, done);
  };
  const dispatcher = Dispatcher.prototype as unknown as { request: Request };
  const { request } = dispatcher;
  dispatcher.request = function (options) {
    const keeper = keepers.getStore();
    if (keeper === undefined) return request.call(this, options);
    const send = () => seen.run(true, () => request.call(this, options)) as Promise<Dispatcher.ResponseData>;
    return keeper.http(this, `${options.method} ${pathOf(options.path)}`, send);
  };
  const pool = Pool.prototype as unknown as { dispatch: Dispatch };
  const { dispatch } = pool;
  pool.dispatch = function (options, handler) {
    const keeper = keepers.getStore();
    if (keeper === undefined || seen.getStore() === true) return dispatch.call(this, options, handler);
    const answer = new HeldAnswer(handler);
    const send = (): Promise<void> => {
      dispatch.call(this, options, answer);
      return answer.whole;
    };
    void keeper.http(this, `${options.method} ${pathOf(options.path)}`, send).then(() => answer.handOver());
    return true;
  };
}

/** A request is dispatched as well: one crossing. */
const seen = new AsyncLocalStorage<boolean>();

type Dispatch = (
  this: Pool,
  options: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
) => boolean;

/** Keeps an answer, or its failure, until somebody lets it in. */
class HeldAnswer implements Dispatcher.DispatchHandler {
  readonly whole: Promise<void>;
  private readonly parts: (() => void)[] = [];
  private readonly end: () => void;

  constructor(private readonly handler: Dispatcher.DispatchHandler) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whole = promise;
    this.end = resolve;
  }

  onRequestStart(...of: Parameters<Required<Dispatcher.DispatchHandler>['onRequestStart']>): void {
    this.handler.onRequestStart?.(...of);
  }

  onResponseStart(...of: Parameters<Required<Dispatcher.DispatchHandler>['onResponseStart']>): void {
    this.parts.push(() => this.handler.onResponseStart?.(...of));
  }

  onResponseData(...of: Parameters<Required<Dispatcher.DispatchHandler>['onResponseData']>): void {
    this.parts.push(() => this.handler.onResponseData?.(...of));
  }

  onResponseEnd(...of: Parameters<Required<Dispatcher.DispatchHandler>['onResponseEnd']>): void {
    this.parts.push(() => this.handler.onResponseEnd?.(...of));
    this.end();
  }

  onResponseError(...of: Parameters<Required<Dispatcher.DispatchHandler>['onResponseError']>): void {
    this.parts.push(() => this.handler.onResponseError?.(...of));
    this.end();
  }

  handOver(): void {
    for (const part of this.parts) part();
  }
}

/** A dead process has no timers: without this its loops and its job queue would go on beside the living. */
function giveTimersToTheLiving(): void {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    const start = globalThis[name] as unknown as (work: Work, ...of: unknown[]) => NodeJS.Timeout;
    const ofALife = (work: Work, ...of: unknown[]): NodeJS.Timeout => {
      const keeper = keepers.getStore();
      if (keeper === undefined) return start(work, ...of);
      const once = name !== 'setInterval';
      const timer = start(
        (...given: unknown[]) => {
          if (once) keeper.timers.delete(timer);
          work(...given);
        },
        ...of,
      );
      keeper.timers.add(timer);
      return timer;
    };
    Object.assign(globalThis, { [name]: Object.assign(ofALife, start) });
  }
}

type Work = (...of: unknown[]) => void;
type Callback = (error?: unknown, result?: unknown) => void;

function handOver(answer: Promise<unknown>, callback: Callback): undefined {
  callbackify(() => answer)(callback);
  return undefined;
}

/** What is asked together passes one by one, so that there is a point between any two statements; none after one that failed. */
function takeApart(
  keeper: Doorkeeper,
  client: pg.Client,
  query: Query,
  { queries }: Batch,
  end: Callback | undefined,
): undefined {
  let failure: unknown;
  const answers = queries.map(async (each) => {
    const answer = each.callback as Callback;
    const send = async (): Promise<unknown> => {
      if (failure !== undefined) throw failure;
      return promisify((done: Callback) => {
        each.callback = done;
        query.call(client, each);
      })();
    };
    try {
      answer(undefined, await keeper.sql(client, nameOf(each), send));
    } catch (error) {
      failure ??= error;
      answer(error);
    }
  });
  void Promise.all(answers).then(() => end?.(failure));
}

/** Named statements by their name, TypeORM's by verb and table. */
function nameOf(query: unknown): string {
  const { name, text } = (typeof query === 'string' ? { text: query } : query) as {
    name?: string;
    text: string;
  };
  if (name !== undefined) return name;
  const verb = /^\s*(START TRANSACTION|\w+)/.exec(text)?.[1]?.toUpperCase() ?? text;
  const table = /(?:FROM|INTO|UPDATE)\s+"?(\w+)"?/.exec(text)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}

/** Without numbers: the same call of another order is the same point. */
function pathOf(path: string): string {
  const [route = ''] = path.split('?');
  return route.replace(/\/[\w-]*\d{4,}[\w-]*/g, '/…');
}
