import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { outsideRequests } from '../common/http/request-id.js';
import { run, statement } from '../database/sql.js';
import type { DomainEvent, OrderEvent } from './event.js';

/** The channel that says "there is something new in the feed"; consoles listen on every instance. */
export const FEED_CHANNEL = 'feed';

/** Beside the events of the shop: told when an order is placed, which nothing but a console wants to know. */
export const FEED_TYPES_ONLY = ['order.created'] as const;

export interface FeedEvent
  extends Pick<DomainEvent, 'id' | 'at'>, Partial<Pick<OrderEvent, 'orderId' | 'refundId' | 'suspenseId'>> {
  type: DomainEvent['type'] | (typeof FEED_TYPES_ONLY)[number];
}

/** News that come within this time are written together, so that a busy shop pays for one statement and one NOTIFY. */
const GATHER_MS = 200;
/** A console that was away for longer reads everything anew. */
export const FEED_KEPT_MS = 2 * 24 * 3600 * 1000;

/** The transaction holds these rows and nothing else, so its NOTIFY holds up nobody's commit (DESIGN §6.3). */
const APPEND = statement(
  'append-feed',
  `WITH added AS (
     INSERT INTO feed (event_id, type, at, order_id, refund_id, suspense_id)
     SELECT id, type, at, "orderId", "refundId", "suspenseId" FROM jsonb_to_recordset($1::jsonb)
       AS e(id uuid, type text, at timestamptz, "orderId" uuid, "refundId" uuid, "suspenseId" uuid)
     ON CONFLICT (event_id) DO NOTHING RETURNING seq)
   SELECT pg_notify('${FEED_CHANNEL}', '') FROM (SELECT count(*) FROM added) AS n WHERE n.count > 0`,
);
const PRUNE = statement('prune-feed', 'DELETE FROM feed WHERE written_at < $1');

/** Appends to what consoles follow, always after the decision has been committed. */
@Injectable()
export class Feed implements BeforeApplicationShutdown {
  private readonly logger = new Logger('feed');
  private waiting: FeedEvent[] = [];
  private writing: Promise<void> | undefined;
  private gathering: Promise<void> | undefined;

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Resolves when it is committed, together with all that is added in the same turn; the same event twice is told once. */
  add(event: FeedEvent): Promise<void> {
    this.waiting.push(event);
    return this.flush();
  }

  /** For what is only news: nobody waits, and what a crash takes away is seen at the next look. */
  tell(event: FeedEvent): void {
    this.waiting.push(event);
    this.gathering ??= outsideRequests(() => this.gather());
  }

  async prune(): Promise<void> {
    await run(this.dataSource.manager, PRUNE, [new Date(new Date().getTime() - FEED_KEPT_MS)]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gathering;
    await this.writing?.catch(() => undefined);
  }

  private async gather(): Promise<void> {
    await sleep(GATHER_MS);
    this.gathering = undefined;
    await this.flush().catch((cause: unknown) => this.logger.warn('news are lost', { cause }));
  }

  private flush(): Promise<void> {
    return (this.writing ??= Promise.resolve().then(() => this.write()));
  }

  private async write(): Promise<void> {
    const events = this.waiting;
    this.waiting = [];
    this.writing = undefined;
    if (events.length > 0) await run(this.dataSource.manager, APPEND, [JSON.stringify(events)]);
  }
}
