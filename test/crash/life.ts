import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type pg from 'pg';
import type { Dispatcher } from 'undici';
import { ClockFollower } from '../../src/common/time/clock-follower.js';
import type { Doorkeeper } from './doors.js';

export interface Point {
  /** What has just happened or is about to, and for which time: `after settle-lock #1`. */
  name: string;
  /** The world is as it was at the point before: only read, or inside a transaction, which dies as well. */
  echo: boolean;
}

/** What a dead process waits for. */
const NEVER = new Promise<never>(() => undefined);

/**
 * One life of the application, from its start to `kill -9`. While it lives, every crossing of a door that moved something
 * is a point; at the point it is told to die at, it dies: from that instant nothing passes a door in either direction, and
 * every socket is gone.
 */
export class Life implements Doorkeeper {
  app: NestFastifyApplication | undefined;
  /** Every point so far. Nothing is noted before `watch`. */
  points: Point[] = [];
  readonly timers = new Set<NodeJS.Timeout>();
  private watched = false;
  private deathAt: string | undefined;
  private isDead = false;
  private readonly clients = new Set<pg.Client>();
  private readonly dispatchers = new Set<Dispatcher>();
  private readonly latest = new WeakMap<pg.Client, Promise<unknown>>();
  /** What the open transaction of a connection has touched last. */
  private readonly touched = new Map<pg.Client, string>();

  /** @param onDeath called once, at the instant of death */
  constructor(private readonly onDeath: () => void) {}

  get dead(): boolean {
    return this.isDead;
  }

  /** From now on points count. @param deathAt where to die; undefined: nowhere */
  watch(deathAt?: string): void {
    this.points = [];
    this.watched = true;
    this.deathAt = deathAt;
  }

  /** @returns the points since `watch`, in their order */
  endWatch(): Point[] {
    this.watched = false;
    return this.points;
  }

  /**
   * Statements that found nothing are no points: before and after them the world is the same. A statement is one point,
   * carried out with its answer lost (before it is sent is after the one before); a commit is two.
   */
  async sql<Answer>(client: pg.Client, name: string, send: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) return NEVER;
    if (ofTheJobQueue(client)) return this.passed(send);
    // What leaves together is taken apart, so that there is a point between any two statements.
    const before = this.latest.get(client);
    const answer = (before ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.statement(client, name, send));
    this.latest.set(client, answer);
    return answer;
  }

  private async statement<Answer>(
    client: pg.Client,
    name: string,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    if (this.isDead) return NEVER;
    const isEnd = name === 'COMMIT' || name === 'ROLLBACK';
    const last = this.touched.get(client);
    const shown = isEnd ? `${name} of ${last}` : name;
    if (isEnd && last !== undefined && this.diesAt(`before ${shown}`)) return NEVER;
    const answer = await this.passed(send);
    const rows = (answer as { rowCount?: number | null } | undefined)?.rowCount ?? 0;
    if (isEnd) this.touched.delete(client);
    const within = inTransaction(client);
    if (within && rows > 0) this.touched.set(client, name);
    const moved = isEnd ? last !== undefined : rows > 0;
    const echo = within || name.startsWith('SELECT');
    return moved && this.diesAt(`after ${shown}`, echo) ? NEVER : answer;
  }

  async connect<Answer>(client: pg.Client, open: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) return NEVER;
    this.clients.add(client);
    client.once('end', () => this.clients.delete(client));
    return this.passed(open);
  }

  async http<Answer>(dispatcher: Dispatcher, name: string, send: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) return NEVER;
    this.dispatchers.add(dispatcher);
    if (this.diesAt(`before ${name}`)) return NEVER;
    const answer = await this.passed(send);
    return this.diesAt(`after ${name}`) ? NEVER : answer;
  }

  /** An answer, or an error, that comes after death reaches nobody. */
  private async passed<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await send();
      return this.isDead ? await NEVER : answer;
    } catch (error) {
      if (this.isDead) return NEVER;
      throw error;
    }
  }

  private diesAt(what: string, echo = false): boolean {
    if (!this.watched) return false;
    const occurrence = this.points.filter(({ name }) => name.startsWith(`${what} #`)).length + 1;
    const name = `${what} #${occurrence}`;
    this.points.push({ name, echo });
    if (name !== this.deathAt) return false;
    this.die();
    return true;
  }

  private die(): void {
    this.isDead = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const client of this.clients) cut(client);
    for (const dispatcher of this.dispatchers) void dispatcher.destroy();
    const server = this.app?.getHttpServer();
    server?.close();
    server?.closeAllConnections();
    void this.app?.get(ClockFollower).beforeApplicationShutdown();
    this.onDeath();
  }
}

/** It polls in its own rhythm and holds no money: an event that is handled again plans nothing twice. */
function ofTheJobQueue(client: pg.Client): boolean {
  const { connectionParameters } = client as unknown as {
    connectionParameters: { application_name: string };
  };
  return connectionParameters.application_name === 'checkout-jobs';
}

function inTransaction(client: pg.Client): boolean {
  return (client as unknown as { _txStatus: string })._txStatus === 'T';
}

/** The server sees the connection break; nobody on this side is told. */
function cut(client: pg.Client): void {
  const { connection } = client as unknown as {
    connection: NodeJS.EventEmitter & { stream: { destroy(): void } };
  };
  for (const emitter of [client as NodeJS.EventEmitter, connection]) {
    emitter.removeAllListeners();
    emitter.on('error', () => undefined);
  }
  connection.stream.destroy();
}
