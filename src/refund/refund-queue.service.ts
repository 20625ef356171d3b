import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS, type Settings } from '../config/settings.js';
import { run, statement } from '../database/sql.js';
import type { OperatorPrincipal } from '../operator/operator-principal.js';
import { RefundDeskService } from './refund-desk.service.js';
import { readSums } from './refund-sums.js';
import type { Person } from './refund.entity.js';
import { mayReview, needsSingle } from './refund.policy.js';
import {
  COUNTED_TO,
  type RefundCounts,
  type StaffRefundListQuery,
  type StaffRefundPage,
} from './refund.schema.js';
import { LIVE_STATUSES, REFUND_STATUSES, type RefundStatus } from './refund.status.js';
import { staffRefundRow } from './refund.view.js';

const COUNT = statement(
  'count-refunds',
  `SELECT s.status, n.count FROM unnest($1::text[]) AS s(status) CROSS JOIN LATERAL (
     SELECT count(*)::int FROM (SELECT FROM refunds r WHERE r.status = s.status LIMIT ${COUNTED_TO}) AS first) n`,
);
/** What the policy asks of each undecided refund. A return from suspense stands alone. */
const UNDECIDED = statement(
  'undecided-refunds',
  `SELECT r.id, r.requested_by AS "requestedBy",
          coalesce((SELECT sum(s.amount_fen) FROM refunds s WHERE s.order_id = r.order_id AND s.status = ANY ($1::text[])),
                   r.amount_fen)::bigint AS "cumulativeFen",
          ARRAY(SELECT a.operator_id FROM refund_approvals a WHERE a.refund_id = r.id) AS "approvedBy"
   FROM refunds r WHERE r.status = 'REQUESTED' ORDER BY r.created_at, r.id LIMIT ${COUNTED_TO}`,
);

/** What waits for a decision, and for whose. */
@Injectable()
export class RefundQueueService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly desk: RefundDeskService,
  ) {}

  /** One page of the staff's list, newest first, each refund beside what else goes back of its order. */
  async list(
    { awaitingMe, ...query }: StaffRefundListQuery,
    operator: OperatorPrincipal,
  ): Promise<StaffRefundPage> {
    const mine = awaitingMe && { ids: await this.awaiting(operator) };
    const { rows, nextCursor } = await this.desk.list(query, mine);
    const sums = await readSums(
      this.dataSource.manager,
      rows.map(({ id }) => id),
    );
    const items = rows.flatMap((refund) => {
      const beside = sums.get(refund.id);
      if (beside === undefined) return [];
      const isLarge = needsSingle(beside.cumulativeFen, this.settings.refund);
      return [staffRefundRow(refund, beside, refund.status === 'REQUESTED' && isLarge)];
    });
    return { items, nextCursor };
  }

  async counts(operator: OperatorPrincipal): Promise<RefundCounts> {
    const [byStatus, mine] = await Promise.all([this.byStatus(), this.awaiting(operator)]);
    return { ...byStatus, awaitingMe: mine.length };
  }

  /** How many refunds are in each state; `COUNTED_TO` means that or more. */
  async byStatus(): Promise<Record<RefundStatus, number>> {
    const rows = await run<{ status: RefundStatus; count: number }>(this.dataSource.manager, COUNT, [
      REFUND_STATUSES,
    ]);
    return Object.fromEntries(rows.map(({ status, count }) => [status, count])) as Record<
      RefundStatus,
      number
    >;
  }

  /**
   * Ids of the refunds this operator may decide under the policy and has not approved yet, the oldest `COUNTED_TO` at
   * most. Needing a fresh code of the second factor keeps nobody out: he enters it when he decides.
   */
  async awaiting({ id, buyerId, roles, hasSecondFactor }: OperatorPrincipal): Promise<string[]> {
    const reviewer = { id, buyerId, roles, hasSecondFactor, steppedUp: hasSecondFactor };
    const undecided = await run<{
      id: string;
      requestedBy: Person;
      cumulativeFen: number;
      approvedBy: string[];
    }>(this.dataSource.manager, UNDECIDED, [LIVE_STATUSES]);
    return undecided
      .filter(
        (refund) =>
          !refund.approvedBy.includes(id) && mayReview(reviewer, refund, this.settings.refund).allowed,
      )
      .map((refund) => refund.id);
  }
}
