import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { outsideRequests } from '../../common/http/request-id.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { FEED_CHANNEL } from '../../jobs/feed.js';
import type { FeedEventView } from './event.schema.js';
import { encodeFeedCursor, type FeedCursor } from './feed-cursor.js';

/** As much as one client is ever given to hold at once; the rest waits in the table. */
const PAGE = 100;
const RECONNECT_MS = 1000;

/** Up to the oldest transaction that is still running: nothing can be committed before what has been read. */
const READ = statement(
  'read-feed',
  `SELECT f.xid::text AS xid, f.seq::text AS seq, f.event_id AS id, f.type, f.at, f.order_id AS "orderId",
          f.refund_id AS "refundId", f.suspense_id AS "suspenseId", o.order_no AS "orderNo", r.refund_no AS "refundNo",
          coalesce(r.amount_fen, s.amount_fen, o.payable_fen) AS "amountFen"
   FROM feed f
   LEFT JOIN orders o ON o.id = f.order_id
   LEFT JOIN refunds r ON r.id = f.refund_id
   LEFT JOIN suspense_items s ON s.id = f.suspense_id
   WHERE (f.xid, f.seq) > ($1::xid8, $2::bigint) AND f.xid < pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY f.xid, f.seq LIMIT ${PAGE}`,
);
/** Where somebody starts who knows nothing: before whatever is being committed just now. */
const TAIL = statement('feed-tail', 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid');
/** A cursor from before the database was restored elsewhere may lie ahead of it. */
const KNOWN = statement('feed-knows', 'SELECT $1::xid8 < pg_snapshot_xmax(pg_current_snapshot()) AS known');

type Row = { [Name in keyof FeedEventView]: FeedEventView[Name] | null } & {
  id: string;
  type: FeedEventView['type'];
  xid: string;
  seq: string;
  at: Date;
};

export interface FeedEntry {
  cursor: FeedCursor;
  event: FeedEventView;
}

/**
 * Reads the feed for the consoles of this instance. One connection listens for news of any instance; clients at the same
 * place share one read. Nothing is kept here: the table is everybody's buffer, and a slow client reads it later.
 */
@Injectable()
export class FeedReader implements OnApplicationShutdown {
  private readonly logger = new Logger('feed');
  private readonly listeners = new Set<() => void>();
  private readonly reads = new Map<string, Promise<FeedEntry[]>>();
  private client: pg.Client | undefined;
  private stopped = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Calls back at news from any instance, until the answer is called. News may be missed while reconnecting: poll as well. */
  onNews(listener: () => void): () => void {
    this.listeners.add(listener);
    if (this.client === undefined) outsideRequests(() => this.listen());
    return () => this.listeners.delete(listener);
  }

  async tail(): Promise<FeedCursor> {
    const [row] = await run<{ xid: string }>(this.dataSource.manager, TAIL, []);
    // Sequences count from 1: row 0 lies before every row of this transaction.
    return { xid: row?.xid ?? '0', seq: '0', saidAt: seconds() };
  }

  async knows({ xid }: FeedCursor): Promise<boolean> {
    const [row] = await run<{ known: boolean }>(this.dataSource.manager, KNOWN, [xid]);
    return row?.known === true;
  }

  /** What follows, oldest first; at most a page. */
  after(cursor: FeedCursor): Promise<FeedEntry[]> {
    const place = encodeFeedCursor({ ...cursor, saidAt: 0 });
    let reading = this.reads.get(place);
    if (reading === undefined) {
      reading = this.read(cursor).finally(() => this.reads.delete(place));
      this.reads.set(place, reading);
    }
    return reading;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.client?.end().catch(() => undefined);
  }

  private async read({ xid, seq }: FeedCursor): Promise<FeedEntry[]> {
    const rows = await run<Row>(this.dataSource.manager, READ, [xid, seq]);
    const saidAt = seconds();
    return rows.map(({ xid, seq, at, ...rest }) => ({
      cursor: { xid, seq, saidAt },
      event: { ...withoutNulls(rest), at: toBeijingIso(at) } as FeedEventView,
    }));
  }

  private listen(): void {
    const client = new pg.Client({
      connectionString: this.settings.database.url,
      application_name: 'checkout-feed',
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', () => {
      for (const listener of this.listeners) listener();
    });
    client.on('error', (cause) => this.logger.warn('the feed is not heard; polling', { cause }));
    client.on('end', () => {
      if (!this.stopped) setTimeout(() => !this.stopped && this.listen(), RECONNECT_MS).unref();
    });
    client
      .connect()
      .then(() => client.query(`LISTEN ${FEED_CHANNEL}`))
      .catch(() => client.end().catch(() => undefined));
  }
}

function seconds(): number {
  return Math.floor(new Date().getTime() / 1000);
}

function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
