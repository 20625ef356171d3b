import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { hash } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from '../common/uuid-v7.js';
import { Clock } from '../common/time/clock.js';
import { columns, run, statement } from '../database/sql.js';
import { send } from '../database/transaction.js';
import type { RawNotification } from '../wxpay/protocol.js';
import type { NotificationKind, NotificationVerdict } from './notification.entity.js';

const UNVERIFIED_BYTES = 4096;
/** Unverified messages stored per minute and instance. Beyond that somebody is flooding, and rows would serve only him. */
const UNVERIFIED_PER_MINUTE = 120;
const UNVERIFIED_KEPT_DAYS = 30;
/** Thirteen months: a dispute about a payment may come up to a year later (DESIGN §6.9). */
const VERIFIED_KEPT_DAYS = 400;
const DAY_MS = 24 * 3600 * 1000;

/**
 * One row per place of the arrays. The bodies come as one value, of which each row takes its part: an array of them would
 * be written out in hexadecimal, twice as long, and read back digit by digit.
 */
const INSERT = statement(
  'insert-notifications',
  `INSERT INTO notifications (id, account_id, kind, received_at, verdict, reason, verified, body, body_sha256, source_ip,
                              out_trade_no, transaction_id, order_id, payment_id, refund_id, headers, query)
   SELECT id, account_id, kind, received_at, verdict, reason, verified, substring($1::bytea FROM start FOR length),
          decode(sha256, 'hex'), source_ip, out_trade_no, transaction_id, order_id, payment_id, refund_id, headers, query
   FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::boolean[], $9::int[],
               $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::uuid[], $16::uuid[], $17::uuid[],
               $18::jsonb[], $19::text[])
     AS n(id, account_id, kind, received_at, verdict, reason, verified, start, length, sha256, source_ip, out_trade_no,
          transaction_id, order_id, payment_id, refund_id, headers, query)`,
);
/** By an index each, in batches: a backlog of months must not be one transaction. */
const PRUNE = statement(
  'prune-notifications',
  `DELETE FROM notifications WHERE id IN (
     (SELECT id FROM notifications WHERE NOT verified AND received_at < $1 ORDER BY received_at LIMIT $3)
     UNION ALL
     (SELECT id FROM notifications WHERE received_at < $2 ORDER BY received_at LIMIT $3))
   RETURNING id`,
);

/** A notification as it came: its headers are WeChat's own, which the signature consists of (API v3); v1's is in the query. */
export interface Received extends Pick<RawNotification, 'headers' | 'query' | 'body'> {
  accountId: string;
  kind: NotificationKind;
  sourceIp: string;
}

export interface Filing {
  verdict: NotificationVerdict;
  reason?: string | undefined;
  outTradeNo?: string | undefined;
  transactionId?: string | undefined;
  orderId?: string | undefined;
  paymentId?: string | undefined;
  refundId?: string | undefined;
}

/** What is filed about a notification. */
export interface Filed {
  received: Received;
  filing: Filing;
}

/** The inbox: WeChat's notifications with their verdicts, what was not believed only so often (docs/retention.md). */
@Injectable()
export class InboxService {
  private windowStart = 0;
  private inWindow = 0;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Files an authentic notification in the transaction that decided it. */
  async file(manager: EntityManager, received: Received, filing: Filing): Promise<void> {
    await this.fileAll(manager, [{ received, filing }]);
  }

  /** Files authentic notifications in the transaction that decided them together. */
  async fileAll(manager: EntityManager, filed: readonly Filed[]): Promise<void> {
    await this.insert(manager, filed, true);
  }

  /** Files what was not believed: hash and beginning only, capped per minute, so a flood costs no disk. */
  async fileUnverified(received: Received, filing: Filing): Promise<void> {
    const now = performance.now();
    if (now - this.windowStart > 60_000) {
      this.windowStart = now;
      this.inWindow = 0;
    }
    if (++this.inWindow > UNVERIFIED_PER_MINUTE) return;
    await this.insert(this.dataSource.manager, [{ received, filing }], false);
  }

  /**
   * Forgets what is older than its retention, from the oldest on.
   * @param most of each kind at once
   * @returns how many are gone; fewer than `most` when nothing is left
   */
  async prune(most: number): Promise<number> {
    const now = this.clock.now().getTime();
    const gone = await run(this.dataSource.manager, PRUNE, [
      new Date(now - UNVERIFIED_KEPT_DAYS * DAY_MS),
      new Date(now - VERIFIED_KEPT_DAYS * DAY_MS),
      most,
    ]);
    return gone.length;
  }

  private async insert(manager: EntityManager, filed: readonly Filed[], verified: boolean): Promise<void> {
    const now = this.clock.now();
    const bodies: Buffer[] = [];
    let start = 1; // PostgreSQL counts from one
    const rows = filed.map(({ received: { accountId, kind, headers, query, body, sourceIp }, filing }) => {
      const kept = verified ? body : body.subarray(0, UNVERIFIED_BYTES);
      bodies.push(kept);
      const row = [
        uuidv7(),
        accountId,
        kind,
        now,
        filing.verdict,
        filing.reason ?? null,
        verified,
        start,
        kept.length,
        hash('sha256', body, 'hex'),
        sourceIp,
        filing.outTradeNo ?? null,
        filing.transactionId ?? null,
        filing.orderId ?? null,
        filing.paymentId ?? null,
        filing.refundId ?? null,
        Object.keys(headers).length > 0 ? JSON.stringify(headers) : null,
        (verified ? query : query.slice(0, UNVERIFIED_BYTES)) || null,
      ];
      start += kept.length;
      return row;
    });
    await send(manager, INSERT, [Buffer.concat(bodies), ...columns(rows)]);
  }
}
