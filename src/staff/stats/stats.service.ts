import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock } from '../../common/time/clock.js';
import { toBeijingIso } from '../../common/time/beijing-time.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { run, statement } from '../../database/sql.js';
import { countJobs } from '../../jobs/job.rows.js';
import type { OperatorPrincipal } from '../../operator/operator-principal.js';
import { hasPermission, type Permission } from '../../operator/permissions.js';
import type { ReconciliationStatus } from '../../reconcile/daily/reconciliation.status.js';
import { RefundQueueService } from '../../refund/refund-queue.service.js';
import { AccountCertificates } from '../../wxpay/account-certificates.js';
import { countAttention, lastNotification } from './attention.rows.js';
import { certificateView } from './certificate.view.js';
import { dayFigures, successRate } from './day-figures.js';
import type { Stats } from './stats.schema.js';

const DAYS = 7;
const LAST_RECONCILIATION = statement(
  'last-reconciliation',
  `SELECT r.date::text AS date, count(d.id)::int AS differences,
          (array_agg(r.status ORDER BY array_position('{FAILED,WAITING,RUNNING,DONE}'::text[], r.status)))[1] AS status
   FROM reconciliations r
   LEFT JOIN reconciliation_differences d ON d.reconciliation_id = r.id AND d.status = 'OPEN'
   WHERE r.date = (SELECT max(date) FROM reconciliations) GROUP BY r.date`,
);

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
    const may = (permission: Permission): boolean => hasPermission(operator.roles, permission);
    const [days, refunds, awaitingMe, attention, last, reconciliations, certificates, queues] =
      await Promise.all([
        dayFigures(manager, { now, days: DAYS, expireMinutes: this.settings.order.expireMinutes }),
        this.queue.byStatus(),
        may('refunds.review') ? this.queue.awaiting(operator) : null,
        countAttention(manager, now),
        lastNotification(manager),
        may('reconciliation.read') ? run<LastReconciliation>(manager, LAST_RECONCILIATION, []) : [],
        may('settings.read') ? this.certificates.list() : null,
        countJobs(manager),
      ]);
    const [today, yesterday] = [days.at(-1), days.at(-2)];
    if (today === undefined || yesterday === undefined) throw new Error('the overview is incomplete');
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
      ...attention,
      differencesOpen: may('reconciliation.read') ? attention.differencesOpen : null,
      lastNotification: last ? { ...last, receivedAt: toBeijingIso(last.receivedAt) } : null,
      reconciliation: reconciliations[0] ?? null,
      certificates: certificates?.map(certificateView) ?? null,
      failedJobs: queues.reduce((sum, { failed }) => sum + failed, 0),
    };
  }
}
