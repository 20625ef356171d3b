import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { SessionService } from '../../operator/session/session.service.js';
import { decodeFeedCursor, encodeFeedCursor, type FeedCursor } from './feed-cursor.js';
import { FeedReader } from './feed-reader.js';

/** News wake a stream at once; this is how long it sleeps when none is heard. */
const POLL_MS = 1000;
/** News that cannot be read yet wait for an older transaction, which is short: looked for this often, this many times. */
const EAGER_MS = 50;
const EAGER_LOOKS = 20;
/** How soon a stream ends after its session. */
const CHECK_MS = 2000;
/** Proxies cut what is silent for longer, usually after a minute. */
const HEARTBEAT_MS = 15_000;

/** Streams for consoles: what is after `Last-Event-ID`, then what comes, for as long as the session lives. */
@Injectable()
export class EventStreamService implements OnModuleInit {
  private readonly sleepers = new Set<Sleeper>();
  private stopping = false;

  constructor(
    private readonly reader: FeedReader,
    private readonly sessions: SessionService,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
  ) {}

  /** Streams never end by themselves, and a shutdown waits for requests. */
  onModuleInit(): void {
    this.host.httpAdapter.getInstance().addHook('preClose', (done) => {
      this.stopping = true;
      for (const sleeper of this.sleepers) sleeper.wake();
      done();
    });
  }

  /**
   * The text of the stream (`text/event-stream`). A client too far behind gets `reset`: it reads its lists anew and
   * follows from there. Nothing is sent after the session has ended.
   */
  async *follow(sessionId: string, lastEventId: string | undefined): AsyncGenerator<string> {
    const sleeper = new Sleeper();
    const deaf = this.reader.onNews(() => sleeper.wake());
    this.sleepers.add(sleeper);
    try {
      const start = await this.start(lastEventId);
      let { cursor } = start;
      yield `retry: 1000\n${message(start.event, cursor, {})}`;
      let [spokeAt, checkedAt] = [performance.now(), performance.now()];
      while (!this.stopping) {
        const entries = await this.reader.after(cursor);
        if (entries.length > 0 || performance.now() - checkedAt >= CHECK_MS) {
          if (!(await this.sessions.isAlive(sessionId))) return;
          checkedAt = performance.now();
        }
        for (const { cursor: next, event } of entries) {
          yield message(event.type, next, event);
          cursor = next;
        }
        if (entries.length > 0) spokeAt = performance.now();
        else if (performance.now() - spokeAt >= HEARTBEAT_MS) {
          spokeAt = performance.now();
          yield ': still here\n\n';
        }
        if (entries.length === 0) await sleeper.sleep();
      }
    } finally {
      deaf();
      this.sleepers.delete(sleeper);
    }
  }

  private async start(lastEventId: string | undefined): Promise<{ event: string; cursor: FeedCursor }> {
    const last = decodeFeedCursor(lastEventId, new Date());
    if (last !== undefined && (await this.reader.knows(last))) return { event: 'resume', cursor: last };
    return { event: lastEventId ? 'reset' : 'start', cursor: await this.reader.tail() };
  }
}

function message(event: string, cursor: FeedCursor, data: object): string {
  return `id: ${encodeFeedCursor(cursor)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** One stream between two looks. */
class Sleeper {
  private looks = 0;
  private end: () => void = () => undefined;

  /** News came: also when it comes while the stream is looking, it looks again. */
  wake(): void {
    this.looks = EAGER_LOOKS;
    this.end();
  }

  sleep(): Promise<void> {
    const eager = this.looks > 0;
    if (eager) this.looks -= 1;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, eager ? EAGER_MS : POLL_MS);
      if (!eager)
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
    });
  }
}
