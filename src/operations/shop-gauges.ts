import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/metrics/metrics.js';
import { Clock } from '../common/time/clock.js';
import { pool } from '../database/sql.js';
import { countJobs } from '../jobs/job.rows.js';
import { RefundQueueService } from '../refund/refund-queue.service.js';
import { countDueRows } from '../staff/jobs/due-rows.js';
import { countAttention, lastNotification } from '../staff/stats/attention.rows.js';
import { AccountCertificates } from '../wxpay/account-certificates.js';

/** Refunds in these states wait for somebody; the others are ended, and their number only grows. */
const WAITING_REFUNDS = ['REQUESTED', 'APPROVED', 'PROCESSING', 'ABNORMAL', 'FAILED'] as const;

/** What is true of the shop, whichever instance is asked: counted by indexes when the metrics are read. */
@Injectable()
export class ShopGauges {
  private readonly logger = new Logger('metrics');
  private readonly up: Gauge;
  private readonly connections: Gauge;
  private readonly attention: Gauge;
  private readonly refunds: Gauge;
  private readonly jobs: Gauge;
  private readonly oldestJob: Gauge;
  private readonly due: Gauge;
  private readonly oldestDue: Gauge;
  private readonly notifiedAt: Gauge;
  private readonly certificateEnds: Gauge;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly refundQueue: RefundQueueService,
    private readonly certificates: AccountCertificates,
    private readonly clock: Clock,
    { registry }: Metrics,
  ) {
    const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
      new Gauge({ name: `checkout_${name}`, help, labelNames, registers: [registry] });
    this.up = gauge(
      'database_up',
      '1 when what follows has just been read; 0: it is old, and the log says why',
    );
    this.connections = gauge('database_connections', 'Connections of this instance', 'state');
    this.attention = gauge(
      'attention',
      'What waits for a person or for WeChat to say what became of it',
      'what',
    );
    this.refunds = gauge('refunds', 'Refunds that are not at their end (counted to a limit)', 'status');
    this.jobs = gauge('jobs', 'Jobs of the queue', 'queue', 'state');
    this.oldestJob = gauge('jobs_oldest_seconds', 'Age of the oldest job nobody has taken', 'queue');
    this.due = gauge('due', 'Rows that are due and not taken', 'kind');
    this.oldestDue = gauge('due_oldest_seconds', 'How long the oldest of them has been due', 'kind');
    this.notifiedAt = gauge('last_notification_timestamp_seconds', 'When WeChat last notified, signed');
    this.certificateEnds = gauge(
      'certificate_expiry_timestamp_seconds',
      'When a certificate ends',
      'account',
      'kind',
      'serial',
    );
  }

  /** Never throws: what a process says of itself is wanted most when its database is gone. */
  async read(): Promise<void> {
    const { totalCount, idleCount, waitingCount } = pool(this.dataSource.manager);
    this.connections.set({ state: 'busy' }, totalCount - idleCount);
    this.connections.set({ state: 'idle' }, idleCount);
    this.connections.set({ state: 'waited_for' }, waitingCount);
    this.up.set(
      await this.ask().then(
        () => 1,
        (cause: unknown) => {
          this.logger.warn('the figures of the shop could not be read', { cause });
          return 0;
        },
      ),
    );
  }

  private async ask(): Promise<void> {
    const { manager } = this.dataSource;
    const now = this.clock.now();
    const [attention, refunds, jobs, due, notification, certificates] = await Promise.all([
      countAttention(manager, now),
      this.refundQueue.byStatus(),
      countJobs(manager),
      countDueRows(manager, now),
      lastNotification(manager),
      this.certificates.list(),
    ]);
    const age = (since: Date | null): number =>
      since === null ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1000);
    this.attention.set({ what: 'unknown_outcomes' }, attention.unknownOutcomes);
    this.attention.set({ what: 'suspense_open' }, attention.suspenseOpen);
    this.attention.set({ what: 'differences_open' }, attention.differencesOpen);
    this.attention.set({ what: 'effects_dead' }, attention.deadEffects);
    for (const status of WAITING_REFUNDS) this.refunds.set({ status }, refunds[status]);
    for (const { name: queue, oldestWaitingAt, ...states } of jobs) {
      for (const [state, count] of Object.entries(states)) this.jobs.set({ queue, state }, count);
      this.oldestJob.set({ queue }, age(oldestWaitingAt));
    }
    for (const { name: kind, due: count, oldestDueAt } of due) {
      this.due.set({ kind }, count);
      this.oldestDue.set({ kind }, age(oldestDueAt));
    }
    if (notification !== undefined) this.notifiedAt.set(notification.receivedAt.getTime() / 1000);
    this.certificateEnds.reset(); // one that was renewed is gone
    for (const { account, kind, serial, notAfter } of certificates)
      this.certificateEnds.set({ account, kind, serial }, notAfter.getTime() / 1000);
  }
}
