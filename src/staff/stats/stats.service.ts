import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/time/clock.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { countJobs } from '../../jobs/job.rows.js';
import type { NotificationVerdict } from '../../notify/notification.entity.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { rolesWith, type Permission } from '../../operator/permissions.js';
import type { ReconciliationStatus } from '../../reconcile/daily/reconciliation.status.js';
import { RefundQueueService } from '../../refund/refund-queue.service.js';
import { AccountCertificates } from '../../wxpay/account-certificates.js';
import { certificateView } from './certificate.view.js';
import { dayFigures, successRate } from './day-figures.js';
import type { Stats } from './stats.schema.js';

const DAYS = 7;
/** A call to WeChat ends well within this; an outcome that is still open then is unknown. */
const CALL_MS = 60_000;

/** Each count by a partial index; $1 the moment before which a call must have begun to count as unknown. */
const ATTENTION = statement(
  'count-what-needs-attention',
  `SELECT
     ((SELECT count(*) FROM payments WHERE next_check_at IS NOT NULL AND status = 'CREATED' AND created_at < $1)
      + (SELECT count(*) FROM orders WHERE status = 'PENDING_PAYMENT' AND close_requested_at < $1)
      + (SELECT count(*) FROM refunds WHERE next_check_at IS NOT NULL AND uncertain AND called_at < $1))::int AS "unknownOutcomes",
     (SELECT count(*)::int FROM suspense_items WHERE status = 'OPEN') AS "suspenseOpen",
     (SELECT count(*)::int FROM reconciliation_differences WHERE status = 'OPEN') AS "differencesOpen",
     (SELECT count(*)::int FROM effects WHERE status = 'DEAD') AS "deadEffects"`,
);
const LAST_NOTIFICATION = statement(
  'last-notification',
  `SELECT received_at AS "receivedAt", verdict FROM notifications WHERE verified ORDER BY received_at DESC LIMIT 1`,
);
const LAST_RECONCILIATION = statement(
  'last-reconciliation',
  `SELECT r.date::text AS date, count(d.id)::int AS differences,
          (array_agg(r.status ORDER BY array_position('{FAILED,WAITING,RUNNING,DONE}'::text[], r.status)))[1] AS status
   FROM reconciliations r
   LEFT JOIN reconciliation_differences d ON d.reconciliation_id = r.id AND d.status = 'OPEN'
   WHERE r.date = (SELECT max(date) FROM reconciliations) GROUP BY r.date`,
);

type Attention = Pick<Stats, 'unknownOutcomes' | 'suspenseOpen' | 'deadEffects'> & {
  differencesOpen: number;
};
interface LastReconciliation {
  date: string;
  status: ReconciliationStatus;
  differences: number;
}

/** The overview: how the days went and what waits for somebody. What a role may not see is null. */
@Injectable()
export class StatsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queue: RefundQueueService,
    private readonly certificates: AccountCertificates,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async read(operator: OperatorPrincipal): Promise<Stats> {
    const { manager } = this.dataSource;
    const now = this.clock.now();
    const may = (permission: Permission): boolean => rolesWith(permission).includes(operator.role);
    const [days, refunds, awaitingMe, attention, notifications, reconciliations, certificates, queues] =
      await Promise.all([
        dayFigures(manager, { now, days: DAYS, expireMinutes: this.settings.order.expireMinutes }),
        this.queue.byStatus(),
        may('refunds.review') ? this.queue.awaiting(operator) : null,
        run<Attention>(manager, ATTENTION, [new Date(now.getTime() - CALL_MS)]),
        run<{ receivedAt: Date; verdict: NotificationVerdict }>(manager, LAST_NOTIFICATION, []),
        may('reconciliation.read') ? run<LastReconciliation>(manager, LAST_RECONCILIATION, []) : [],
        may('settings.read') ? this.certificates.list() : null,
        countJobs(manager),
      ]);
    const [today, yesterday] = [days.at(-1), days.at(-2)];
    const [counted] = attention;
    if (today === undefined || yesterday === undefined || counted === undefined)
      throw new Error('the overview is incomplete');
    const [last] = notifications;
    return {
      days,
      today,
      yesterday,
      successRate: {
        today: successRate([today]),
        yesterday: successRate([yesterday]),
        sevenDays: successRate(days),
      },
      refundsAwaitingReview: refunds.REQUESTED,
      refundsAwaitingMe: awaitingMe?.length ?? null,
      refundsAbnormal: refunds.ABNORMAL,
      ...counted,
      differencesOpen: may('reconciliation.read') ? counted.differencesOpen : null,
      lastNotification: last ? { ...last, receivedAt: toBeijingIso(last.receivedAt) } : null,
      reconciliation: reconciliations[0] ?? null,
      certificates: certificates?.map(certificateView) ?? null,
      failedJobs: queues.reduce((sum, { failed }) => sum + failed, 0),
    };
  }
}
